#include "engine/runtime/engine.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "engine/base/log.hpp"

namespace trocar {

Engine::Engine(EngineParts parts, const TimeSource& time, Outlets outlets)
    : parts_(std::move(parts)), time_(time), outlets_(outlets) {
  outbox_.wake = &wake_;
  outbox_.images = outlets_.images;
  outbox_.image_wake = &outlets_.published;
  if (parts_.recorder) outbox_.tap = &parts_.recorder->tap();
}

Engine::~Engine() { stop(); }

void Engine::start() {
  if (parts_.worker) parts_.worker->start(results_, wake_);
  if (parts_.intraop) parts_.intraop->start(scans_, wake_);
  if (parts_.recorder) parts_.recorder->start(recorder_news_, wake_, parts_.record_at_start);
  thread_ = std::thread([this] { navigate(); });
  parts_.source->start(outbox_, time_);
}

void Engine::stop() {
  if (!thread_.joinable()) return;
  parts_.source->stop();
  if (parts_.worker) parts_.worker->stop();
  if (parts_.intraop) parts_.intraop->stop();
  ended_ = true;
  wake_.notify();
  thread_.join();
  if (!parts_.recorder) return;
  parts_.recorder->tap().flush();
  if (const Status kept = parts_.recorder->stop(); !kept) log::error(kept.error().detail);
}

// The one loop of the core: sleep until something comes or a tick is due, take all there is,
// publish.
void Engine::navigate() {
  Timestamp next_tick = time_.now();
  while (!ended_) {
    await(rehearse_at_ ? std::min(next_tick, *rehearse_at_) : next_tick);
    bool news = drain();
    if (!news && rehearse_at_ && time_.now() >= *rehearse_at_) {
      rehearse_at_.reset();
      parts_.navigator->rehearse();
      metrics_.rehearsals.add();
      outlets_.published.notify();  // so does who sends
    }
    if (time_.now() >= next_tick) {
      if (!news) step(Tick{});
      news = true;
      next_tick = time_.now() + parts_.tick;
    }
    if (news) publish();
  }
}

// Sleeps until something comes, at most until `until`. When a frame is due it stays awake: to be
// woken takes as long as to answer (decision 0005).
void Engine::await(Timestamp until) {
  constexpr Duration before = std::chrono::microseconds(150);
  constexpr Duration after = std::chrono::microseconds(300);
  const Timestamp now = time_.now();
  if (now >= until) return;
  const bool expected = may_stay_awake_ && frame_due_ && now < *frame_due_ + after;
  if (!expected) {
    wake_.wait(until - now);
  } else if (now < *frame_due_ - before) {
    wake_.wait(std::min(until, *frame_due_ - before) - now);
  } else {
    metrics_.vigils.add();
    const Timestamp end = std::min(until, *frame_due_ + after);
    while (outbox_.events.empty() && results_.empty() && scans_.empty() && time_.now() < end &&
           !ended_) {
    }
  }
}

// Fixed order: the recorder, what is known from the start, the results of workers, then the source.
// True when anything came.
bool Engine::drain() {
  bool news = false;
  Event result;
  while (recorder_news_.pop(result)) {
    if (recording_lost_) continue;  // said already
    step(result);
    news = true;
  }
  for (const Registration& known : std::exchange(parts_.registrations, {})) {
    step(known);
    news = true;
  }
  while (results_.pop(result) || scans_.pop(result)) {
    step(result);
    news = true;
  }
  if (const std::uint64_t drops = outbox_.events.dropped(); drops != known_drops_) {
    step(Gap{drops - known_drops_});
    known_drops_ = drops;
    news = true;
  }
  SourceEvent said;
  while (outbox_.events.pop(said)) {
    if (const auto* frame = std::get_if<TrackerFrame>(&said)) {
      metrics_.frames.add();
      last_received_ = frame->received;
      last_acquired_ = frame->acquired;
      expect_next(frame->received);
    }
    step(std::visit([](const auto& e) { return Event(e); }, said));
    news = true;
  }
  return news;
}

// Caches and core go cold between two frames, which costs more than the answer itself: a little
// before the next frame is due its work is done once for nothing.
void Engine::expect_next(Timestamp received) {
  constexpr Duration ahead = std::chrono::microseconds(800);
  if (received == frame_received_) return;  // a second exposure of the same reply
  const Duration period = received - std::exchange(frame_received_, received);
  rehearse_at_.reset();
  frame_due_.reset();
  if (period < parts_.tick) frame_due_ = received + period;
  if (period > 4 * ahead && period < parts_.tick) rehearse_at_ = received + period - ahead;
}

void Engine::step(const Event& event) {
  const Timestamp now = time_.now();
  parts_.navigator->step(event, now);
  const bool kept = record(event, now);
  for (const StateLine& line : parts_.navigator->lines()) {
    if (!outlets_.lines.push(line)) metrics_.lost_lines.add();
    outlets_.to_log.push(line);
  }
  if (const LandmarksCollected* landmarks = parts_.navigator->landmarks();
      landmarks != nullptr && parts_.worker) {
    parts_.worker->offer(*landmarks);
  }
  note_registration();
  if (!kept) lose_recording();
}

// A scan is searched from where the registration that holds says the spine is.
void Engine::note_registration() {
  const std::uint32_t epoch = parts_.navigator->guidance().epoch;
  if (!parts_.intraop || epoch == noted_epoch_) return;
  noted_epoch_ = epoch;
  const Registration* held = parts_.navigator->registration(parts_.reference_vertebra);
  parts_.intraop->note(held != nullptr ? IntraopWorker::Known(*held) : std::nullopt);
}

// True when nothing was lost, also when there is nothing to record.
bool Engine::record(const Event& event, Timestamp now) {
  if (!parts_.recorder || recording_lost_) return true;
  const Guidance& guidance = parts_.navigator->guidance();
  if (guidance.recording == Recording::lost) return recording_lost_ = true;
  taken_.sequence = guidance.sequence;
  taken_.now = now;
  taken_.event = event;
  bool kept = parts_.recorder->step(taken_);
  if (guidance.recording != Recording::on) return kept;
  for (const StateLine& line : parts_.navigator->lines()) {
    kept &= parts_.recorder->line(guidance.sequence, line);
  }
  return kept;
}

// Told from here and not by the recorder, which may hang in a system call.
void Engine::lose_recording() {
  recording_lost_ = true;
  step(RecordingChanged{Recording::lost, "the disk did not keep up"});
}

void Engine::publish() {
  const Guidance& guidance = parts_.navigator->guidance();
  outlets_.newest.publish(guidance);
  outlets_.published.notify();
  const bool recorded = guidance.recording == Recording::on && parts_.recorder;
  if (recorded && !parts_.recorder->said(guidance)) {
    lose_recording();
    outlets_.newest.publish(guidance);
    outlets_.published.notify();
  }
  metrics_.published.add();
  if (last_received_ == Timestamp{}) return;
  const Timestamp now = time_.now();
  metrics_.received_to_published.record(now - last_received_);
  metrics_.acquired_to_published.record(now - last_acquired_);
  last_received_ = Timestamp{};
}

}  // namespace trocar
