#include "drivers/ndi_publisher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "drivers/ndi_reply.hpp"

namespace trocar {
namespace {

// A handle that is switched off belongs to no exposure; its news is as old as the reply.
constexpr Duration switched_off_bound = std::chrono::milliseconds(20);

constexpr std::uint8_t alert_event = 2;
constexpr std::uint16_t event_tool_connected = 1;
constexpr std::uint16_t event_tool_disconnected = 2;

Severity severity_of(std::uint8_t type) {
  if (type == 0) return Severity::fault;
  return type == 1 ? Severity::alert : Severity::event;
}

// System status bits that a person must know of; ports are dealt with elsewhere.
struct StatusBit {
  std::uint16_t bit;
  Severity severity;
  std::string_view text;
};
constexpr std::array status_bits{
    StatusBit{0, Severity::alert, "device reports a communication synchronisation error"},
    StatusBit{1, Severity::alert, "too much infrared light in the room"},
    StatusBit{3, Severity::alert, "device reports a recoverable processing exception"},
    StatusBit{4, Severity::fault, "device reports a hardware failure"},
    StatusBit{8, Severity::alert, "device wants a diagnosis; it withholds poses until then"},
    StatusBit{9, Severity::alert, "device temperature out of range; it withholds poses"},
};

bool has_exposure(const NdiBody& body) {
  const bool measured = body.state == NdiState::valid || body.state == NdiState::missing;
  // Frame 0 is what devices say of a tool before its first exposure.
  return measured && (body.frame != 0 || body.state == NdiState::valid || body.device_ns);
}

bool is_switched_off(const NdiBody& body) {
  return body.state == NdiState::disabled || body.state == NdiState::unoccupied;
}

MarkerPose to_marker_pose(const NdiBody& body) {
  const auto& [w, x, y, z] = body.pose.q;
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.linear() = Eigen::Quaterniond(w, x, y, z).normalized().toRotationMatrix();
  m.translation() = Eigen::Vector3d(body.pose.t_mm[0], body.pose.t_mm[1], body.pose.t_mm[2]);
  // CLAIM: the device reports each handle's pose as marker body in its own axes, mm.
  return {Transform<Tracker, Marker>::declare(m), body.pose.error_mm, body.out_of_volume};
}

}  // namespace

NdiPublisher::NdiPublisher(const DeviceClockConfig& clock, double frame_hz, SourceOutbox& outbox)
    : clock_(clock),
      frame_hz_(frame_hz),
      outbox_(outbox),
      tracking_(std::make_unique<NdiTracking>()),
      event_(std::make_unique<SourceEvent>()) {}

void NdiPublisher::begin(const NdiHandles& handles, NdiPoll poll, unsigned options) {
  handles_ = handles;
  poll_ = poll;
  options_ = options;
  last_ = {};
  newest_ns_.reset();
  clock_.restart();
}

NdiPublisher::Outcome NdiPublisher::take(const NdiReply& reply, Timestamp received) {
  if (!parse(reply)) return Outcome::garbled;
  const std::size_t published = publish_frames(received);
  const bool off = publish_switched_off(received);
  report_strays(received);
  if (report_alerts()) return Outcome::ports_changed;
  return published > 0 || off ? Outcome::published : Outcome::nothing_new;
}

bool NdiPublisher::parse(const NdiReply& reply) {
  const bool text = reply.form == NdiForm::ascii;
  if (text != (poll_ == NdiPoll::tx)) {
    const auto answer = text ? classify_ndi_answer(reply.text()) : NdiAnswer{};
    const bool refused = answer.kind == NdiAnswer::Kind::error;
    error_ = {refused ? Code::device : Code::malformed,
              refused ? fmt::format("tracker answers ERROR{:02X}: {}", answer.code,
                                    ndi_error_text(answer.code))
                      : "tracker sent a reply of another kind than was asked for"};
    return false;
  }
  Status parsed = Done{};
  switch (poll_) {
    case NdiPoll::tx:
      parsed = parse_tx(reply.text(), options_, *tracking_);
      break;
    case NdiPoll::bx:
      parsed = parse_bx(reply.body, options_, *tracking_);
      break;
    case NdiPoll::bx2:
      parsed = parse_bx2(reply.body, *tracking_);
      break;
  }
  if (!parsed) {
    error_ = parsed.error();
    return false;
  }
  if (handles_known()) return true;
  error_ = {Code::inconsistent, "tracker reports a port handle it never gave out"};
  return false;
}

bool NdiPublisher::handles_known() const {
  return std::all_of(tracking_->bodies.begin(), tracking_->bodies.end(), [&](const NdiBody& b) {
    return b.handle < handles_.known.size() && handles_.known[b.handle];
  });
}

bool NdiPublisher::is_news(const NdiBody& body) const {
  const LastSeen& last = last_[body.handle];
  if (last.state == NdiState::not_reported || is_switched_off(body)) return true;
  return body.frame != last.frame || body.device_ns != last.device_ns;
}

std::int64_t NdiPublisher::device_time(const NdiBody& body) const {
  if (body.device_ns) return *body.device_ns;
  return std::llround(static_cast<double>(body.frame) * 1e9 / frame_hz_);
}

// Oldest exposure first. Only the newest of a reply shows the clock: the others waited.
std::size_t NdiPublisher::publish_frames(Timestamp received) {
  std::int64_t newest = std::numeric_limits<std::int64_t>::min();
  for (const NdiBody& body : tracking_->bodies) {
    if (has_exposure(body)) newest = std::max(newest, device_time(body));
  }
  if (newest == std::numeric_limits<std::int64_t>::min()) return 0;
  if (newest != newest_ns_) clock_.map(newest, received);
  newest_ns_ = newest;
  std::size_t published = 0;
  std::int64_t from = std::numeric_limits<std::int64_t>::min();
  for (;;) {
    std::int64_t oldest = std::numeric_limits<std::int64_t>::max();
    for (const NdiBody& body : tracking_->bodies) {
      if (!has_exposure(body)) continue;
      const std::int64_t at = device_time(body);
      if (at > from) oldest = std::min(oldest, at);
    }
    if (oldest == std::numeric_limits<std::int64_t>::max()) return published;
    if (publish_exposure(oldest, received)) ++published;
    from = oldest;
  }
}

bool NdiPublisher::publish_exposure(std::int64_t device_ns, Timestamp received) {
  TrackerFrame& frame = event_->emplace<TrackerFrame>();
  for (const NdiBody& body : tracking_->bodies) {
    if (!has_exposure(body) || device_time(body) != device_ns || !is_news(body)) continue;
    frame.device_frame = body.frame;
    add(body, frame);
    last_[body.handle] = {body.frame, body.device_ns, body.state};
  }
  if (frame.bodies.empty()) return false;
  const DeviceTime time = clock_.at(device_ns, received);
  frame.acquired = time.acquired;
  frame.acquired_bound = time.bound;
  frame.received = received;
  outbox_.push(*event_);
  return true;
}

bool NdiPublisher::publish_switched_off(Timestamp received) {
  TrackerFrame& frame = event_->emplace<TrackerFrame>();
  for (const NdiBody& body : tracking_->bodies) {
    if (!is_switched_off(body) || last_[body.handle].state == body.state) continue;
    add(body, frame);
    last_[body.handle].state = body.state;
  }
  if (frame.bodies.empty()) return false;
  frame.acquired = frame.received = received;
  frame.acquired_bound = switched_off_bound;
  outbox_.push(*event_);
  return true;
}

bool NdiPublisher::add(const NdiBody& body, TrackerFrame& frame) {
  const auto tool = handles_.tool[body.handle];
  if (!tool) return false;
  Body out;
  out.tool = *tool;
  // BX2 reports buttons only when they change.
  if (poll_ == NdiPoll::bx2) {
    for (const NdiButtons& b : tracking_->buttons) {
      if (b.handle == body.handle) switches_[body.handle] = b.switches;
    }
  } else {
    switches_[body.handle] = body.switches;
  }
  out.switches = switches_[body.handle];
  if (body.state == NdiState::valid)
    out.pose = to_marker_pose(body);
  else
    out.pose = body.why;
  return frame.bodies.push_back(out);
}

// Strays flicker: at most once a second, and only when their number is another.
void NdiPublisher::report_strays(Timestamp received) {
  constexpr Duration window = std::chrono::seconds(1);
  const auto count = static_cast<unsigned>(
      std::count_if(tracking_->points.begin(), tracking_->points.end(),
                    [](const NdiPoint& p) { return p.handle == NdiPoint::stray; }));
  strays_seen_ = std::max(strays_seen_, count);
  if (received - strays_since_ < window) return;
  strays_since_ = received;
  const unsigned seen = std::exchange(strays_seen_, 0);
  if (seen == strays_told_) return;
  strays_told_ = seen;
  std::array<char, 100> text{};
  const auto end =
      fmt::format_to_n(text.data(), text.size(), "{} stray marker{} in view, of no tool", seen,
                       seen == 1 ? "" : "s");
  *event_ = DeviceAlert{Severity::event, static_cast<std::uint16_t>(seen),
                        FixedText<100>(std::string_view(text.data(), end.size))};
  outbox_.push(*event_);
}

// True when the tools must be listed again. A bit that stays set after that is not news.
bool NdiPublisher::report_alerts() {
  bool ports = false;
  for (const NdiAlert& alert : tracking_->alerts) {
    *event_ = DeviceAlert{severity_of(alert.type), alert.code,
                          FixedText<100>(ndi_alert_text(alert.type, alert.code))};
    outbox_.push(*event_);
    ports = ports || (alert.type == alert_event && (alert.code == event_tool_connected ||
                                                    alert.code == event_tool_disconnected));
  }
  if (poll_ == NdiPoll::bx2) return ports;
  const unsigned before = system_status_.value_or(0);
  const unsigned risen = tracking_->system_status & ~before;
  for (const StatusBit& s : status_bits) {
    if (((risen >> s.bit) & 1U) == 0) continue;
    *event_ = DeviceAlert{s.severity, s.bit, FixedText<100>(s.text)};
    outbox_.push(*event_);
  }
  system_status_ = tracking_->system_status;
  return (risen & (ndi_system_port_occupied | ndi_system_port_unoccupied)) != 0;
}

}  // namespace trocar
