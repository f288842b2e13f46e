#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/result.hpp"

namespace trocar {

// A stretch of a file from front to end, as it stands or unpacked (zlib or gzip, also several one
// after the other), a piece at a time: memory does not depend on its size. plain: one thread.
class UnpackedBytes {
 public:
  struct Where {
    std::filesystem::path file;
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> bytes;  // in the file; nothing: to its end
    bool is_packed = false;
  };
  // Code::malformed when the file is shorter than that.
  static Result<std::unique_ptr<UnpackedBytes>> open(const Where& where);
  UnpackedBytes(const UnpackedBytes&) = delete;
  UnpackedBytes& operator=(const UnpackedBytes&) = delete;
  ~UnpackedBytes();

  // Fills `out`; fewer only at the end. Code::malformed with the byte of the file: damaged.
  Result<std::size_t> read(std::span<std::byte> out);
  // Passes over `n` bytes, or those there are.
  Result<std::uint64_t> skip(std::uint64_t n);
  // In the file and not yet taken out of it.
  [[nodiscard]] std::uint64_t left() const { return left_; }
  // Whether packed bytes came to the end that packing marks; of others always.
  [[nodiscard]] bool is_whole() const;

 private:
  struct Inflater;

  UnpackedBytes(const Where& where, std::ifstream in, std::uint64_t bytes);
  Status refill();
  [[nodiscard]] Error damage() const;
  Result<std::size_t> inflate_some(std::span<std::byte> out);
  Result<std::size_t> read_some(std::span<std::byte> out);

  Where where_;
  std::ifstream in_;
  std::uint64_t left_;
  std::vector<std::byte> packed_;   // as long as one piece
  std::vector<std::byte> scratch_;  // passed over
  std::unique_ptr<Inflater> inflater_;
};

}  // namespace trocar
