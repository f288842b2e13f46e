#pragma once
#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/runtime/engine.hpp"
#include "tests/engine/navigation/scene.hpp"

// The small operating room of tests/engine/navigation round a running engine: a source that says
// what the test pushes, and a time that moves when the test moves it.
namespace trocar::scene {

// thread-safe. While held, now() does not return to the navigator.
class SteppedTime final : public TimeSource {
 public:
  [[nodiscard]] Timestamp now() const override {
    if (std::this_thread::get_id() != owner_ && held_) {
      waiting_ = true;
      while (held_) std::this_thread::yield();
      waiting_ = false;
    }
    return Timestamp(Duration(now_.load()));
  }
  void set(Timestamp t) { now_ = t.time_since_epoch().count(); }
  // Returns when the navigator stands still.
  void hold() {
    held_ = true;
    while (!waiting_) std::this_thread::yield();
  }
  void release() { held_ = false; }

 private:
  std::thread::id owner_ = std::this_thread::get_id();
  std::atomic<std::int64_t> now_{Duration(std::chrono::seconds(1)).count()};
  std::atomic<bool> held_{false};
  mutable std::atomic<bool> waiting_{false};
};

// plain: start, push and stop from the test's thread.
class ScriptedSource final : public Source {
 public:
  void start(SourceOutbox& outbox, const TimeSource&) override { outbox_ = &outbox; }
  void stop() override { stopped = true; }
  void push(const SourceEvent& event) { outbox_->push(event); }
  bool stopped = false;

 private:
  SourceOutbox* outbox_ = nullptr;
};

inline PointRegistrationConfig registration_config() { return {0.5, 1, 2, 2, 10, 8}; }

struct RunningEngine {
  using MakeRecorder = std::function<std::unique_ptr<Recorder>(const TimeSource&)>;
  explicit RunningEngine(const NavigatorConfig& config, std::vector<Registration> known = {},
                         const MakeRecorder& make_recorder = {}, bool record_at_start = true)
      : engine(parts(config, std::move(known), make_recorder, record_at_start), time,
               {newest, lines, to_log, published}) {
    engine.start();
    REQUIRE(until([this] { return seen > 0; }));
  }
  ~RunningEngine() { engine.stop(); }

  // Takes what the engine publishes until `met`; false after ten seconds.
  bool until(const std::function<bool()>& met) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    for (;;) {
      take();
      if (met()) return true;
      if (std::chrono::steady_clock::now() > end) return false;
      published.wait(std::chrono::milliseconds(5));
    }
  }
  void say(const SourceEvent& event) {
    const std::uint64_t before = engine.metrics().published.value();
    source->push(event);
    REQUIRE(until([&] { return engine.metrics().published.value() > before; }));
  }
  void see(const TrackerFrame& f) {
    const std::uint64_t frames = engine.metrics().frames.value();
    time.set(f.received);
    source->push(f);
    REQUIRE(until([&] {
      return engine.metrics().frames.value() > frames && last.now >= f.received &&
             last.tools[0].acquired == f.acquired;
    }));
  }
  // The next exposure 20 ms after the one before, with the tip there.
  void see(const Vector3d& tip_mm) { see(frame(time.now() + duration_from_ms(10), tip_mm)); }
  void hold_at(const Vector3d& tip_mm) {
    for (int i = 0; i < 50; ++i) see(tip_mm);
  }
  [[nodiscard]] bool heard(std::string_view text, std::optional<StateKind> kind = {}) const {
    for (const StateLine& l : to_network) {
      if ((!kind || l.kind == *kind) && l.text.view().find(text) != std::string_view::npos)
        return true;
    }
    return false;
  }
  [[nodiscard]] const ToolGuidance& tool() const { return last.tools[0]; }

  SteppedTime time;
  Latest<Guidance> newest;
  StateLineRing lines;
  StateLineRing to_log;
  Signal published;
  ScriptedSource* source = nullptr;
  Recorder* recorder = nullptr;
  Engine engine;
  Guidance last;
  std::uint64_t seen = 0;
  std::vector<StateLine> to_network;
  std::vector<StateLine> to_file;

 private:
  void take() {
    if (const Guidance* g = newest.take()) {
      last = *g;
      ++seen;
    }
    StateLine line;
    while (lines.pop(line)) to_network.push_back(line);
    while (to_log.pop(line)) to_file.push_back(line);
  }
  EngineParts parts(const NavigatorConfig& config, std::vector<Registration> known,
                    const MakeRecorder& make_recorder, bool record_at_start) {
    EngineParts p;
    if (make_recorder) p.recorder = make_recorder(time);
    recorder = p.recorder.get();
    p.record_at_start = record_at_start;
    p.navigator = std::make_unique<Navigator>(config, tools(), model());
    p.worker = std::make_unique<RegistrationWorker>(registration_config(), plan().fiducials);
    p.registrations = std::move(known);
    auto scripted = std::make_unique<ScriptedSource>();
    source = scripted.get();
    p.source = std::move(scripted);
    p.tick = std::chrono::milliseconds(50);
    return p;
  }
};

}  // namespace trocar::scene
