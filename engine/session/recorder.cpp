#include "engine/session/recorder.hpp"

#include <utility>

#include "engine/base/log.hpp"
#include "engine/session/session_messages.hpp"

namespace trocar {

Recorder::Recorder(std::unique_ptr<SessionWriter> writer, const TimeSource& time,
                   std::int64_t utc_at_zero_ns)
    : writer_(std::move(writer)), time_(time), utc_at_zero_ns_(utc_at_zero_ns) {}

Recorder::~Recorder() { (void)stop(); }

void Recorder::start(News& news, Signal& wake, bool wanted) {
  news_ = &news;
  wake_ = &wake;
  wanted_ = wanted;
  follow_wish();  // before the navigator's first step: nothing is missed
  thread_ = std::thread([this] { work(); });
}

Status Recorder::stop() {
  if (!thread_.joinable()) return Done{};
  ended_ = true;
  bell_.notify();
  thread_.join();
  drain();
  if (told_ == Recording::lost) return Error{Code::io, "the recording was lost before its end"};
  return writer_->close();
}

bool Recorder::step(const Step& step) { return steps_.push(step); }
bool Recorder::said(const Guidance& guidance) { return guidances_.push(guidance); }
bool Recorder::line(std::uint64_t sequence, const StateLine& line) {
  return lines_.push({sequence, line});
}

// Wakes by itself: to be rung would cost the navigator a system call for each pose.
void Recorder::work() {
  constexpr Duration look_every = std::chrono::milliseconds(5);
  while (!ended_) {
    bell_.wait(look_every);
    follow_wish();
    drain();
    if (is_due()) commit();
  }
}

void Recorder::follow_wish() {
  if (told_ == Recording::lost) return;
  const Recording wish = wanted_ ? Recording::on : Recording::off;
  if (wish != told_) tell(wish, "");
}

void Recorder::tell(Recording recording, const std::string& detail) {
  told_ = recording;
  news_->push(RecordingChanged{recording, detail});
  wake_->notify();
}

void Recorder::lose(const std::string& why) {
  if (told_ == Recording::lost) return;
  lost_ = true;
  log::error("recording lost: " + why);
  tell(Recording::lost, why);
}

void Recorder::write(Topic topic, Timestamp at, const std::string& message) {
  if (told_ == Recording::lost) return;
  if (writer_->pending_bytes() == 0) chunk_began_ = time_.now();
  const std::int64_t utc_ns = utc_at_zero_ns_ + at.time_since_epoch().count();
  writer_->add(static_cast<std::uint16_t>(topic),
               static_cast<std::uint64_t>(std::max<std::int64_t>(utc_ns, 0)),
               std::as_bytes(std::span(message)));
}

template <class T, std::size_t Capacity>
void Recorder::note_loss(const Ring<T, Capacity>& ring) {
  if (ring.dropped() > 0) lose("the disk did not keep up");
}

// The navigator pushes a step, its lines, its guidance, and only then the next step. The file has
// the same order: replay compares as it goes.
void Recorder::write_said_before(std::uint64_t sequence) {
  while (has_line_ || (has_line_ = lines_.pop(line_))) {
    if (line_.sequence >= sequence) break;
    write(topic_of(line_.line), line_.line.at, encode(line_.line));
    has_line_ = false;
  }
  while (has_guidance_ || (has_guidance_ = guidances_.pop(guidance_))) {
    if (guidance_.sequence >= sequence) break;
    write(Topic::guidance, guidance_.now, encode(guidance_));
    has_guidance_ = false;
  }
}

// A step that is missing ends the record: what follows could not be replayed.
void Recorder::drain_steps() {
  for (std::uint64_t last = step_.sequence; steps_.pop(step_); last = step_.sequence) {
    if (last != 0 && step_.sequence != last + 1) lose("the disk did not keep up");
    write_said_before(step_.sequence);
    write(topic_of(step_.event), step_.now, encode(step_));
    if (is_due()) commit();
  }
  write_said_before(step_.sequence + 1);
  note_loss(steps_);
  note_loss(guidances_);
  note_loss(lines_);
}

// What replay does not need; kept only while recording is on.
void Recorder::drain_beside() {
  const bool on = told_ == Recording::on;
  CommandRecord command;
  while (commands_.pop(command)) write(Topic::command, command.received, encode(command));
  RawPiece piece;
  while (tap_.raw.pop(piece)) {
    if (on) write(Topic::raw, piece.received, encode(piece));
  }
  ImageFrame image;
  while (tap_.images.pop(image)) {
    if (on) write(Topic::image, image.received, encode(image));
    if (is_due()) commit();
  }
  if (!on) return;
  note_loss(tap_.raw);
  note_loss(tap_.images);
}

void Recorder::drain() {
  drain_steps();
  drain_beside();
}

bool Recorder::is_due() const {
  constexpr Duration at_most = std::chrono::milliseconds(25);  // and 5 until we look again: 0050
  constexpr std::size_t full = std::size_t{4} << 20U;
  if (told_ == Recording::lost || writer_->pending_bytes() == 0) return false;
  return writer_->pending_bytes() >= full || time_.now() - chunk_began_ >= at_most;
}

void Recorder::commit() {
  const Timestamp from = time_.now();
  const std::uint64_t bytes = writer_->committed_bytes();
  const std::uint64_t messages = writer_->committed_messages();
  const Status done = writer_->commit();
  metrics_.commit.record(time_.now() - from);
  metrics_.bytes.add(writer_->committed_bytes() - bytes);
  metrics_.messages.add(writer_->committed_messages() - messages);
  if (!done) lose(done.error().detail);
}

}  // namespace trocar
