#include "drivers/ndi_driver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "drivers/ndi_session.hpp"
#include "engine/base/log.hpp"

namespace trocar {
namespace {

constexpr Duration first_back_off = std::chrono::milliseconds(100);
constexpr int max_damaged_in_a_row = 5;

class NdiDriver final : public Source {
 public:
  NdiDriver(NdiConfig config, std::vector<NdiTool> tools)
      : config_(std::move(config)), tools_(std::move(tools)) {}
  ~NdiDriver() override { stop(); }

  void start(SourceOutbox& outbox, const TimeSource& time) override {
    stop_.drain();
    stopping_.store(false);
    outbox_ = &outbox;
    time_ = &time;
    thread_ = std::thread([this] { run(); });
  }
  void stop() override {
    if (!thread_.joinable()) return;
    stopping_.store(true);
    stop_.notify();
    thread_.join();
  }

 private:
  void run();
  NdiInput track();
  NdiInput take_replies(Timestamp received);
  NdiInput damaged(std::string_view why);
  bool ask();
  NdiInput back_off();
  void say(NdiStep from, NdiStep to);
  void say(Link link, std::string_view detail);

  NdiConfig config_;
  std::vector<NdiTool> tools_;
  SourceOutbox* outbox_ = nullptr;
  const TimeSource* time_ = nullptr;
  Signal stop_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;

  // The thread's own from here.
  std::unique_ptr<NdiSession> session_;
  std::unique_ptr<NdiPublisher> publisher_;
  Duration pause_ = first_back_off;
  int damaged_in_a_row_ = 0;
  Link said_ = Link::connecting;
  std::string said_detail_;
};

void NdiDriver::run() {
  session_ = std::make_unique<NdiSession>(config_, tools_, stop_);
  publisher_ = std::make_unique<NdiPublisher>(config_.clock, config_.frame_hz, *outbox_);
  say(Link::connecting, "connecting to the tracker");
  NdiStep step = NdiStep::connecting;
  while (!stopping_.load()) {
    NdiInput input = NdiInput::done;
    if (step == NdiStep::tracking)
      input = track();
    else if (step == NdiStep::backing_off)
      input = back_off();
    else
      input = session_->perform(step);
    if (stopping_.load()) break;
    const NdiStep then = next(step, input);
    say(step, then);
    step = then;
  }
  session_->close();
}

// One state of the connection is said once; why it failed is said again only when it differs.
void NdiDriver::say(NdiStep from, NdiStep to) {
  if (to == NdiStep::backing_off && from != to) {
    say(Link::lost, fmt::format("{}: {}", to_string(from), session_->trouble()));
  }
  if (to == NdiStep::tracking && from == NdiStep::starting) {
    const NdiDeviceInfo& device = session_->device();
    say(Link::tracking, fmt::format("{} {}, serial {}", device.type, device.model, device.serial));
    publisher_->begin(session_->handles(), session_->poll(), session_->options());
    pause_ = first_back_off;
    damaged_in_a_row_ = 0;
  }
  if (to == NdiStep::stopping) say(Link::connecting, "a tool was plugged in or out");
}

void NdiDriver::say(Link link, std::string_view detail) {
  if (link == said_ && detail == said_detail_) return;
  said_ = link;
  said_detail_ = detail;
  outbox_->push(LinkChanged{link, FixedText<200>(detail)});
  if (link == Link::lost)
    log::warn(fmt::format("tracker: {}", detail));
  else
    log::info(fmt::format("tracker: {}", detail));
}

NdiInput NdiDriver::back_off() {
  session_->close();
  if (stop_.wait(pause_)) return NdiInput::link_down;  // stopped
  pause_ = std::min(pause_ * 2, config_.longest_back_off);
  return NdiInput::done;
}

// Until something else than tracking is to be done. The next request goes out as soon as the last
// byte of a reply is in, before it is even looked at.
NdiInput NdiDriver::track() {
  NdiFraming& framing = session_->framing();
  if (!session_->streams()) {
    framing.clear();
    if (!ask()) return NdiInput::link_down;
  }  // a stream's first packet may have begun in the read that ended with OKAY
  auto deadline = std::chrono::steady_clock::now() + config_.reply_timeout;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now());
    const auto n = session_->link().read_some(framing.free_space(), std::max(left, Duration(0)));
    const Timestamp received = time_->now();
    if (!n) {
      session_->set_trouble(n.error().detail);
      return NdiInput::link_down;
    }
    if (n.value() == 0) {
      session_->set_trouble(fmt::format("no complete tracking reply in {:.0f} ms",
                                        milliseconds_of(config_.reply_timeout)));
      return NdiInput::no_answer;
    }
    framing.received(n.value());
    const NdiInput input = take_replies(received);
    if (input == NdiInput::more) continue;  // part of a reply: the deadline is for the whole
    if (input != NdiInput::done) return input;
    deadline = std::chrono::steady_clock::now() + config_.reply_timeout;
  }
}

// done: at least one complete reply; more: none yet.
NdiInput NdiDriver::take_replies(Timestamp received) {
  NdiInput result = NdiInput::more;
  bool asked = session_->streams();
  for (;;) {
    const auto found = session_->framing().next();
    if (!found) return damaged(found.error().detail);
    if (!found.value()) return result;
    if (session_->streams() != found.value()->streamed) continue;  // answer to an older command
    if (!asked && !ask()) return NdiInput::link_down;
    asked = true;
    switch (publisher_->take(*found.value(), received)) {
      case NdiPublisher::Outcome::published:
      case NdiPublisher::Outcome::nothing_new:
        break;
      case NdiPublisher::Outcome::ports_changed:
        return NdiInput::ports_changed;
      case NdiPublisher::Outcome::garbled:
        return damaged(publisher_->error().detail);
    }
    damaged_in_a_row_ = 0;
    result = NdiInput::done;
  }
}

// A stream never pauses, so its start of replies cannot be found again by waiting.
NdiInput NdiDriver::damaged(std::string_view why) {
  session_->set_trouble(std::string(why));
  const bool again = ++damaged_in_a_row_ < max_damaged_in_a_row && !session_->streams();
  return again ? NdiInput::garbled : NdiInput::no_answer;
}

bool NdiDriver::ask() {
  const Status sent = session_->link().write(session_->poll_command(), config_.reply_timeout);
  if (!sent) session_->set_trouble(sent.error().detail);
  return static_cast<bool>(sent);
}

}  // namespace

std::unique_ptr<Source> make_ndi_driver(NdiConfig config, std::vector<NdiTool> tools) {
  return std::make_unique<NdiDriver>(std::move(config), std::move(tools));
}

}  // namespace trocar
