#include "engine/base/signal.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace trocar {

Signal::Signal() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Signal::~Signal() { close(fd_); }

void Signal::notify() noexcept {
  const std::uint64_t one = 1;
  // Fails only when the counter is full: then the sleeper is already due to wake.
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof one);
}

void Signal::drain() noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = read(fd_, &count, sizeof count);
}

bool Signal::wait(Duration at_most) noexcept {
  const std::int64_t ns = std::max<std::int64_t>(0, at_most.count());
  const timespec timeout{static_cast<time_t>(ns / 1'000'000'000),
                         static_cast<long>(ns % 1'000'000'000)};
  pollfd watched{fd_, POLLIN, 0};
  if (ppoll(&watched, 1, &timeout, nullptr) <= 0) return false;
  drain();
  return true;
}

}  // namespace trocar
