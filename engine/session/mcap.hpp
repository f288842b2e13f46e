#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The container of a session: MCAP, https://mcap.dev/spec, version 0. Little-endian records, each
// an opcode, a length of 64 bits and so many bytes. Plain.
namespace trocar::mcap {

enum class Opcode : std::uint8_t {
  header = 0x01,
  footer = 0x02,
  schema = 0x03,
  channel = 0x04,
  message = 0x05,
  chunk = 0x06,
  message_index = 0x07,
  chunk_index = 0x08,
  attachment = 0x09,
  attachment_index = 0x0a,
  statistics = 0x0b,
  summary_offset = 0x0e,
  data_end = 0x0f,
  chain_link = 0x80,  // ours, private: docs/session-format.md
};

inline constexpr std::array<unsigned char, 8> magic{0x89, 'M', 'C', 'A', 'P', '0', '\r', '\n'};
inline constexpr std::size_t record_head = 9;  // opcode and length

using Bytes = std::span<const std::byte>;
std::uint32_t crc32(Bytes bytes, std::uint32_t before = 0);

// Appends records to a buffer that its owner keeps.
class Writer {
 public:
  explicit Writer(std::vector<std::byte>& out) : out_(out) {}
  void u8(std::uint8_t v) { little(v); }
  void u16(std::uint16_t v) { little(v); }
  void u32(std::uint32_t v) { little(v); }
  void u64(std::uint64_t v) { little(v); }
  void raw(Bytes bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  void text(std::string_view s);  // length of 32 bits, then the bytes
  [[nodiscard]] std::size_t size() const { return out_.size(); }

  // A record is everything written between begin() and end(begin()).
  std::size_t begin(Opcode opcode);
  void end(std::size_t begun);
  // Writes the CRC of what lies from `from` to the last four bytes into those four.
  void seal(std::size_t from);

 private:
  template <class T>
  void little(T v) {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      out_.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(v) >> (8 * i)));
    }
  }
  std::vector<std::byte>& out_;
};

// Reads the body of a record. A read beyond its end gives zeros and makes ok() false for good.
class Reader {
 public:
  explicit Reader(Bytes body) : rest_(body) {}
  std::uint8_t u8() { return little<std::uint8_t>(); }
  std::uint16_t u16() { return little<std::uint16_t>(); }
  std::uint32_t u32() { return little<std::uint32_t>(); }
  std::uint64_t u64() { return little<std::uint64_t>(); }
  Bytes raw(std::uint64_t n);
  std::string text();
  [[nodiscard]] Bytes rest() const { return rest_; }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return ok_ && rest_.empty(); }

 private:
  template <class T>
  T little() {
    std::uint64_t v = 0;
    const Bytes b = raw(sizeof(T));
    for (std::size_t i = 0; i < b.size(); ++i) v |= std::to_integer<std::uint64_t>(b[i]) << (8 * i);
    return static_cast<T>(v);
  }
  Bytes rest_;
  bool ok_ = true;
};

struct Schema {
  std::uint16_t id = 0;
  std::string name;      // of the message type
  std::string encoding;  // "protobuf"
  std::string data;      // a FileDescriptorSet
};

struct Channel {
  std::uint16_t id = 0;
  std::uint16_t schema = 0;
  std::string topic;
  std::string encoding;  // "protobuf"
};

struct Attachment {
  std::uint64_t log_time_ns = 0;
  std::string name;
  std::string media_type;
  std::string data;
};

// `data` is valid as long as its chunk.
struct Message {
  std::uint16_t channel = 0;
  std::uint32_t sequence = 0;  // per channel, from 0
  std::uint64_t log_time_ns = 0;
  Bytes data;
};

void write(Writer& out, const Schema& schema);
void write(Writer& out, const Channel& channel);
void write(Writer& out, const Attachment& attachment);
void write(Writer& out, const Message& message);

// False when the body does not follow its layout (for an attachment: or its CRC fails).
bool read(Bytes body, Schema& out);
bool read(Bytes body, Channel& out);
bool read(Bytes body, Attachment& out);
bool read(Bytes body, Message& out);

}  // namespace trocar::mcap
