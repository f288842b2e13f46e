#include "engine/session/proto_values.hpp"
#include "engine/session/session_messages.hpp"

// What the navigator said: Guidance, with every number.
namespace trocar {
namespace {

using namespace proto;

v1::Withheld::Why why_of(Withheld why) { return static_cast<v1::Withheld::Why>(why); }

template <class T>
bool take_withheld(int in, std::variant<Withheld, T>& out) {
  Withheld why{};
  const bool known = take_enum(in, Withheld::not_finite, why);
  out = why;
  return known;
}

void put(const StructureGuidance& s, v1::StructureGuidance& out) {
  out.set_structure(s.structure.index);
  if (const auto* why = std::get_if<Withheld>(&s.distance)) {
    out.set_withheld(why_of(*why));
    return;
  }
  const auto& d = std::get<StructureDistance>(s.distance);
  v1::StructureDistance& m = *out.mutable_measured();
  m.set_tip_to_structure_mm(d.tip_to_structure_mm);
  m.set_tip_bound_95_mm(d.tip_bound_95_mm);
  m.set_shaft_clearance_mm(d.shaft_clearance_mm);
  m.set_shaft_bound_95_mm(d.shaft_bound_95_mm);
  m.set_shaft_at_mm(d.shaft_at_mm);
  put_vector(d.closest.mm, *m.mutable_closest());
  put_vector(d.normal.mm, *m.mutable_normal());
  m.set_predicted_tre_mm(d.predicted_tre_mm);
  m.set_zone(static_cast<v1::Zone::Is>(d.zone));
  m.set_uncertain(d.uncertain);
}

bool take(const v1::StructureGuidance& in, StructureGuidance& out) {
  if (in.structure() >= max_structures) return false;
  out.structure.index = static_cast<std::uint16_t>(in.structure());
  if (!in.has_measured()) return take_withheld(in.withheld(), out.distance);
  const v1::StructureDistance& m = in.measured();
  StructureDistance d{};
  d.tip_to_structure_mm = m.tip_to_structure_mm();
  d.tip_bound_95_mm = m.tip_bound_95_mm();
  d.shaft_clearance_mm = m.shaft_clearance_mm();
  d.shaft_bound_95_mm = m.shaft_bound_95_mm();
  d.shaft_at_mm = m.shaft_at_mm();
  d.closest.mm = vector_of(m.closest());
  d.normal.mm = vector_of(m.normal());
  d.predicted_tre_mm = m.predicted_tre_mm();
  d.uncertain = m.uncertain();
  const bool known = take_enum(m.zone(), Zone::stop, d.zone);
  out.distance = d;
  return known;
}

void put_pose(const ToolGuidance& t, v1::ToolGuidance& out) {
  if (const auto* why = std::get_if<Withheld>(&t.pose)) {
    out.set_pose_withheld(why_of(*why));
    return;
  }
  const auto& p = std::get<ToolPose>(t.pose);
  proto::put(p.preop_from_tip, *out.mutable_tip()->mutable_preop_from_tip());
  out.mutable_tip()->set_reference_interpolated(p.reference_interpolated);
  out.mutable_tip()->set_tip_bound_95_mm(p.tip_bound_95_mm);
}

bool take_pose(const v1::ToolGuidance& in, ToolGuidance& out) {
  if (!in.has_tip()) return take_withheld(in.pose_withheld(), out.pose);
  const auto pose = transform_of<Preop, Tip>(in.tip().preop_from_tip());
  if (!pose) return false;
  out.pose = ToolPose{*pose, in.tip().reference_interpolated(), in.tip().tip_bound_95_mm()};
  return true;
}

void put_trajectory(const ToolGuidance& t, v1::ToolGuidance& out) {
  if (const auto* why = std::get_if<Withheld>(&t.trajectory)) {
    out.set_trajectory_withheld(why_of(*why));
    return;
  }
  const auto& e = std::get<TrajectoryError>(t.trajectory);
  v1::TrajectoryError& m = *out.mutable_trajectory_error();
  m.set_entry_mm(e.entry_mm);
  m.set_target_mm(e.target_mm);
  m.set_angle_rad(e.angle_rad);
  m.set_depth_to_target_mm(e.depth_to_target_mm);
}

bool take_trajectory(const v1::ToolGuidance& in, ToolGuidance& out) {
  if (!in.has_trajectory_error()) return take_withheld(in.trajectory_withheld(), out.trajectory);
  const v1::TrajectoryError& m = in.trajectory_error();
  out.trajectory =
      TrajectoryError{m.entry_mm(), m.target_mm(), m.angle_rad(), m.depth_to_target_mm()};
  return true;
}

void put(const ToolGuidance& t, v1::ToolGuidance& out) {
  out.set_tool(t.tool.index);
  out.set_acquired_ns(ns_of(t.acquired));
  out.set_age_ns(t.age.count());
  out.set_acquired_bound_ns(t.acquired_bound.count());
  out.set_device_frame(t.device_frame);
  out.set_missing(static_cast<v1::Missing::Why>(t.missing));
  put_pose(t, out);
  put_trajectory(t, out);
  for (const StructureGuidance& s : t.structures) put(s, *out.add_structures());
}

bool take(const v1::ToolGuidance& in, ToolGuidance& out) {
  if (in.tool() >= max_tools) return false;
  out.tool.index = static_cast<std::uint16_t>(in.tool());
  out.acquired = at_ns(in.acquired_ns());
  out.age = Duration(in.age_ns());
  out.acquired_bound = Duration(in.acquired_bound_ns());
  out.device_frame = in.device_frame();
  return take_enum(in.missing(), Missing::not_finite, out.missing) && take_pose(in, out) &&
         take_trajectory(in, out) &&
         take_all(
             in.structures(), out.structures,
             [](const v1::StructureGuidance& s, StructureGuidance& mine) { return take(s, mine); });
}

bool take(const v1::Guidance& in, Guidance& out) {
  out.sequence = in.sequence();
  out.now = at_ns(in.now_ns());
  out.epoch = in.epoch();
  out.lost_frames = in.lost_frames();
  if (in.has_degraded()) {
    const bool known =
        take_enum(in.degraded(), Degraded::reference_not_visible, out.degraded.emplace());
    if (!known) return false;
  }
  return take_enum(in.state(), EngineState::degraded, out.state) &&
         take_enum(in.link(), Link::lost, out.link) &&
         take_enum(in.recording(), Recording::lost, out.recording) &&
         take_enum(in.imaging(), Imaging::refused, out.imaging) &&
         take_text(in.imaging_reason(), out.imaging_reason) &&
         take_all(in.tools(), out.tools,
                  [](const v1::ToolGuidance& t, ToolGuidance& mine) { return take(t, mine); });
}

}  // namespace

std::string encode(const Guidance& guidance) {
  v1::Guidance message;
  message.set_sequence(guidance.sequence);
  message.set_now_ns(ns_of(guidance.now));
  message.set_epoch(guidance.epoch);
  message.set_state(static_cast<v1::State::Is>(guidance.state));
  if (guidance.degraded) {
    message.set_degraded(static_cast<v1::Degraded::Why>(*guidance.degraded));
  }
  message.set_link(static_cast<v1::Link::Is>(guidance.link));
  message.set_lost_frames(guidance.lost_frames);
  message.set_recording(static_cast<v1::Recording::Is>(guidance.recording));
  message.set_imaging(static_cast<v1::Imaging::Is>(guidance.imaging));
  message.set_imaging_reason(std::string(guidance.imaging_reason.view()));
  for (const ToolGuidance& t : guidance.tools) put(t, *message.add_tools());
  return message.SerializeAsString();
}

template <>
Result<Guidance> decode<Guidance>(mcap::Bytes bytes) {
  v1::Guidance message;
  Guidance guidance;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      !take(message, guidance)) {
    return Error{Code::malformed, "a guidance that this version cannot read"};
  }
  return guidance;
}

}  // namespace trocar
