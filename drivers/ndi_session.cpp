#include "drivers/ndi_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace trocar {
namespace {

using std::chrono::milliseconds;

// What a real Vicra states for itself, for devices that state nothing.
constexpr Duration usual_timeout = std::chrono::seconds(2);
const std::map<std::string, Duration, std::less<>>& vicra_timeouts() {
  static const std::map<std::string, Duration, std::less<>> table{
      {"INIT", std::chrono::seconds(4)},   {"PINIT", std::chrono::seconds(6)},
      {"TSTART", std::chrono::seconds(6)}, {"RESET", std::chrono::seconds(15)},
      {"GET", std::chrono::seconds(8)},    {"SET", std::chrono::seconds(8)},
  };
  return table;
}

constexpr std::array<std::pair<unsigned, char>, 7> comm_codes{{{921600, '6'},
                                                               {230400, 'A'},
                                                               {115200, '5'},
                                                               {57600, '4'},
                                                               {38400, '3'},
                                                               {19200, '2'},
                                                               {9600, '0'}}};

constexpr std::string_view stream_name = "trocar";

}  // namespace

NdiSession::NdiSession(const NdiConfig& config, const std::vector<NdiTool>& tools, Signal& stop)
    : config_(config), tools_(tools), link_(stop), framing_({.extended = is_network()}) {}

void NdiSession::close() {
  if (link_.is_open() && !config_.serial.empty()) {
    // So that the next one finds the device at 9600 baud; nobody waits for the answer.
    link_.discard();
    (void)link_.write(encode_command("TSTOP", ""), milliseconds(200));
    (void)link_.write(encode_command("COMM", "00000"), milliseconds(200));
  }
  link_.close();
  framing_.clear();
}

Duration NdiSession::timeout_of(std::string_view name) const {
  if (const auto own = timeouts_.find(name); own != timeouts_.end()) return own->second;
  const auto usual = vicra_timeouts().find(name);
  return usual == vicra_timeouts().end() ? usual_timeout : usual->second;
}

NdiSession::Answer NdiSession::ask(std::string_view name, std::string_view parameters) {
  framing_.clear();
  link_.discard();
  const Status sent = link_.write(encode_command(name, parameters), usual_timeout);
  if (!sent) {
    trouble_ = sent.error().detail;
    return Answer::down;
  }
  return read_reply(name, timeout_of(name));
}

NdiSession::Answer NdiSession::read_reply(std::string_view name, Duration timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const auto found = framing_.next();
    if (!found) {
      trouble_ = fmt::format("answer to {}: {}", name, found.error().detail);
      return Answer::garbled;
    }
    if (!found.value()) {
      const auto left =
          std::chrono::duration_cast<Duration>(end - std::chrono::steady_clock::now());
      const auto n = link_.read_some(framing_.free_space(), std::max(left, Duration(0)));
      if (!n) {
        trouble_ = fmt::format("{}, while it should answer {}", n.error().detail, name);
        return Answer::down;
      }
      if (n.value() == 0) {
        trouble_ = fmt::format("no complete reply to {} in {:.1f} s ({} bytes came)", name,
                               seconds(timeout), framing_.waiting());
        return Answer::none;
      }
      framing_.received(n.value());
      continue;
    }
    if (found.value()->streamed) continue;
    reply_ = found.value()->text();
    const NdiAnswer answer = classify_ndi_answer(reply_);
    if (answer.kind != NdiAnswer::Kind::error) return Answer::text;
    trouble_ = fmt::format("the tracker refuses {}: ERROR{:02X}, {}", name, answer.code,
                           ndi_error_text(answer.code));
    return Answer::refused;
  }
}

NdiInput NdiSession::input_of(Answer answer) {
  switch (answer) {
    case Answer::text:
      return NdiInput::done;
    case Answer::refused:
      return NdiInput::refused;
    case Answer::garbled:
      return NdiInput::garbled;
    case Answer::none:
      return NdiInput::no_answer;
    case Answer::down:
      break;
  }
  return NdiInput::link_down;
}

NdiInput NdiSession::ask_simple(std::string_view name, std::string_view parameters) {
  const Answer answer = ask(name, parameters);
  if (answer != Answer::text) return input_of(answer);
  if (classify_ndi_answer(reply_).kind != NdiAnswer::Kind::other) return NdiInput::done;
  trouble_ = fmt::format("answer to {}: expected OKAY, found \"{}\"", name, reply_.substr(0, 40));
  return NdiInput::garbled;
}

NdiInput NdiSession::perform(NdiStep step) {
  switch (step) {
    case NdiStep::connecting:
      return connect();
    case NdiStep::calling:
      return call();
    case NdiStep::resetting:
      return reset();
    case NdiStep::setting_speed:
      return set_speed();
    case NdiStep::initialising:
      return initialise();
    case NdiStep::reading_revision:
      return read_revision();
    case NdiStep::identifying:
      return identify();
    case NdiStep::reading_timeouts:
      return read_timeouts();
    case NdiStep::listing_stale:
      return list("01");
    case NdiStep::freeing:
      return free_next();
    case NdiStep::requesting_handle:
      return request_handle();
    case NdiStep::uploading:
      return upload_piece();
    case NdiStep::listing_uninitialised:
      return list("02");
    case NdiStep::initialising_tool:
      return initialise_next();
    case NdiStep::listing_unenabled:
      return list("03");
    case NdiStep::describing:
      return describe();
    case NdiStep::enabling:
      return enable();
    case NdiStep::starting:
      return start();
    case NdiStep::resynchronising:
      return resynchronise();
    case NdiStep::stopping:
      return stop_tracking();
    case NdiStep::tracking:
    case NdiStep::backing_off:
      break;
  }
  return NdiInput::done;
}

NdiInput NdiSession::connect() {
  timeouts_.clear();
  handles_ = {};
  found_.clear();
  faulty_.clear();
  attempts_ = 0;
  framing_.clear();
  device_ = {};
  // A lost first packet is sent again after 1 s, 3 s, 7 s: a new attempt is sooner.
  const Duration timeout =
      connects_++ == 0 ? config_.connect_timeout
                       : std::min<Duration>(config_.connect_timeout, std::chrono::seconds(1));
  const Status opened = is_network() ? link_.connect_tcp(config_.host, config_.port, timeout)
                                     : link_.open_serial(config_.serial);
  if (opened) return is_network() || is_worth_calling() ? NdiInput::done : NdiInput::serial_open;
  trouble_ = opened.error().detail;
  return opened.error().code == Code::timeout ? NdiInput::no_answer : NdiInput::link_down;
}

// A break resets a device at whatever speed it listens; on a pseudo terminal the command must do.
NdiInput NdiSession::reset() {
  link_.discard();
  framing_.clear();
  Answer answer = Answer::none;
  if (!link_.is_pseudo_terminal()) {
    link_.send_break();
    answer = read_reply("a break", std::chrono::seconds(7));
    if (answer == Answer::garbled) answer = Answer::none;  // a break shows as garbage at first
    framing_.clear();
  }
  if (answer != Answer::text) {
    if (!link_.write("RESET \r", usual_timeout)) return NdiInput::link_down;
    answer = read_reply("RESET", timeout_of("RESET"));
  }
  if (answer != Answer::text) return input_of(answer);
  device_.baud = 9600;
  if (reply_ == "RESET") return NdiInput::done;
  trouble_ = fmt::format("answer to RESET: expected RESET, found \"{}\"", reply_.substr(0, 40));
  return NdiInput::garbled;
}

NdiInput NdiSession::set_speed() {
  for (const auto& [baud, code] : comm_codes) {
    if (baud > config_.baud || baud == 9600) continue;
    const Answer answer = ask("COMM", fmt::format("{}0000", code));
    if (answer == Answer::refused) continue;  // the device does not know this speed: a lower one
    if (answer != Answer::text) return input_of(answer);
    if (!link_.wait(milliseconds(100))) return NdiInput::link_down;
    const Status set = link_.set_baud(baud);
    if (!set) {
      trouble_ = set.error().detail;
      return NdiInput::link_down;
    }
    device_.baud = baud;
    return link_.wait(milliseconds(100)) ? NdiInput::done : NdiInput::link_down;
  }
  return NdiInput::done;
}

NdiInput NdiSession::initialise() {
  const NdiInput input = ask_simple("INIT", "");
  return input == NdiInput::done && !link_.wait(milliseconds(100)) ? NdiInput::link_down : input;
}

NdiInput NdiSession::read_revision() {
  api_major_ = 0;
  const Answer answer = ask("APIREV", "");
  if (answer == Answer::text) {
    const auto revision = parse_apirev(reply_);
    if (revision) api_major_ = revision.value().major;
    device_.api_revision = reply_;
  }
  choose_poll();
  return input_of(answer);
}

void NdiSession::choose_poll() {
  NdiTrackingMode mode = config_.mode;
  if (mode == NdiTrackingMode::automatic)
    mode = api_major_ >= 3 ? NdiTrackingMode::bx2 : NdiTrackingMode::bx;
  streams_ = mode == NdiTrackingMode::stream;
  options_ = ndi_transforms | (config_.loss_reasons ? ndi_tool_info : 0U) |
             (config_.report_out_of_volume ? ndi_out_of_volume : 0U) |
             (config_.report_stray_markers ? ndi_strays : 0U);
  bx2_parameters_ = config_.report_stray_markers ? "--6d=tools --3d=strays --1d=buttons"
                                                 : "--6d=tools --1d=buttons";
  const bool is_bx2 = mode == NdiTrackingMode::bx2 || streams_;
  poll_ = is_bx2 ? NdiPoll::bx2 : mode == NdiTrackingMode::tx ? NdiPoll::tx : NdiPoll::bx;
  if (is_bx2)
    poll_command_ = encode_command("BX2", bx2_parameters_);
  else
    poll_command_ =
        encode_command(poll_ == NdiPoll::tx ? "TX" : "BX", fmt::format("{:04X}", options_));
}

NdiInput NdiSession::identify() {
  const Answer version = ask("VER", "0");
  if (version != Answer::text && version != Answer::refused) return input_of(version);
  if (version == Answer::text) {
    if (const auto ver = parse_ver(reply_)) {
      device_.type = ver.value().type;
      device_.serial = ver.value().serial;
      device_.firmware = ver.value().freeze_tag;
    }
  }
  const Answer features = ask("GET", "Features.*");
  if (features != Answer::text) return input_of(features);
  const auto values = parse_get(reply_);
  if (!values) return NdiInput::done;
  const auto take = [&](const char* name, std::string& to) {
    const auto it = values.value().find(name);
    if (it != values.value().end()) to = it->second;
  };
  take("Features.Hardware.Model", device_.model);
  take("Features.Hardware.Serial Number", device_.serial);
  take("Features.Firmware.Version", device_.firmware);
  return NdiInput::done;
}

NdiInput NdiSession::read_timeouts() {
  const Answer answer = ask("GET", "Info.Timeout.*");
  if (answer != Answer::text) return input_of(answer);
  const auto values = parse_get(reply_);
  if (!values) return NdiInput::done;
  constexpr std::string_view prefix = "Info.Timeout.";
  for (const auto& [name, value] : values.value()) {
    int whole_s = 0;
    const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), whole_s);
    if (!name.starts_with(prefix) || error != std::errc{} || whole_s < 1 || whole_s > 60) continue;
    timeouts_[name.substr(prefix.size())] = std::chrono::seconds(whole_s);
  }
  return NdiInput::done;
}

NdiInput NdiSession::start() {
  const NdiInput started = ask_simple("TSTART", "");
  if (started != NdiInput::done || !streams_) return started;
  return ask_simple("STREAM", fmt::format("--id={} BX2 {}", stream_name, bx2_parameters_));
}

}  // namespace trocar
