#include <algorithm>

#include "drivers/simulators/ndi_device.hpp"
#include "drivers/simulators/simulated_noise.hpp"

// TX, BX, BX2 and streams of the simulated device.
namespace trocar {
namespace {

constexpr unsigned status_diagnostic_pending = 0x0100;

std::optional<unsigned> tx_options(std::string_view params) {
  if (params.empty()) return opt_transforms;
  const auto options = params.size() == 4 ? hex_at_front(params, 4) : std::nullopt;
  if (!options || (*options & ~opt_known) != 0) return std::nullopt;
  return *options == opt_out_of_volume ? *options | opt_transforms : *options;
}

std::optional<Bx2Options> bx2_options(std::string_view params) {
  Bx2Options o;
  while (!params.empty()) {
    const auto end = params.find(' ');
    const std::string_view word = params.substr(0, end);
    params = end == std::string_view::npos ? std::string_view{} : params.substr(end + 1);
    if (word.empty()) continue;
    const auto equals = word.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view key = word.substr(0, equals);
    const std::string_view value = word.substr(equals + 1);
    const bool all = value == "all";
    if (!all && value != "tools" && value != "none" && value != "strays" && value != "buttons") {
      return std::nullopt;
    }
    if (key == "--6d") {
      o.tools_6d = value == "tools";
    } else if (key == "--3d") {
      o.tools_3d = all || value == "tools";
      o.strays_3d = all || value == "strays";
    } else if (key == "--1d") {
      o.buttons_1d = value == "buttons";
    } else if (key != "--2d" && key != "--sensor") {
      return std::nullopt;
    }
  }
  return o;
}

}  // namespace

bool NdiDevice::is_understood(std::string_view tracking_command, std::string_view params) {
  return tracking_command == "BX2" ? bx2_options(params).has_value()
                                   : tx_options(params).has_value();
}

NdiDevice::Answer NdiDevice::tracking_answer(std::string_view name, std::string_view params,
                                             Duration start) {
  if (!is_understood(name, params)) return {ascii_reply(ndi_error(0x23)), start, {}};
  return name == "BX2" ? bx2_polled(params, start) : polled(name, params, start);
}

// TX and BX: the first poll of a tracking answers at once with frame 0; later ones give the newest
// frame, or wait for the next when that was given already.
NdiDevice::Answer NdiDevice::polled(std::string_view name, std::string_view params,
                                    Duration start) {
  const unsigned options = *tx_options(params);
  std::int64_t frame = clock_.newest_available(start);
  const bool none_yet = frame < tracking_from_;
  if (std::exchange(first_poll_, false)) {
    const FrameReport nothing = report(std::nullopt, start);
    return {name == "TX" ? ascii_reply(tx_text(nothing, options))
                         : binary_reply(bx_payload(nothing, options)),
            start,
            {}};
  }
  const bool wait = world_.scenario().device.poll == PollAnswer::wait;
  if (none_yet) frame = tracking_from_;
  if (wait && last_frame_ && frame <= *last_frame_) frame = *last_frame_ + 1;
  last_frame_ = std::max(frame, last_frame_.value_or(frame));
  Answer a = tracking_reply(name, params, *last_frame_);
  a.due = std::max(start, clock_.available(*last_frame_));
  return a;
}

// BX2 never waits: what is new since the last one, which may be nothing.
NdiDevice::Answer NdiDevice::bx2_polled(std::string_view params, Duration start) {
  const std::int64_t frame = clock_.newest_available(start);
  if (frame >= tracking_from_) {
    Answer a = tracking_reply("BX2", params, frame);
    a.due = start;
    return a;
  }
  FrameReport empty;
  empty.alerts = std::exchange(alerts_, {});
  return {binary_reply(bx2_payload(empty, *bx2_options(params))), start, {}};
}

NdiDevice::Answer NdiDevice::tracking_reply(std::string_view name, std::string_view params,
                                            std::int64_t frame) {
  FrameReport now = report(frame, clock_.exposure(frame));
  Answer a;
  const TrackingMark mark{clock_.number(frame, faults_), clock_.exposure(frame)};
  if (name == "BX2") {
    now.alerts = std::exchange(alerts_, {});
    keep_new(now);
    if (!now.handles.empty()) a.mark = mark;
    a.bytes = binary_reply(bx2_payload(now, *bx2_options(params)));
    return a;
  }
  a.mark = mark;
  const unsigned options = *tx_options(params);
  a.bytes =
      name == "TX" ? ascii_reply(tx_text(now, options)) : binary_reply(bx_payload(now, options));
  return a;
}

void NdiDevice::keep_new(FrameReport& report) {
  const auto known = [this](const HandleReport& h) {
    const auto told = told_.find(h.handle);
    return told != told_.end() && told->second == h.frame &&
           !faults_.active(FaultKind::clock_freeze, advanced_to_);
  };
  std::erase_if(report.handles, known);
  for (const HandleReport& h : report.handles) told_[h.handle] = h.frame;
}

void NdiDevice::send_streams(Duration now) {
  for (auto& [id, stream] : streams_) {
    while (clock_.exposure(stream.next) <= now) {
      if (!stream.ready) prepare(stream, id);
      if (stream.ready->due > now) break;
      outbox_.send(std::move(stream.ready->bytes), stream.ready->due, stream.ready->mark, faults_);
      stream.ready.reset();
      stream.next += stream.interval;
    }
  }
}

void NdiDevice::prepare(Stream& stream, std::string_view id) {
  const auto space = stream.command.find(' ');
  const std::string name = stream.command.substr(0, space);
  const std::string params = space == std::string::npos ? "" : stream.command.substr(space + 1);
  stream.ready = tracking_reply(name, params, stream.next);
  stream.ready->bytes = streamed_reply(id, stream.ready->bytes);
  stream.ready->due = clock_.available(stream.next);
}

FrameReport NdiDevice::report(std::optional<std::int64_t> frame, Duration at) {
  FrameReport out;
  for (const NdiPort& port : ports_.all()) {
    if (port.enabled || port.was_enabled) out.handles.push_back(report_port(port, frame));
  }
  out.strays_mm = world_.scenario().strays_mm;
  unsigned status = ports_.changes() | faults_.system_status(at);
  if (faults_.active(FaultKind::alert, at)) status |= status_diagnostic_pending;
  out.system_status = static_cast<std::uint16_t>(status);
  return out;
}

HandleReport NdiDevice::report_port(const NdiPort& port, std::optional<std::int64_t> frame) const {
  HandleReport h;
  h.handle = port.handle;
  h.kind = port.kind;
  h.port_status = port_status(port);
  if (!port.enabled) h.condition = HandleCondition::disabled;
  if (!frame) return h;
  // A hybrid tracker exposes its active tools apart from the passive ones, 1 or 2 frames earlier.
  std::int64_t exposed = *frame;
  if (world_.scenario().device.hybrid && port.kind != ToolKind::passive) {
    SimulatedNoise lag(world_.scenario().seed, static_cast<std::uint64_t>(*frame), 0x1A6);
    exposed -= lag.uniform() < 0.5 ? 1 : 2;
  }
  h.frame = clock_.number(exposed, faults_);
  h.device_time = clock_.device_time(exposed, faults_);
  if (!port.enabled || !port.tool) return h;
  const ScenarioTool& tool = world_.scenario().tools[*port.tool];
  const Duration at = clock_.exposure(exposed);
  const Disturbance disturbance = faults_.disturbance(tool.name, at);
  h.observed = world_.observe(*port.tool, at, static_cast<std::uint64_t>(exposed), disturbance);
  h.buttons = tool.buttons;
  h.pressed = disturbance.pressed & ((1U << static_cast<unsigned>(tool.buttons)) - 1U);
  h.port_status |= h.pressed << 1U;
  if (h.observed.seen == Seen::out_of_volume) h.port_status |= 0x0040;
  if (h.observed.seen == Seen::partially_out) h.port_status |= 0x0080;
  return h;
}

}  // namespace trocar
