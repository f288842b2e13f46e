#pragma once
#include "engine/base/time.hpp"

namespace trocar {

// Wakes one sleeping thread: hand-over of "there is something", never of the thing itself.
// notify() from any thread: one write to an eventfd, no lock, no allocation. wait() and drain()
// from the one thread that sleeps; fd() lets an event loop watch it instead of wait().
class Signal {
 public:
  Signal();  // throws std::system_error when the kernel gives no eventfd
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  ~Signal();

  void notify() noexcept;
  // True when notified, false after `at_most`.
  bool wait(Duration at_most) noexcept;
  void drain() noexcept;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace trocar
