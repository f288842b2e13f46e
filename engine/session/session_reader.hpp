#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "engine/base/result.hpp"
#include "engine/session/chain.hpp"
#include "engine/session/mcap.hpp"
#include "engine/session/record_file.hpp"

namespace trocar {

// How far a session file can be read, and why not further.
struct SessionEnd {
  struct Fault {
    std::uint64_t at = 0;  // the first byte of the record that does not hold
    std::string why;       // expected, found
    bool ran_out = false;  // the file ends in that record or before it: torn, or a wrong length
  };
  std::uint64_t file_bytes = 0;
  std::uint64_t whole_bytes = 0;   // from the beginning, in records that hold
  std::uint64_t linked_bytes = 0;  // from the beginning, under the last link that holds
  std::uint64_t chunks = 0;
  std::uint64_t messages = 0;
  std::uint64_t links = 0;
  Digest digest{};          // of the last link that holds
  bool data_ended = false;  // every message that was recorded is there, whatever stands behind
  bool closed = false;      // ends as a recording that was ended
  std::optional<Fault> fault;
};

// Reads a session file from front to end and trusts nothing: each length, CRC and link is checked
// before a message that it covers is given. It stops at the first that does not hold. Only a chunk
// behind which the file is torn is given without its link. plain: one thread.
class SessionReader {
 public:
  using Item = std::variant<mcap::Schema, mcap::Channel, mcap::Attachment, mcap::Message>;

  // Code::io when it cannot be read, Code::malformed when it is no session from its first bytes.
  static Result<std::unique_ptr<SessionReader>> open(const std::filesystem::path& file);

  // nullptr at the end of what is whole; then end() says why. Valid until the next call.
  const Item* next();
  // Complete when next() gave nullptr; until then, as far as it was read.
  [[nodiscard]] const SessionEnd& end() const { return end_; }

 private:
  explicit SessionReader(std::unique_ptr<RecordFile> file) : file_(std::move(file)) {}

  bool next_record();
  bool next_in_chunk();
  bool take(mcap::Opcode opcode, mcap::Bytes body);
  bool open_chunk(std::size_t record_size);
  bool check_link_behind(std::size_t chunk_size);
  bool is_torn_behind(std::size_t chunk_size);
  bool take_link(mcap::Bytes record, mcap::Bytes body);
  bool end_data(mcap::Bytes body);
  void read_summary();
  bool stop(std::string why, bool ran_out = false);

  std::unique_ptr<RecordFile> file_;
  Chain chain_;
  Item item_;
  bool has_item_ = false;
  mcap::Bytes chunk_;                  // what is left of the chunk under way
  std::uint64_t chunk_record_ = 0;     // where it stands, and
  std::size_t chunk_record_size_ = 0;  // how much to move on once it is read
  bool owes_link_ = false;             // a chunk or the prologue waits for its link
  std::uint64_t checked_link_ = 0;     // where the link stands that was looked at with its chunk
  SessionEnd end_;
};

}  // namespace trocar
