#include <algorithm>

#include "drivers/ndi_session.hpp"

// The part of a session that finds the device again: after silence, after damage, at a change.
namespace trocar {
namespace {

using std::chrono::milliseconds;

constexpr Duration call_timeout = milliseconds(500);
constexpr int calls_per_round = 4;
constexpr int rounds_before_reset = 6;  // of a serial line

}  // namespace

// A serial device that was found once listens at the speed it was left with, or at 9600 after its
// power came back; calling finds it sooner than a reset, whose answer may take 15 s. Now and then
// a reset all the same: it finds the device at any speed.
bool NdiSession::is_worth_calling() const {
  return connects_ > 1 && unanswered_ % (rounds_before_reset + 1) != rounds_before_reset;
}

// INIT may take its 4 s, so a device that is silent, or comes back just after it was sent, would be
// waited for as long. A short question, repeated, is answered at once when there is somebody; an
// ERROR (not initialised, unknown command) is an answer, too. Half the time of INIT, and what is
// shown meanwhile is that nobody answers.
NdiInput NdiSession::call() {
  for (int i = 0; i < calls_per_round; ++i) {
    if (!is_network()) {
      device_.baud = i % 2 == 0 ? config_.baud : 9600;
      if (!link_.set_baud(device_.baud)) return NdiInput::link_down;
    }
    const Status sent = link_.write(encode_command("APIREV", ""), call_timeout);
    if (!sent) {
      trouble_ = sent.error().detail;
      return NdiInput::link_down;
    }
    const Answer answer = read_reply("APIREV", call_timeout);
    if (answer == Answer::down || (answer == Answer::garbled && is_network())) {
      return input_of(answer);
    }
    if (answer == Answer::text || answer == Answer::refused) {
      unanswered_ = 0;
      // The other calls may be answered, too.
      const NdiInput quiet = i == 0 ? NdiInput::done : resynchronise();
      return quiet == NdiInput::done && !is_network() ? NdiInput::serial_open : quiet;
    }
    framing_.clear();
  }
  ++unanswered_;
  return NdiInput::no_answer;
}

// A request or a stream is under way: what still comes of it goes by, until TSTOP is answered.
NdiInput NdiSession::stop_tracking() {
  constexpr std::string_view name = "TSTOP";
  if (!streams_) {  // an old device takes one command at a time
    const Answer pending = read_reply("the last request", config_.reply_timeout);
    if (pending == Answer::down) return NdiInput::link_down;
    if (pending == Answer::garbled) framing_.clear();
  }
  const Duration timeout = timeout_of(name);
  const auto end = std::chrono::steady_clock::now() + timeout;
  if (const Status sent = link_.write(encode_command(name, ""), timeout); !sent) {
    trouble_ = sent.error().detail;
    return NdiInput::link_down;
  }
  for (;;) {
    const auto left = std::chrono::duration_cast<Duration>(end - std::chrono::steady_clock::now());
    const Answer answer = read_reply(name, std::max(left, Duration(0)));
    const bool tracking_reply =
        answer == Answer::text && classify_ndi_answer(reply_).kind == NdiAnswer::Kind::other;
    if (!tracking_reply) return input_of(answer);
  }
}

// Until the line is silent: the reply to the request that is still under way goes by unread.
NdiInput NdiSession::resynchronise() {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  framing_.clear();
  for (;;) {
    const auto n = link_.read_some(framing_.free_space(), milliseconds(100));
    if (!n) {
      trouble_ = n.error().detail;
      return NdiInput::link_down;
    }
    if (n.value() == 0) return NdiInput::done;
    // The bytes are not marked as received: the next ones overwrite them.
    if (std::chrono::steady_clock::now() > end) return NdiInput::no_answer;
  }
}

}  // namespace trocar
