#include "engine/session/append_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace trocar {
namespace {

Error failed(const std::string& what) {
  return {Code::io, what + ": " + std::strerror(errno)};  // NOLINT(concurrency-mt-unsafe)
}

class PosixFile final : public AppendFile {
 public:
  PosixFile(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;
  ~PosixFile() override { ::close(fd_); }

  Status append(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return failed("writing " + name_);
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return Done{};
  }

  Status sync() override {
    if (::fdatasync(fd_) == 0) return Done{};
    return failed("syncing " + name_);
  }

 private:
  int fd_;
  std::string name_;
};

// A new name is only safe when its folder is synced.
Status sync_folder(const std::filesystem::path& folder) {
  const int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return failed("opening " + folder.string());
  const bool synced = ::fsync(fd) == 0;
  Status status = synced ? Status(Done{}) : failed("syncing " + folder.string());
  ::close(fd);
  return status;
}

}  // namespace

Result<std::unique_ptr<AppendFile>> create_append_file(const std::filesystem::path& file) {
  constexpr mode_t owner_and_group = 0640;
  const int fd =
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, owner_and_group);
  if (fd < 0) return failed("creating " + file.string());
  auto made = std::make_unique<PosixFile>(fd, file.string());
  if (const Status named = sync_folder(file.parent_path()); !named) return named.error();
  return std::unique_ptr<AppendFile>(std::move(made));
}

}  // namespace trocar
