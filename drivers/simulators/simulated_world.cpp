#include "drivers/simulators/simulated_world.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "drivers/simulators/simulated_fit.hpp"
#include "drivers/simulators/simulated_noise.hpp"

namespace trocar {
namespace {

bool is_seen(const MarkerSighting& m) {
  return m.code == MarkerSighting::used || m.code == MarkerSighting::used_out_of_volume;
}

// Alternating along the viewing direction: no rigid motion can explain it away.
Eigen::Vector3d displacement(std::size_t marker, double mm) {
  return {0, marker % 3 == 0 ? mm : -mm, marker % 2 == 0 ? mm : -mm};
}

}  // namespace

TruePose SimulatedWorld::truth(std::size_t tool, Duration at) const {
  const ScenarioTool& t = scenario_.tools.at(tool);
  const double t_s = seconds(at - script_began_);
  std::optional<Transform<Tracker, Reference>> reference;
  if (scenario_.reference) {
    const auto base = scenario_.reference_motion.at(t_s);
    reference = Transform<Tracker, Reference>::declare(base);  // CLAIM: the script of the scenario
  }
  Eigen::Isometry3d body = reference ? reference->matrix() : Eigen::Isometry3d::Identity();
  if (scenario_.reference != tool) {
    Eigen::Isometry3d in_frame = t.motion.at(t_s);
    if (t.keyframes_of_tip) in_frame = in_frame * t.tool_from_tip->inverse().matrix();
    if (t.frame == MotionFrame::tracker) body = in_frame;
    if (t.frame == MotionFrame::reference) body = reference->matrix() * in_frame;
    if (t.frame == MotionFrame::patient) {
      body = (*reference * *scenario_.reference_from_preop).matrix() * in_frame;
    }
  }
  // CLAIM: the script, carried from the frame its keyframes name to the tracker.
  TruePose truth{Transform<Tracker, Tool>::declare(body), reference, {}, {}};
  if (reference) truth.reference_from_tool = reference->inverse() * truth.tracker_from_tool;
  if (reference && scenario_.reference_from_preop && t.tool_from_tip) {
    truth.preop_from_tip =
        scenario_.reference_from_preop->inverse() * *truth.reference_from_tool * *t.tool_from_tip;
  }
  return truth;
}

MarkerSighting SimulatedWorld::see_marker(std::size_t tool, std::size_t marker,
                                          const Eigen::Isometry3d& pose,
                                          const Disturbance& disturbance) const {
  const NdiRom& rom = scenario_.tools[tool].rom;
  MarkerSighting m;
  m.at_mm = pose * rom.markers[marker].mm;
  if (disturbance.hidden || ((disturbance.hidden_markers >> marker) & 1U) != 0) return m;
  const Eigen::Vector3d normal =
      marker < rom.normals.size() ? rom.normals[marker].mm : Eigen::Vector3d::Zero();
  if (!normal.isZero()) {
    const double cosine = (pose.linear() * normal).dot(-m.at_mm.normalized());
    if (cosine < std::cos(rom.max_marker_angle_deg * std::numbers::pi / 180)) {
      m.code = MarkerSighting::max_angle;
      return m;
    }
  }
  const bool inside = !disturbance.out_of_volume && scenario_.device.volume.holds(m.at_mm);
  m.code = inside ? MarkerSighting::used : MarkerSighting::used_out_of_volume;
  return m;
}

Observation SimulatedWorld::observe(std::size_t tool, Duration at, std::uint64_t exposure,
                                    const Disturbance& disturbance) const {
  const NdiRom& rom = scenario_.tools.at(tool).rom;
  const Eigen::Isometry3d pose = truth(tool, at).tracker_from_tool.matrix();
  Observation out;
  std::vector<Eigen::Vector3d> body;
  std::vector<Eigen::Vector3d> seen;
  std::size_t outside = 0;
  for (std::size_t i = 0; i < rom.markers.size(); ++i) {
    MarkerSighting m = see_marker(tool, i, pose, disturbance);
    if (is_seen(m)) {
      SimulatedNoise noise(scenario_.seed, exposure, tool * 64 + i);
      for (int axis = 0; axis < 3; ++axis) m.at_mm[axis] += scenario_.fle_mm[axis] * noise.normal();
      m.at_mm += displacement(i, disturbance.displacement_mm);
      body.push_back(rom.markers[i].mm);
      seen.push_back(m.at_mm);
      outside += m.code == MarkerSighting::used_out_of_volume ? 1 : 0;
    }
    out.markers.push_back(m);
  }
  if (seen.size() < rom.min_markers) {
    out.seen = seen.empty() ? Seen::missing : Seen::too_few;
    return out;
  }
  const SimulatedFit fit = fit_simulated_body(body, seen);
  out.rotation = fit.rotation;
  out.position_mm = fit.translation_mm;
  out.rms_mm = fit.rms_mm;
  if (fit.worst_mm > rom.max_3d_error_mm) {
    out.seen = Seen::bad_fit;
    for (auto& m : out.markers) m.code = is_seen(m) ? MarkerSighting::max_error : m.code;
    return out;
  }
  const bool all_outside = outside == seen.size();
  out.seen = outside == 0 ? Seen::ok : all_outside ? Seen::out_of_volume : Seen::partially_out;
  return out;
}

}  // namespace trocar
