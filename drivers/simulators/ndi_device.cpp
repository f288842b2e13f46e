#include "drivers/simulators/ndi_device.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "drivers/ndi_crc.hpp"

namespace trocar {
namespace {

constexpr unsigned in_power_up = 1U << static_cast<unsigned>(NdiMode::power_up);
constexpr unsigned in_initialized = 1U << static_cast<unsigned>(NdiMode::initialized);
constexpr unsigned in_tracking = 1U << static_cast<unsigned>(NdiMode::tracking);
constexpr unsigned anywhere = in_power_up | in_initialized | in_tracking;
constexpr unsigned after_init = in_initialized | in_tracking;

constexpr std::size_t longest_command = 1024;
constexpr std::array<double, 11> bauds{9600,   14400,   19200, 38400, 57600, 115200,
                                       921600, 1228739, 0,     0,     230400};

struct Parsed {
  std::string_view name;
  std::string_view params;
  bool crc_wrong = false;
};

// `NAME:PARAMS` + CRC, or `NAME PARAMS` without.
Parsed parse_command(std::string_view text) {
  const auto separator = text.find_first_of(": ");
  if (separator == std::string_view::npos) return {text, {}, false};
  const std::string_view name = text.substr(0, separator);
  if (text[separator] == ' ') return {name, text.substr(separator + 1), false};
  if (text.size() < separator + 5) return {name, {}, true};
  const std::string_view checked = text.substr(0, text.size() - 4);
  const auto crc = hex_at_front(text.substr(checked.size()), 4);
  const auto* bytes = reinterpret_cast<const std::byte*>(checked.data());
  const bool wrong = !crc || *crc != ndi_crc({bytes, checked.size()});
  return {name, checked.substr(separator + 1), wrong};
}

}  // namespace

const std::array<NdiDevice::TextCommand, 22>& NdiDevice::text_commands() {
  using D = NdiDevice;
  static const std::array<TextCommand, 22> table{{
      {"RESET", &D::reset, anywhere, 2000},
      {"INIT", &D::init, anywhere, 128},
      {"COMM", &D::comm, anywhere, 20},
      {"BEEP", &D::beep, anywhere, 30},
      {"ECHO", &D::echo, anywhere, 20},
      {"VER", &D::version, anywhere, 180},
      {"APIREV", &D::api_revision, anywhere, 30},
      {"GET", &D::get, anywhere, 60},
      {"GETINFO", &D::get_info, anywhere, 60},
      {"SET", &D::set, anywhere, 60},
      {"PHRQ", &D::port_command<&NdiPorts::request>, in_initialized, 47},
      {"PHF", &D::port_command<&NdiPorts::free>, in_initialized, 40},
      {"PVWR", &D::port_command<&NdiPorts::write>, in_initialized, 185},
      {"PINIT", &D::port_command<&NdiPorts::init>, in_initialized, 1000},
      {"PENA", &D::port_command<&NdiPorts::enable>, in_initialized, 38},
      {"PDIS", &D::port_command<&NdiPorts::disable>, in_initialized, 35},
      {"PHSR", &D::port_command<&NdiPorts::search>, in_initialized, 46},
      {"PHINF", &D::port_information, in_initialized, 87},
      {"TSTART", &D::start_tracking, in_initialized, 80},
      {"TSTOP", &D::stop_tracking, in_tracking, 75},
      {"STREAM", &D::stream, in_tracking, 20},
      {"USTREAM", &D::unstream, after_init, 20},
  }};
  return table;
}

NdiDevice::NdiDevice(NdiScenario scenario, NdiLink link)
    : world_(std::move(scenario)),
      link_(link),
      clock_(world_.scenario().device, world_.scenario().seed),
      ports_(world_.scenario()),
      parameters_(world_.scenario().device),
      unplugged_(world_.scenario().tools.size(), false) {
  for (const Fault& f : world_.scenario().faults) faults_.add(f);
  if (link_ == NdiLink::serial && world_.scenario().device.measured_timing) outbox_.set_speed(960);
}

void NdiDevice::receive(std::string_view bytes, Duration now) {
  for (const char c : bytes) {
    if (c == '\r') {
      commands_.push_back({std::exchange(received_, {}), now});
    } else if (received_.size() <= longest_command) {
      received_ += c;
    }
  }
}

void NdiDevice::advance(Duration now) {
  for (const Fault& f : faults_.beginning(advanced_to_, now)) {
    if (f.kind != FaultKind::alert) continue;
    alerts_.push_back({static_cast<std::uint8_t>(f.type), static_cast<std::uint16_t>(f.code)});
  }
  advanced_to_ = std::max(now, advanced_to_);
  follow_plugs(now);
  while (!commands_.empty()) {
    const Duration start = std::max(commands_.front().at, busy_until_);
    if (start > now) break;
    send_streams(start);
    const Command command = std::move(commands_.front());
    commands_.pop_front();
    work(command, start);
  }
  send_streams(now);
}

std::optional<Duration> NdiDevice::next_wake() const {
  std::optional<Duration> wake = outbox_.next_due();
  const auto sooner = [&wake](Duration at) {
    if (!wake || at < *wake) wake = at;
  };
  if (!commands_.empty()) sooner(std::max(commands_.front().at, busy_until_));
  for (const auto& [id, stream] : streams_) {
    sooner(stream.ready ? stream.ready->due : clock_.exposure(stream.next));
  }
  if (const auto change = faults_.next_change(advanced_to_)) sooner(*change);
  return wake;
}

void NdiDevice::hang_up() {
  received_.clear();
  commands_.clear();
  streams_.clear();
  outbox_.clear();
  busy_until_ = {};
}

void NdiDevice::follow_plugs(Duration now) {
  for (std::size_t i = 0; i < unplugged_.size(); ++i) {
    const bool unplugged = faults_.unplugged(world_.scenario().tools[i].name, now);
    if (unplugged == unplugged_[i]) continue;
    unplugged_[i] = unplugged;
    if (unplugged) {
      ports_.unplug(i);
    } else {
      ports_.plug(i);
    }
    alerts_.push_back({2, static_cast<std::uint16_t>(unplugged ? 2 : 1)});
  }
}

void NdiDevice::work(const Command& command, Duration start) {
  Answer a = answer(command.text, start);
  busy_until_ = outbox_.send(std::move(a.bytes), a.due, a.mark, faults_);
  if (next_speed_ >= 0) outbox_.set_speed(std::exchange(next_speed_, -1));
}

std::optional<std::string> NdiDevice::refusal_of_mode(unsigned modes) const {
  if ((modes & (1U << static_cast<unsigned>(mode_))) != 0) return std::nullopt;
  return ndi_error(mode_ == NdiMode::power_up ? 0x10 : 0x0C);
}

NdiDevice::Answer NdiDevice::answer(std::string_view text, Duration start) {
  const auto say = [start](std::string_view reply, double ms) {
    return Answer{ascii_reply(reply), start + duration_from_ms(ms), {}};
  };
  const Parsed command = parse_command(text);
  if (text.size() > longest_command) return say(ndi_error(0x02), 0);
  if (command.crc_wrong) return say(ndi_error(0x04), 0);
  if (command.name == "TX" || command.name == "BX" || command.name == "BX2") {
    if (const auto refused = refusal_of_mode(in_tracking)) return say(*refused, 0);
    return tracking_answer(command.name, command.params, start);
  }
  for (const TextCommand& known : text_commands()) {
    if (known.name != command.name) continue;
    const double ms = world_.scenario().device.measured_timing ? known.measured_ms : 0;
    if (const auto refused = refusal_of_mode(known.modes)) return say(*refused, 0);
    return say((this->*known.handler)(command.params, start), ms);
  }
  return say(ndi_error(0x01), 0);
}

std::string NdiDevice::reset(std::string_view, Duration) {
  mode_ = NdiMode::power_up;
  streams_.clear();
  ports_.reset();
  if (link_ == NdiLink::serial && world_.scenario().device.measured_timing) next_speed_ = 960;
  return "RESET";
}

std::string NdiDevice::init(std::string_view, Duration at) {
  mode_ = NdiMode::initialized;
  streams_.clear();
  ports_.initialize();
  clock_.restart_numbers(at);
  return "OKAY";
}

std::string NdiDevice::comm(std::string_view params, Duration) {
  if (params.size() != 5) return ndi_error(params.size() < 5 ? 0x03 : 0x02);
  const auto digit = hex_at_front(params, 1);
  if (!digit || *digit >= bauds.size() || bauds.at(*digit) <= 0) return ndi_error(0x06);
  const bool form = params[1] <= '1' && params[2] <= '2' && params[3] <= '1' && params[4] <= '1';
  if (!form || params.substr(1).find_first_not_of("012") != std::string_view::npos) {
    return ndi_error(0x06);
  }
  const bool paced = link_ == NdiLink::serial && world_.scenario().device.measured_timing;
  if (paced) next_speed_ = bauds.at(*digit) / 10;  // start, 8 data and stop bits
  return "OKAY";
}

std::string NdiDevice::start_tracking(std::string_view params, Duration at) {
  if (!params.empty() && params != "80" && params != "40") return ndi_error(0x23);
  if (params == "80") clock_.restart_numbers(at);
  if (world_.scenario().device.script_from_tracking && !script_begun_) {
    script_begun_ = true;
    world_.begin_script(at);
    faults_.delay(at);
  }
  mode_ = NdiMode::tracking;
  tracking_from_ = clock_.first_at_or_after(at);
  last_frame_.reset();
  first_poll_ = true;
  told_.clear();
  return "OKAY";
}

std::string NdiDevice::stop_tracking(std::string_view, Duration) {
  mode_ = NdiMode::initialized;
  streams_.clear();
  return "OKAY";
}

std::string NdiDevice::set(std::string_view params, Duration at) {
  const bool frequency = params.substr(0, params.find('=')) == "Param.Tracking.Frame Frequency";
  if (frequency && mode_ == NdiMode::tracking) return ndi_error(0x0C);
  std::string said = parameters_.set(params);
  if (said != "OKAY") return said;
  if (frequency) clock_.set_frame_hz(parameters_.number("Param.Tracking.Frame Frequency"), at);
  const auto alert = parameters_.number("Param.Simulated Alerts");
  if (params.substr(0, params.find('=')) == "Param.Simulated Alerts" && alert > 0) {
    alerts_.push_back({1, static_cast<std::uint16_t>(alert)});
  }
  return said;
}

// `[--interval=N] [--id=NAME] COMMAND`: COMMAND is one of TX, BX, BX2 with its parameters.
std::string NdiDevice::stream(std::string_view params, Duration at) {
  Stream stream;
  std::string id;
  while (params.substr(0, 2) == "--") {
    const auto end = params.find(' ');
    const std::string_view option = params.substr(0, end);
    params = end == std::string_view::npos ? std::string_view{} : params.substr(end + 1);
    if (option.substr(0, 5) == "--id=") {
      id = option.substr(5);
    } else if (option.substr(0, 11) == "--interval=") {
      stream.interval = std::atoi(std::string(option.substr(11)).c_str());
    } else {
      return ndi_error(0x33);  // --port, --protocol: not simulated
    }
  }
  const std::string_view name = params.substr(0, params.find(' '));
  if (name != "TX" && name != "BX" && name != "BX2") return ndi_error(0x01);
  const auto options_at = std::min(name.size() + 1, params.size());
  const bool understood = is_understood(name, params.substr(options_at));
  if (!understood || stream.interval < 1 || stream.interval > 10'000) return ndi_error(0x23);
  stream.command = params;
  stream.next = std::max(clock_.newest_available(at) + 1, tracking_from_);
  streams_[id.empty() ? stream.command : id] = stream;
  return "OKAY";
}

std::string NdiDevice::unstream(std::string_view params, Duration) {
  if (params.substr(0, 5) == "--id=") params.remove_prefix(5);
  const auto found = streams_.find(params);
  if (found == streams_.end()) return ndi_error(0x23);
  streams_.erase(found);
  return "OKAY";
}

}  // namespace trocar
