#pragma once
#include <vector>

#include "engine/data/guidance.hpp"
#include "engine/igtl/stream_names.hpp"

namespace trocar {

// Reference, Needle, Probe; Tumour and Dura on L3.
inline StreamNames names_for_test() {
  return StreamNames::check({"", "Needle", "Probe"}, {{"Tumour", "L3"}, {"Dura", "L3"}}).value();
}

inline StructureDistance distance_for_test(double tip_mm) {
  return {tip_mm, 0.81, tip_mm - 1.0, 0.9, 12.5, {{4, 5, 6}}, {{0, 0, 1}}, 0.4, Zone::clear, false};
}

// The needle's tip at LPS (1, 2, 3), its x axis along L; 9.95 mm from Tumour.
inline ToolGuidance needle_for_test() {
  ToolGuidance t;
  t.tool = ToolId{1};
  t.acquired = Timestamp(Duration(12'345'678'901));
  t.device_frame = 812;
  t.age = Duration(14'200'000);
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.translation() = Eigen::Vector3d(1, 2, 3);
  t.pose = ToolPose{Transform<Preop, Tip>::declare(m), false, 0.5};  // CLAIM: test
  t.structures.push_back({StructureId{0}, distance_for_test(9.95)});
  t.structures.push_back({StructureId{1}, Withheld::bound_too_large});
  return t;
}

inline Guidance guidance_for_test(std::uint64_t sequence = 7) {
  Guidance g;
  g.sequence = sequence;
  g.now = Timestamp(Duration(12'359'878'901));
  g.epoch = 3;
  g.state = EngineState::ready;
  g.link = Link::tracking;
  g.tools.push_back(needle_for_test());
  ToolGuidance probe;
  probe.tool = ToolId{2};
  probe.pose = Withheld::tool_not_visible;
  probe.missing = Missing::too_few_markers;
  g.tools.push_back(probe);
  return g;
}

}  // namespace trocar
