#pragma once
#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "engine/base/counter.hpp"
#include "engine/base/latency_histogram.hpp"
#include "engine/base/latest.hpp"
#include "engine/base/result.hpp"
#include "engine/data/source.hpp"
#include "engine/igtl/guidance_server.hpp"
#include "engine/navigation/navigator.hpp"
#include "engine/runtime/intraop_worker.hpp"
#include "engine/runtime/registration_worker.hpp"
#include "engine/session/recorder.hpp"

namespace trocar {

// Everything a running engine is made of, read and checked before the first sample.
struct EngineParts {
  std::unique_ptr<Navigator> navigator;
  std::unique_ptr<RegistrationWorker> worker;  // null when nothing is to be registered by touch
  std::unique_ptr<IntraopWorker> intraop;      // null when no intraoperative CT is taken
  VertebraId reference_vertebra{};             // with intraop: whose registration it starts from
  std::vector<Registration> registrations;     // known at start, from a file
  std::unique_ptr<Source> source;
  Duration tick{};                     // the state goes out at least this often
  std::unique_ptr<Recorder> recorder;  // null: no session is kept
  bool record_at_start = false;        // otherwise when a display asks
};

// Readable while running.
struct EngineMetrics {
  Counter frames;      // tracker frames taken
  Counter published;   // snapshots handed to the network
  Counter rehearsals;  // done ahead of a frame, for the caches: decision 0005
  Counter vigils;      // frames awaited awake: the same decision
  Counter lost_lines;  // state lines that found their ring full
  LatencyHistogram received_to_published;
  LatencyHistogram acquired_to_published;
};

// The navigator's thread and its arrows: source and worker in, guidance and state lines out, and
// all of it to the recorder.
// hand-over: start and stop from one thread; metrics() from any.
class Engine {
 public:
  // `time`, `newest`, `lines` and `published` must outlive the engine; `published` is rung after
  // each hand-over.
  struct Outlets {
    Latest<Guidance>& newest;
    StateLineRing& lines;   // for the network
    StateLineRing& to_log;  // for the log
    Signal& published;
    Latest<ImageFrame>* images = nullptr;  // of the source, for displays; rings `published`, too
  };

  Engine(EngineParts parts, const TimeSource& time, Outlets outlets);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  void start();
  void stop();
  [[nodiscard]] const EngineMetrics& metrics() const { return metrics_; }

 private:
  void navigate();
  void await(Timestamp until);
  bool drain();
  void step(const Event& event);
  void note_registration();
  void publish();
  void expect_next(Timestamp received);
  [[nodiscard]] bool record(const Event& event, Timestamp now);
  void lose_recording();

  EngineParts parts_;
  const TimeSource& time_;
  Outlets outlets_;
  EngineMetrics metrics_;
  Signal wake_;
  SourceOutbox outbox_;
  RegistrationWorker::Inbox results_;
  IntraopWorker::Inbox scans_;  // results of
  Recorder::News recorder_news_;
  Step taken_;  // what record() works with: some kilobytes
  bool recording_lost_ = false;
  std::uint32_t noted_epoch_ = 0;  // of the registration that the scan's worker knows
  std::uint64_t known_drops_ = 0;
  Timestamp last_received_{};
  Timestamp last_acquired_{};
  Timestamp frame_received_{};
  std::optional<Timestamp> frame_due_;  // the next, as the last interval tells
  std::optional<Timestamp> rehearse_at_;
  const bool may_stay_awake_ = std::thread::hardware_concurrency() > 1;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

}  // namespace trocar
