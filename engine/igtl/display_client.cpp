#include "engine/igtl/display_client.hpp"

#include <algorithm>
#include <utility>

namespace trocar::igtl {

namespace {

using std::chrono::milliseconds;

// A client that has more than this under way is behind: what follows would only be older when read.
// Messages of a few kilobytes are begun only below it and so always fit the kernel's buffer: a
// client that stalls among them is closed at a message boundary.
constexpr std::size_t most_under_way = 16U << 10U;
constexpr std::size_t most_at_once = 256U << 10U;
constexpr Duration look_again = milliseconds(5);
constexpr Duration longest_pace = milliseconds(200);
constexpr Duration least_slow_pace = milliseconds(10);
constexpr Duration slow_at_most_every = milliseconds(500);
constexpr Duration speed_up_after = std::chrono::seconds(10);
constexpr Duration large_settle = std::chrono::seconds(1);  // after surfaces and images

// What nobody wants may be as large as this times max_message_bytes, and is not kept.
constexpr std::uint64_t skip_factor = 64;
// So many messages at once are still a client that has just connected.
constexpr double burst_seconds = 2;
// Answers that wait are memory: a client that asks faster than it reads is heard again when it has.
constexpr std::size_t most_answers_waiting = 32;

// The queries that say more in their content than in their name.
bool wants_asked(std::string_view type) {
  return type == "STRING" || type == "COMMAND" || type.starts_with("STT_");
}

}  // namespace

DisplayClient::DisplayClient(std::unique_ptr<Connection> connection, std::unique_ptr<Timer> turn,
                             const ServerConfig& config, Owner& owner)
    : connection_(std::move(connection)),
      turn_(std::move(turn)),
      config_(config),
      owner_(owner),
      stream_({config.max_message_bytes, skip_factor * config.max_message_bytes}, &wants_asked),
      messages_(config.max_messages_per_s, burst_seconds * config.max_messages_per_s),
      pace_(config.pace),
      progress_(owner.now()),
      pace_changed_(owner.now()) {
  queue_.set_pace(OutQueue::tools, pace_);
}

void DisplayClient::push_news(SharedBytes bytes) {
  if (!open_) return;
  large_at_ = owner_.now();
  if (!queue_.push_news(std::move(bytes))) refuse(Refusal::stalled);
}

void DisplayClient::offer(OutQueue::Slot slot, SharedBytes bytes) {
  const std::uint64_t before = queue_.skipped();
  queue_.offer(slot, std::move(bytes));
  owner_.counters().skipped.add(queue_.skipped() - before);
  if (slot == OutQueue::image) large_at_ = owner_.now();
}

void DisplayClient::send() {
  give();
  if (!reading_) receive();
}

// Gives way to the other clients after so many bytes.
void DisplayClient::give() {
  std::size_t given = 0;
  while (open_ && !waiting_for_room_) {
    if (given >= most_at_once) return wait_for_room();
    const Timestamp now = owner_.now();
    if (queue_.at_message_boundary() && queue_.paced_waits() && is_behind(now)) {
      queue_.hold(now + look_again);
    }
    const auto bytes = queue_.front(now);
    if (bytes.empty()) return wait_for_turn();
    const auto taken = connection_->write(bytes);
    if (!taken) return close();
    if (taken.value() == 0) return wait_for_room();
    queue_.sent(taken.value());
    written_ += taken.value();
    given += taken.value();
    owner_.counters().bytes_sent.add(taken.value());
  }
}

// Also notes whether the peer takes anything at all.
bool DisplayClient::is_behind(Timestamp now) {
  const std::size_t under_way = connection_->unacknowledged();
  const std::uint64_t arrived = written_ - std::min<std::uint64_t>(written_, under_way);
  if (arrived > arrived_ || under_way == 0) progress_ = now;
  arrived_ = arrived;
  const bool behind = under_way > most_under_way;
  if (behind) slow_down(now);
  return behind;
}

// A reader that cannot follow has the kernel's buffers full of old data: only a longer pace empties
// them. It becomes shorter again by and by.
void DisplayClient::slow_down(Timestamp now) {
  if (now - large_at_ < large_settle || now - pace_changed_ < slow_at_most_every) return;
  if (pace_ >= longest_pace) return;
  owner_.counters().slowed.add();
  set_pace(std::clamp(2 * pace_, least_slow_pace, longest_pace));
}

void DisplayClient::speed_up(Timestamp now) {
  if (pace_ > config_.pace && now - pace_changed_ >= speed_up_after) {
    set_pace(std::max(config_.pace, pace_ * 3 / 4));
  }
}

void DisplayClient::set_pace(Duration pace) {
  pace_ = pace;
  pace_changed_ = owner_.now();
  queue_.set_pace(OutQueue::tools, pace_);
  queue_.set_pace(OutQueue::tracking, std::max(pace_, tracking_.value_or(Duration(0))));
}

void DisplayClient::set_tracking(std::optional<Duration> resolution) {
  tracking_ = resolution;
  if (!resolution) queue_.withdraw(OutQueue::tracking);
  queue_.set_pace(OutQueue::tracking, std::max(pace_, resolution.value_or(Duration(0))));
}

void DisplayClient::set_images(bool wanted) {
  images_ = wanted;
  if (!wanted) queue_.withdraw(OutQueue::image);
}

void DisplayClient::wait_for_room() {
  waiting_for_room_ = true;
  connection_->when_writable([self = shared_from_this()](const Status& there) {
    self->waiting_for_room_ = false;
    if (!there) return self->close();
    self->send();
  });
}

void DisplayClient::wait_for_turn() {
  const auto turn = queue_.next_turn();
  if (!turn) return;
  turn_->after(*turn - owner_.now(), [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->send();
  });
}

void DisplayClient::receive() {
  if (hearing_ || reading_) return;
  hearing_ = true;
  bool more = true;
  while (more && open_ && queue_.news_waiting() < most_answers_waiting) more = hear_one();
  hearing_ = false;
  if (!open_) return;
  // The time in which nobody listens is not the client's.
  if (more || !stream_.in_message()) {
    message_began_.reset();
  } else if (!message_began_) {
    message_began_ = owner_.now();
  }
  if (!more) read();
}

void DisplayClient::read() {
  reading_ = true;
  connection_->when_read(
      [self = shared_from_this()](const Result<std::span<const std::byte>>& bytes) {
        self->reading_ = false;
        if (!bytes) return self->close();
        self->stream_.push(bytes.value());
        self->receive();
      });
}

void DisplayClient::watch() {
  if (!open_) return;
  const Timestamp now = owner_.now();
  (void)is_behind(now);
  speed_up(now);
  if (now - progress_ > config_.stall_limit) return refuse(Refusal::stalled);
  if (message_began_ && now - *message_began_ > config_.message_deadline) {
    refuse(Refusal::message_too_slow);
  }
}

void DisplayClient::close() {
  if (!std::exchange(open_, false)) return;
  owner_.counters().closed_by_peer.add();
  connection_->close();
}

void DisplayClient::refuse(Refusal why) {
  if (!std::exchange(open_, false)) return;
  owner_.on_refused(*this, why);
  connection_->close();
}

// False when no whole message is left, or the client is.
bool DisplayClient::hear_one() {
  const auto message = stream_.next();
  if (!message) {
    refuse(refusal_of(message.error()));
    return false;
  }
  if (!message.value()) return false;
  message_began_.reset();
  if (!messages_.take(owner_.now())) {
    refuse(Refusal::too_many_messages);
    return false;
  }
  if (message.value()->header.version == 2 && std::exchange(version_, 2) == 1) {
    owner_.on_version_2(*this);
  }
  owner_.on_message(*this, *message.value());
  return true;
}

}  // namespace trocar::igtl
