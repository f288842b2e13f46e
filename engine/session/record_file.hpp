#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/session/mcap.hpp"

namespace trocar {

// A file read from front to end, a stretch at a time, with a buffer of its own. plain: one thread.
class RecordFile {
 public:
  static Result<std::unique_ptr<RecordFile>> open(const std::filesystem::path& file);
  RecordFile(const RecordFile&) = delete;
  RecordFile& operator=(const RecordFile&) = delete;
  ~RecordFile();

  // The next `n` bytes, or fewer at the end of the file; valid until the next call.
  mcap::Bytes peek(std::size_t n);
  // Moves on by `n`, at most what peek() gave.
  void skip(std::size_t n);
  [[nodiscard]] std::uint64_t at() const { return at_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }  // when it was opened
  [[nodiscard]] std::uint64_t left() const { return size_ - at_; }

 private:
  RecordFile(int fd, std::uint64_t size) : fd_(fd), size_(size) {}

  int fd_;
  std::uint64_t size_;
  std::uint64_t at_ = 0;
  std::vector<std::byte> buffer_;
  std::size_t from_ = 0;  // of buffer_: not yet skipped
};

}  // namespace trocar
