#pragma once
#include <filesystem>

#include "engine/base/result.hpp"

namespace trocar {

// A file or folder that is being written. It stands beside its place under a name of this process's
// own (`.part`) and is gone with this object, unless keep() gave it its name: whoever looks sees it
// whole or not at all, and a try that failed can be made again. plain: one thread.
class Unfinished {
 public:
  // Code::io when something has that name already.
  static Result<Unfinished> of(const std::filesystem::path& place);
  Unfinished(Unfinished&& other) noexcept;
  Unfinished& operator=(Unfinished&&) = delete;
  ~Unfinished();

  // Where to write; nothing is there yet.
  [[nodiscard]] const std::filesystem::path& part() const { return part_; }
  // Nothing is written over: Code::io when something got that name meanwhile.
  Status keep();

 private:
  explicit Unfinished(std::filesystem::path place);

  std::filesystem::path place_;
  std::filesystem::path part_;  // empty: kept, or moved from
};

}  // namespace trocar
