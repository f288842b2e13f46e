#pragma once
#include "engine/base/ring.hpp"
#include "engine/base/signal.hpp"
#include "engine/data/event.hpp"

namespace trocar {

// Where a source leaves what it measured, and the bell it rings.
// hand-over: the source's thread writes, the navigator's thread reads.
struct SourceOutbox {
  Ring<SourceEvent, 256> events;
  Signal* wake = nullptr;  // rung after each push; owned by the reader

  void push(const SourceEvent& event) {
    events.push(event);
    if (wake != nullptr) wake->notify();
  }
};

// A device that measures poses: owns its thread and its connection, reconnects by itself, and says
// only values. start() returns at once; every outcome is an event. stop() returns when the thread
// has ended. start and stop from one thread.
class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;
  // `outbox` and `time` must outlive the source.
  virtual void start(SourceOutbox& outbox, const TimeSource& time) = 0;
  virtual void stop() = 0;
};

}  // namespace trocar
