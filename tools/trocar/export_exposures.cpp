#include "tools/trocar/export_exposures.hpp"

#include <utility>

namespace trocar {
namespace {

// No pose is shown when it is older than 0.5 s (`max_pose_age_ms`), and devices report within that.
constexpr Duration longest_wait = std::chrono::seconds(1);

}  // namespace

void Exposures::take(const TrackerFrame* frame, Timestamp now) {
  newest_step_ = now;
  of_this_step_.reset();
  if (frame == nullptr) return;
  if (given_ && frame->acquired <= *given_) {
    ++late_;
    return;
  }
  of_this_step_ = frame->acquired;
  SequenceExposure& exposure = waiting_[frame->acquired].exposure;
  exposure.acquired = frame->acquired;
  exposure.to_tracker.resize(tools_);
  exposure.to_ras.resize(tools_);
  for (const Body& body : frame->bodies) {
    const auto* pose = std::get_if<MarkerPose>(&body.pose);
    if (pose == nullptr || body.tool.index >= tools_) continue;
    exposure.to_tracker[body.tool.index] = pose->tracker_from_marker.matrix().matrix();
  }
}

void Exposures::take(const Guidance& guidance) {
  if (of_this_step_) waiting_[*of_this_step_].was_said = true;
  for (const ToolGuidance& t : guidance.tools) {
    const auto* pose = std::get_if<ToolPose>(&t.pose);
    const auto of = waiting_.find(t.acquired);
    if (pose == nullptr || of == waiting_.end() || t.tool.index >= tools_) continue;
    of->second.exposure.to_ras[t.tool.index] = ras_matrix(pose->preop_from_tip);
  }
}

std::optional<SequenceExposure> Exposures::next(bool at_end) {
  while (!waiting_.empty()) {
    auto first = waiting_.begin();
    if (!at_end && first->first + longest_wait > newest_step_) return std::nullopt;
    given_ = first->first;
    Waiting taken = std::move(first->second);
    waiting_.erase(first);
    if (taken.was_said) return std::move(taken.exposure);
  }
  return std::nullopt;
}

}  // namespace trocar
