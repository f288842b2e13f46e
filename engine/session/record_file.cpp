#include "engine/session/record_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace trocar {

Result<std::unique_ptr<RecordFile>> RecordFile::open(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    return Error{Code::io, file.string() + ": " + std::strerror(errno)};  // NOLINT
  }
  struct stat about {};
  if (::fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
    ::close(fd);
    return Error{Code::io, file.string() + ": expected a file, found something else"};
  }
  return std::unique_ptr<RecordFile>(new RecordFile(fd, static_cast<std::uint64_t>(about.st_size)));
}

RecordFile::~RecordFile() { ::close(fd_); }

mcap::Bytes RecordFile::peek(std::size_t n) {
  constexpr std::size_t stretch = std::size_t{1} << 20U;
  const std::size_t held = buffer_.size() - from_;
  if (held < n) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(from_));
    from_ = 0;
    const std::uint64_t beyond = left() - held;  // of the file, not in the buffer
    const std::size_t more =
        static_cast<std::size_t>(std::min<std::uint64_t>(beyond, std::max(n - held, stretch)));
    buffer_.resize(held + more);
    std::size_t got = 0;
    while (got < more) {
      const ssize_t r = ::pread(fd_, buffer_.data() + held + got, more - got,
                                static_cast<off_t>(at_ + held + got));
      if (r < 0 && errno == EINTR) continue;
      if (r <= 0) break;
      got += static_cast<std::size_t>(r);
    }
    buffer_.resize(held + got);
  }
  return mcap::Bytes(buffer_).subspan(from_, std::min(n, buffer_.size() - from_));
}

void RecordFile::skip(std::size_t n) {
  from_ += n;
  at_ += n;
}

}  // namespace trocar
