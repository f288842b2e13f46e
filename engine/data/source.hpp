#pragma once
#include <span>

#include "engine/base/latest.hpp"
#include "engine/base/ring.hpp"
#include "engine/base/signal.hpp"
#include "engine/data/event.hpp"
#include "engine/data/record_tap.hpp"

namespace trocar {

// Where a source leaves what it measured, and the bell it rings.
// hand-over: the source's thread writes, the navigator's thread reads.
struct SourceOutbox {
  Ring<SourceEvent, 256> events;
  Signal* wake = nullptr;                // rung after each push; owned by the reader
  Latest<ImageFrame>* images = nullptr;  // nullptr: nobody wants images
  Signal* image_wake = nullptr;          // rung after each image; owned by who reads them
  RecordTap* tap = nullptr;              // nullptr: nothing is recorded

  void push(const SourceEvent& event) {
    events.push(event);
    if (wake != nullptr) wake->notify();
  }

  void push_image(const ImageFrame& image) {
    if (tap != nullptr) tap->images.push(image);
    if (images == nullptr) return;
    images->publish(image);
    if (image_wake != nullptr) image_wake->notify();
  }

  // Bytes of one read, as they came.
  void push_raw(Timestamp received, std::span<const std::byte> bytes) {
    if (tap != nullptr) tap->keep(received, bytes);
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
