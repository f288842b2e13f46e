#include <limits>

#include "engine/session/proto_values.hpp"
#include "engine/session/session_messages.hpp"

// What the navigator took: Step and its events.
namespace trocar {
namespace {

using namespace proto;

void put(const Body& body, v1::Body& out) {
  out.set_tool(body.tool.index);
  out.set_switches(body.switches);
  if (const auto* why = std::get_if<Missing>(&body.pose)) {
    out.set_missing(static_cast<v1::Missing::Why>(*why));
    return;
  }
  const auto& pose = std::get<MarkerPose>(body.pose);
  proto::put(pose.tracker_from_marker, *out.mutable_pose()->mutable_tracker_from_marker());
  out.mutable_pose()->set_marker_rms_mm(pose.marker_rms_mm);
  out.mutable_pose()->set_out_of_volume(pose.out_of_volume);
}

bool take(const v1::Body& in, Body& out) {
  if (in.tool() >= max_tools || in.switches() > 255) return false;
  out.tool.index = static_cast<std::uint16_t>(in.tool());
  out.switches = static_cast<std::uint8_t>(in.switches());
  if (in.has_missing()) {
    Missing why{};
    const bool known = take_enum(in.missing(), Missing::not_finite, why);
    out.pose = why;
    return known;
  }
  const auto pose = transform_of<Tracker, Marker>(in.pose().tracker_from_marker());
  if (!pose) return false;
  out.pose = MarkerPose{*pose, in.pose().marker_rms_mm(), in.pose().out_of_volume()};
  return true;
}

void put(const Tick&, v1::Step& out) { out.mutable_tick(); }
bool take(const v1::Empty&, Tick&) { return true; }

void put(const LinkChanged& e, v1::Step& out) {
  out.mutable_link_changed()->set_link(static_cast<v1::Link::Is>(e.link));
  out.mutable_link_changed()->set_detail(std::string(e.detail.view()));
}
bool take(const v1::LinkChanged& in, LinkChanged& out) {
  return take_enum(in.link(), Link::lost, out.link) && take_text(in.detail(), out.detail);
}

void put(const TrackerFrame& e, v1::Step& out) {
  v1::TrackerFrame& frame = *out.mutable_tracker_frame();
  frame.set_device_frame(e.device_frame);
  frame.set_acquired_ns(ns_of(e.acquired));
  frame.set_acquired_bound_ns(e.acquired_bound.count());
  frame.set_received_ns(ns_of(e.received));
  for (const Body& b : e.bodies) put(b, *frame.add_bodies());
}
bool take(const v1::TrackerFrame& in, TrackerFrame& out) {
  out.device_frame = in.device_frame();
  out.acquired = at_ns(in.acquired_ns());
  out.acquired_bound = Duration(in.acquired_bound_ns());
  out.received = at_ns(in.received_ns());
  return take_all(in.bodies(), out.bodies,
                  [](const v1::Body& b, Body& mine) { return take(b, mine); });
}

void put(const Gap& e, v1::Step& out) { out.mutable_gap()->set_lost(e.lost); }
bool take(const v1::Gap& in, Gap& out) {
  out.lost = in.lost();
  return true;
}

void put(const DeviceAlert& e, v1::Step& out) {
  v1::DeviceAlert& alert = *out.mutable_device_alert();
  alert.set_severity(static_cast<v1::Severity::Is>(e.severity));
  alert.set_code(e.code);
  alert.set_text(std::string(e.text.view()));
}
bool take(const v1::DeviceAlert& in, DeviceAlert& out) {
  if (in.code() > std::numeric_limits<std::uint16_t>::max()) return false;
  out.code = static_cast<std::uint16_t>(in.code());
  return take_enum(in.severity(), Severity::fault, out.severity) && take_text(in.text(), out.text);
}

void put(const Registration& e, v1::Step& out) {
  v1::Registration& r = *out.mutable_registration();
  if (e.vertebra) r.set_vertebra(e.vertebra->index);
  proto::put(e.preop_from_reference, *r.mutable_preop_from_reference());
  for (int i = 0; i < 36; ++i) r.add_theta_t(e.covariance.theta_t(i / 6, i % 6));
  put_vector(e.covariance.center.mm, *r.mutable_center());
  r.set_fre_mm(e.fre_mm);
  for (const Point<Preop>& p : e.points) put_vector(p.mm, *r.add_points());
  r.set_more(e.more);
}
bool take(const v1::Registration& in, Event& out) {
  const auto pose = transform_of<Preop, Reference>(in.preop_from_reference());
  if (!pose || in.theta_t_size() != 36 || in.vertebra() >= max_vertebrae) return false;
  Registration r{std::nullopt, *pose, {}, in.fre_mm(), {}, in.more()};
  if (in.has_vertebra()) r.vertebra = VertebraId{static_cast<std::uint16_t>(in.vertebra())};
  for (int i = 0; i < 36; ++i) r.covariance.theta_t(i / 6, i % 6) = in.theta_t(i);
  r.covariance.center.mm = vector_of(in.center());
  const bool fits = take_all(in.points(), r.points, [](const v1::Point& p, Point<Preop>& mine) {
    mine.mm = vector_of(p);
    return true;
  });
  out = r;
  return fits;
}

void put(const RegistrationRefused& e, v1::Step& out) {
  out.mutable_registration_refused()->set_why(std::string(e.why.view()));
}
bool take(const v1::RegistrationRefused& in, RegistrationRefused& out) {
  return take_text(in.why(), out.why);
}

void put(const RegistrationCleared&, v1::Step& out) { out.mutable_registration_cleared(); }
bool take(const v1::Empty&, RegistrationCleared&) { return true; }

void put(const RecordingChanged& e, v1::Step& out) {
  v1::RecordingChanged& change = *out.mutable_recording_changed();
  change.set_recording(static_cast<v1::Recording::Is>(e.recording));
  change.set_detail(std::string(e.detail.view()));
}
bool take(const v1::RecordingChanged& in, RecordingChanged& out) {
  return take_enum(in.recording(), Recording::lost, out.recording) &&
         take_text(in.detail(), out.detail);
}

void put(const ImagingChanged& e, v1::Step& out) {
  v1::ImagingChanged& change = *out.mutable_imaging_changed();
  change.set_imaging(static_cast<v1::Imaging::Is>(e.imaging));
  change.set_detail(std::string(e.detail.view()));
}
bool take(const v1::ImagingChanged& in, ImagingChanged& out) {
  return take_enum(in.imaging(), Imaging::refused, out.imaging) &&
         take_text(in.detail(), out.detail);
}

void put(const IntakeRefused& e, v1::Step& out) {
  out.mutable_intake_refused()->set_why(std::string(e.why.view()));
}
bool take(const v1::IntakeRefused& in, IntakeRefused& out) { return take_text(in.why(), out.why); }

template <class E, class In>
bool take_event(const In& in, Event& out) {
  return take(in, out.emplace<E>());
}

bool take_event(const v1::Step& in, Event& out) {
  switch (in.event_case()) {
    case v1::Step::kTick:
      return take_event<Tick>(in.tick(), out);
    case v1::Step::kLinkChanged:
      return take_event<LinkChanged>(in.link_changed(), out);
    case v1::Step::kTrackerFrame:
      return take_event<TrackerFrame>(in.tracker_frame(), out);
    case v1::Step::kGap:
      return take_event<Gap>(in.gap(), out);
    case v1::Step::kDeviceAlert:
      return take_event<DeviceAlert>(in.device_alert(), out);
    case v1::Step::kRegistration:
      return take(in.registration(), out);
    case v1::Step::kRegistrationRefused:
      return take_event<RegistrationRefused>(in.registration_refused(), out);
    case v1::Step::kRegistrationCleared:
      return take_event<RegistrationCleared>(in.registration_cleared(), out);
    case v1::Step::kRecordingChanged:
      return take_event<RecordingChanged>(in.recording_changed(), out);
    case v1::Step::kImagingChanged:
      return take_event<ImagingChanged>(in.imaging_changed(), out);
    case v1::Step::kIntakeRefused:
      return take_event<IntakeRefused>(in.intake_refused(), out);
    case v1::Step::EVENT_NOT_SET:
      return false;
  }
  return false;
}

}  // namespace

std::string encode(const Step& step) {
  v1::Step message;
  message.set_sequence(step.sequence);
  message.set_now_ns(ns_of(step.now));
  std::visit([&](const auto& e) { put(e, message); }, step.event);
  return message.SerializeAsString();
}

template <>
Result<Step> decode<Step>(mcap::Bytes bytes) {
  v1::Step message;
  Step step;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      !take_event(message, step.event)) {
    return Error{Code::malformed, "a step that this version cannot read"};
  }
  step.sequence = message.sequence();
  step.now = at_ns(message.now_ns());
  return step;
}

}  // namespace trocar
