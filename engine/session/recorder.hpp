#pragma once
#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "engine/base/counter.hpp"
#include "engine/base/latency_histogram.hpp"
#include "engine/base/result.hpp"
#include "engine/base/ring.hpp"
#include "engine/base/signal.hpp"
#include "engine/base/time.hpp"
#include "engine/data/source.hpp"
#include "engine/session/recorded.hpp"
#include "engine/session/session_messages.hpp"
#include "engine/session/session_writer.hpp"

namespace trocar {

// Readable while recording.
struct RecorderMetrics {
  Counter messages;  // acknowledged: on the disk
  Counter bytes;     // the same
  LatencyHistogram commit;
};

// Writes a session on a thread of its own: docs/decisions/0052. Steps are kept from the start, so
// that whatever is recorded later can be replayed; all the rest only while recording is on.
// hand-over: the navigator's thread calls step(), said(), line(); the source's thread fills tap();
// the network's thread calls commanded() and want().
class Recorder {
 public:
  using News = Ring<Event, 16>;  // RecordingChanged, for the navigator

  // `utc_at_zero_ns`: UTC of session time 0, ns since 1970. `time` must outlive it.
  Recorder(std::unique_ptr<SessionWriter> writer, const TimeSource& time,
           std::int64_t utc_at_zero_ns);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder();

  // `news` and `wake` must outlive it. Begins with recording wanted, or not yet.
  void start(News& news, Signal& wake, bool wanted);
  // After the last of the others' calls: what is waiting is written, the file is ended.
  Status stop();

  // False when the ring was full: then the record ends before it, and the caller tells the
  // navigator, because this thread may hang. No allocation, lock or system call.
  bool step(const Step& step);
  bool said(const Guidance& guidance);
  bool line(std::uint64_t sequence, const StateLine& line);

  RecordTap& tap() { return tap_; }
  void commanded(const CommandRecord& command) { commands_.push(command); }
  // Recording on or off; the navigator hears of it, and says it.
  void want(bool on) { wanted_ = on; }
  [[nodiscard]] bool is_lost() const { return lost_; }

  [[nodiscard]] const RecorderMetrics& metrics() const { return metrics_; }

 private:
  struct SaidLine {
    std::uint64_t sequence = 0;
    StateLine line;
  };

  void work();
  void follow_wish();
  void drain();
  void drain_steps();
  void drain_beside();
  void write_said_before(std::uint64_t sequence);
  template <class T, std::size_t Capacity>
  void note_loss(const Ring<T, Capacity>& ring);
  void write(Topic topic, Timestamp at, const std::string& message);
  [[nodiscard]] bool is_due() const;
  void commit();
  void lose(const std::string& why);
  void tell(Recording recording, const std::string& detail);

  std::unique_ptr<SessionWriter> writer_;
  const TimeSource& time_;
  std::int64_t utc_at_zero_ns_;
  News* news_ = nullptr;
  Signal* wake_ = nullptr;

  Ring<Step, 2048> steps_;
  Ring<Guidance, 512> guidances_;
  Ring<SaidLine, 512> lines_;
  Ring<CommandRecord, 64> commands_;
  RecordTap tap_;

  RecorderMetrics metrics_;
  std::atomic<bool> wanted_{false};
  std::atomic<bool> ended_{false};
  std::atomic<bool> lost_{false};
  Recording told_ = Recording::off;
  Timestamp chunk_began_{};
  Step step_;          // taken last; some kilobytes, not on the stack
  Guidance guidance_;  // taken, and not yet written while has_guidance_
  SaidLine line_;      // the same
  bool has_guidance_ = false;
  bool has_line_ = false;
  Signal bell_;
  std::thread thread_;
};

}  // namespace trocar
