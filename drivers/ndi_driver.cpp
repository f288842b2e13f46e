#include "drivers/ndi_driver.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/ndi_session.hpp"
#include "drivers/threaded_source.hpp"

namespace trocar {
namespace {

constexpr Duration first_back_off = std::chrono::milliseconds(100);
constexpr int max_damaged_in_a_row = 5;

class NdiDriver final : public ThreadedSource {
 public:
  NdiDriver(NdiConfig config, std::vector<NdiTool> tools)
      : config_(std::move(config)), tools_(std::move(tools)) {}
  ~NdiDriver() override { stop(); }
  NdiDriver(const NdiDriver&) = delete;
  NdiDriver& operator=(const NdiDriver&) = delete;

 private:
  void run() override;
  NdiInput track();
  NdiInput take_replies(Timestamp received);
  NdiInput damaged(std::string_view why);
  bool ask();
  NdiInput back_off();
  void say_step(NdiStep from, NdiStep to);

  NdiConfig config_;
  std::vector<NdiTool> tools_;

  // The thread's own from here.
  std::unique_ptr<NdiSession> session_;
  std::unique_ptr<NdiPublisher> publisher_;
  Duration pause_ = first_back_off;
  int damaged_in_a_row_ = 0;
};

void NdiDriver::run() {
  session_ = std::make_unique<NdiSession>(config_, tools_, stop_signal());
  publisher_ = std::make_unique<NdiPublisher>(config_.clock, config_.frame_hz, outbox());
  say(Link::connecting, "connecting to the tracker");
  NdiStep step = NdiStep::connecting;
  while (!is_stopping()) {
    NdiInput input = NdiInput::done;
    if (step == NdiStep::tracking)
      input = track();
    else if (step == NdiStep::backing_off)
      input = back_off();
    else
      input = session_->perform(step);
    if (is_stopping()) break;
    const NdiStep then = next(step, input);
    say_step(step, then);
    step = then;
  }
  session_->close();
}

// One state of the connection is said once; why it failed is said again only when it differs.
void NdiDriver::say_step(NdiStep from, NdiStep to) {
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

NdiInput NdiDriver::back_off() {
  session_->close();
  if (stop_signal().wait(pause_)) return NdiInput::link_down;  // stopped
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
    const std::span<std::byte> space = framing.free_space();
    const auto n = session_->link().read_some(space, std::max(left, Duration(0)));
    const Timestamp received = time().now();
    if (!n) {
      session_->set_trouble(n.error().detail);
      return NdiInput::link_down;
    }
    if (n.value() == 0) {
      session_->set_trouble(fmt::format("no complete tracking reply in {:.0f} ms",
                                        milliseconds_of(config_.reply_timeout)));
      return NdiInput::no_answer;
    }
    outbox().push_raw(received, space.first(n.value()));
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
