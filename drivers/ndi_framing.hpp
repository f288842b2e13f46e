#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"

// Where one reply of the NDI Combined API ends and the next begins, and its checks.
//   ASCII     <text><CRC as 4 hex digits><CR>           the text may hold line feeds
//   binary    C4 A5 | u16 L | u16 CRC of these 4 bytes | L bytes | u16 CRC of the L bytes
//   extended  C8 A5 | u32 L | L bytes                   no CRC: only the content can be checked
//   stream    D4 B5 | u16 n | n bytes of name | u16 CRC of all before | one of the three above
namespace trocar {

enum class NdiForm : std::uint8_t { ascii, binary, extended };

// One complete reply. The views point into the bytes it was found in.
struct NdiReply {
  NdiForm form = NdiForm::ascii;
  std::span<const std::byte> body;  // text or payload, without header and CRC
  std::span<const std::byte> raw;   // everything, as it came
  bool streamed = false;            // came without being asked, under `stream`
  std::string_view stream;

  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char*>(body.data()), body.size()};
  }
};

inline constexpr std::size_t ndi_max_stream_name = 128;
struct NdiFramingLimits {
  std::size_t max_reply = 128U << 10U;  // holds the longest binary reply
  bool extended = true;  // the form without CRC is taken; not on a serial line (decision 0040)
};

// The reply at the front of `bytes`; none when more bytes are needed; an Error when what is there
// can never become a reply. A length is believed only after its CRC (binary) or limit was checked.
Result<std::optional<NdiReply>> find_ndi_reply(std::span<const std::byte> bytes,
                                               const NdiFramingLimits& limits = {});

// Exactly one reply and nothing after it.
Result<NdiReply> decode_ndi_reply(std::span<const std::byte> bytes);

// Collects received bytes and gives out complete replies, however the bytes were split or glued.
// Allocates its buffer once. After an error it refuses everything until clear(): a byte stream with
// a damaged reply has no trustworthy next beginning, so the driver asks again. plain: one thread.
class NdiFraming {
 public:
  explicit NdiFraming(const NdiFramingLimits& limits = {});

  // Where the next received bytes go, never empty after next() gave none; then how many came.
  // Both make earlier replies invalid.
  std::span<std::byte> free_space();
  void received(std::size_t n);
  // For bytes that are elsewhere; false when they do not fit.
  bool feed(std::span<const std::byte> bytes);

  // The next complete reply, or none. Valid until the next call of any other function.
  Result<std::optional<NdiReply>> next();

  void clear();
  [[nodiscard]] std::size_t waiting() const { return end_ - begin_; }

 private:
  std::vector<std::byte> buffer_;
  NdiFramingLimits limits_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool failed_ = false;
};

// The sending side: what a device writes, and the host's commands.
std::vector<std::byte> encode_ascii_reply(std::string_view text);
std::vector<std::byte> encode_binary_reply(std::span<const std::byte> payload);  // < 64 KiB
std::vector<std::byte> encode_extended_reply(std::span<const std::byte> payload);
std::vector<std::byte> encode_stream_packet(std::string_view name,
                                            std::span<const std::byte> complete_reply);
// "NAME:PARAMETERS<CRC><CR>". The other form a device takes is "NAME PARAMETERS<CR>".
std::string encode_command(std::string_view name, std::string_view parameters);

}  // namespace trocar
