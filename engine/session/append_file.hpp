#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "engine/base/result.hpp"

namespace trocar {

// A file that only grows. What append() took is in the file's place in the system's memory; what
// sync() came back from is on the disk. plain: one thread.
class AppendFile {
 public:
  AppendFile() = default;
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;
  virtual ~AppendFile() = default;
  // All of it, or an error (Code::io, with the system's words).
  virtual Status append(std::span<const std::byte> bytes) = 0;
  virtual Status sync() = 0;
};

// A new file; refuses one that exists. Its name is on the disk, too, when this returns.
Result<std::unique_ptr<AppendFile>> create_append_file(const std::filesystem::path& file);

}  // namespace trocar
