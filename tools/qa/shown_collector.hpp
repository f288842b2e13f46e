#pragma once
#include <optional>
#include <vector>

#include "engine/data/guidance.hpp"
#include "tools/qa/presence.hpp"
#include "tools/qa/report.hpp"
#include "tools/qa/stage_latency.hpp"
#include "tools/qa/stillness.hpp"
#include "tools/qa/structure_collector.hpp"

namespace trocar::qa {

// What was shown of one instrument, gathered as the guidances come. plain.
class ShownCollector {
 public:
  explicit ShownCollector(const std::vector<OfStructure>& structures);
  // The tool in a guidance that stands from `from_s` on for `held_s`.
  void guided(const ToolGuidance& t, double from_s, double held_s);
  // Fills in all but the name and what the tracker reported.
  void finish(double end_s, OfTool& tool);

 private:
  Shown::Lane pose(const ToolGuidance& t, const ToolPose& pose, double at_s, double held_s);

  Shown shown_;
  Presence presence_;
  Stillness stillness_;
  StageLatency age_;
  std::optional<Reached> reached_;
  std::vector<StructureCollector> structures_;
};

}  // namespace trocar::qa
