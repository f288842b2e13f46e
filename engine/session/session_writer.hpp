#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/session/append_file.hpp"
#include "engine/session/chain.hpp"
#include "engine/session/mcap.hpp"

namespace trocar {

// What stands in a session file before its first message.
struct SessionPrologue {
  std::string library;  // who wrote it: "trocar 0.1.0"
  std::vector<mcap::Schema> schemas;
  std::vector<mcap::Channel> channels;  // ids 1, 2, ... in order
  std::vector<mcap::Attachment> attachments;
};

// Writes a session file: docs/session-format.md. What commit() came back from without an error is
// on the disk; after an error nothing more is written. plain: one thread.
class SessionWriter {
 public:
  // Writes and syncs the prologue.
  static Result<std::unique_ptr<SessionWriter>> begin(std::unique_ptr<AppendFile> file,
                                                      SessionPrologue prologue);

  // Into the chunk that the next commit() ends. `channel` is one of the prologue's.
  void add(std::uint16_t channel, std::uint64_t log_time_ns, mcap::Bytes data);
  [[nodiscard]] std::size_t pending_bytes() const { return chunk_.size(); }
  // One append, one sync: the chunk, its indexes, its link. Nothing to do without messages.
  Status commit();
  // Commits, then writes what ends the file. Nothing may be added afterwards.
  Status close();

  [[nodiscard]] std::uint64_t committed_messages() const { return committed_messages_; }
  [[nodiscard]] std::uint64_t committed_bytes() const { return file_size_; }
  [[nodiscard]] const Digest& digest() const { return chain_.digest(); }

 private:
  struct Indexed {
    std::uint64_t log_time_ns;
    std::uint64_t offset;
  };
  struct Track {  // of a channel
    std::uint32_t next_sequence = 0;
    std::uint64_t messages = 0;
    std::vector<Indexed> index;  // of the chunk under way
  };
  struct Span {
    std::uint64_t first_ns = 0;
    std::uint64_t last_ns = 0;
    void hold(std::uint64_t ns, bool is_first);
  };

  SessionWriter(std::unique_ptr<AppendFile> file, SessionPrologue prologue);
  Status write_prologue();
  Status put(bool with_link);
  void write_chunk(mcap::Writer& out);
  void write_indexes(mcap::Writer& out, std::uint64_t chunk_length);
  void write_summary(mcap::Writer& out, std::uint64_t summary_at);
  void write_statistics(mcap::Writer& out);
  void forget_chunk();

  std::unique_ptr<AppendFile> file_;
  SessionPrologue prologue_;
  Chain chain_;
  std::vector<Track> tracks_;  // of channel id - 1
  std::vector<std::byte> chunk_;
  std::uint32_t chunk_crc_ = 0;  // of what stands in it: nothing is left to sum up at its end
  std::vector<std::byte> out_;
  std::vector<std::byte> chunk_indexes_;       // records of the summary, ready
  std::vector<std::byte> attachment_indexes_;  // the same
  Span chunk_span_;
  Span span_;
  std::uint64_t file_size_ = 0;
  std::uint64_t chunks_ = 0;
  std::uint64_t chunk_messages_ = 0;
  std::uint64_t committed_messages_ = 0;
  std::optional<Error> failed_;
};

}  // namespace trocar
