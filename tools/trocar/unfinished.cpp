#include "tools/trocar/unfinished.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace trocar {
namespace {

Error is_there(const std::filesystem::path& place) {
  return {Code::io, place.string() + ": is there already; nothing is written over"};
}

// 0, or what is in errno. A file system that cannot refuse by itself (EINVAL) is asked before.
int rename_to_new(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(to, ignored))) return EEXIST;
  return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

Unfinished::Unfinished(std::filesystem::path place)
    : place_(std::move(place)),
      part_(place_.string() + "." + std::to_string(::getpid()) + ".part") {}

Unfinished::Unfinished(Unfinished&& other) noexcept
    : place_(std::move(other.place_)), part_(std::exchange(other.part_, {})) {}

Unfinished::~Unfinished() {
  std::error_code ignored;
  if (!part_.empty()) std::filesystem::remove_all(part_, ignored);
}

Result<Unfinished> Unfinished::of(const std::filesystem::path& place) {
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(place, ignored))) {
    return is_there(place);
  }
  return Unfinished(place.has_filename() ? place : place.parent_path());  // "folder/", too
}

Status Unfinished::keep() {
  const int why = rename_to_new(part_, place_);
  if (why == EEXIST) return is_there(place_);
  if (why != 0) return Error{Code::io, place_.string() + ": " + std::strerror(why)};  // NOLINT
  part_.clear();
  return Done{};
}

}  // namespace trocar
