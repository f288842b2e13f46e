#pragma once
#include <atomic>
#include <string>
#include <string_view>
#include <thread>

#include "engine/base/signal.hpp"
#include "engine/data/source.hpp"

namespace trocar {

// A source on a thread of its own, and how its connection is. A derived class calls stop() in its
// destructor, before what run() uses is gone.
class ThreadedSource : public Source {
 public:
  void start(SourceOutbox& outbox, const TimeSource& time) final;
  void stop() final;

 protected:
  // The thread's work; returns soon after is_stopping(). `stop_signal` then wakes it.
  virtual void run() = 0;

  [[nodiscard]] bool is_stopping() const { return stopping_.load(); }
  [[nodiscard]] Signal& stop_signal() { return stop_; }
  [[nodiscard]] SourceOutbox& outbox() { return *outbox_; }
  [[nodiscard]] const TimeSource& time() const { return *time_; }

  // On the thread: one state of the connection is said once, to the navigator and in the log; the
  // reason again only when it differs.
  void say(Link link, std::string_view detail);

 private:
  SourceOutbox* outbox_ = nullptr;
  const TimeSource* time_ = nullptr;
  Signal stop_;
  std::atomic<bool> stopping_{false};
  Link said_ = Link::connecting;
  std::string said_detail_;
  std::thread thread_;
};

}  // namespace trocar
