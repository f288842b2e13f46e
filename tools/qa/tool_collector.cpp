#include "tools/qa/tool_collector.hpp"

#include <algorithm>
#include <cmath>

namespace trocar::qa {
namespace {

constexpr double shortest_gap_s = 0.1;
constexpr double window_s = 1;
constexpr std::uint64_t window_poses = 20;
constexpr double still_mm = 2;
constexpr std::uint32_t largest_step = 10'000;  // beyond it the device counted anew

}  // namespace

double Medians::median() {
  const auto middle = values_.begin() + static_cast<std::ptrdiff_t>(values_.size() / 2);
  std::nth_element(values_.begin(), middle, values_.end());
  return *middle;
}

void Window::add(const Eigen::Vector3d& p) {
  if (n_ == 0) first_ = low_ = high_ = p;
  ++n_;
  sum_ += p;
  sum_from_first_ += p - first_;
  squares_ += (p - first_).squaredNorm();
  low_ = low_.cwiseMin(p);
  high_ = high_.cwiseMax(p);
}

double Window::rms() const {
  const auto n = static_cast<double>(n_);
  return std::sqrt(std::max(0.0, squares_ / n - (sum_from_first_ / n).squaredNorm()));
}

ToolCollector::ToolCollector(std::string name, const std::vector<OfStructure>& structures)
    : breach_(structures.size()) {
  tool_.name = std::move(name);
  tool_.structures = structures;
}

void ToolCollector::guided(const ToolGuidance& t, double from_s, double held_s) {
  const auto* pose = std::get_if<ToolPose>(&t.pose);
  seen_ = seen_ || pose != nullptr;
  if (!seen_) return;
  since_seen_s_ += held_s;
  if (pose != nullptr) {
    close_gap(from_s);
    return shown(t, *pose, from_s, held_s);
  }
  if (!gap_) gap_ = Span{from_s, from_s, std::string(to_string(std::get<Withheld>(t.pose)))};
  for (std::size_t i = 0; i < breach_.size(); ++i) breach_[i].reset();
}

void ToolCollector::close_gap(double at_s) {
  if (gap_ && at_s - gap_->from_s >= shortest_gap_s) {
    gap_->to_s = at_s;
    ++tool_.gap_count;
    if (tool_.gaps.size() < most_gaps) tool_.gaps.push_back(*gap_);
  }
  gap_.reset();
}

void ToolCollector::shown(const ToolGuidance& t, const ToolPose& pose, double at_s, double held_s) {
  shown_s_ += held_s;
  age_.record(t.age);
  if (at_s >= window_began_s_ + window_s) {
    close_window();
    window_began_s_ = at_s;
  }
  window_.add(pose.preop_from_tip.matrix().translation());
  if (const auto* e = std::get_if<TrajectoryError>(&t.trajectory)) {
    const bool nearer =
        !reached_ || std::abs(e->depth_to_target_mm) < std::abs(reached_->depth_to_target_mm);
    if (nearer) {
      reached_ = Reached{e->entry_mm, e->target_mm, e->angle_rad, e->depth_to_target_mm, at_s};
    }
  }
  for (std::size_t i = 0; i < t.structures.size() && i < tool_.structures.size(); ++i) {
    const auto* d = std::get_if<StructureDistance>(&t.structures[i].distance);
    if (d == nullptr) {
      breach_[i].reset();
      continue;
    }
    structure(tool_.structures[i], *d, at_s, held_s);
    if (d->shaft_clearance_mm >= 0) {
      breach_[i].reset();
      continue;
    }
    std::vector<Breach>& all = tool_.structures[i].breaches;
    if (!breach_[i]) {
      breach_[i] = Breach{at_s, 0, 0};
      ++tool_.structures[i].breach_count;
      if (all.size() < most_gaps) all.push_back(*breach_[i]);
    }
    breach_[i]->duration_s = at_s + held_s - breach_[i]->from_s;
    breach_[i]->depth_mm = std::max(breach_[i]->depth_mm, -d->shaft_clearance_mm);
    if (!all.empty() && all.back().from_s == breach_[i]->from_s) all.back() = *breach_[i];
  }
}

void ToolCollector::structure(OfStructure& into, const StructureDistance& d, double at_s,
                              double held_s) {
  into.zone_s[std::string(to_string(d.zone))] += held_s;
  into.curve.add(at_s, d.tip_to_structure_mm, d.tip_bound_95_mm);
  const auto* tre = std::get_if<Tre>(&into.predicted_tre);
  into.predicted_tre =
      Tre{tre ? std::min(tre->least_mm, d.predicted_tre_mm) : d.predicted_tre_mm,
          tre ? std::max(tre->greatest_mm, d.predicted_tre_mm) : d.predicted_tre_mm};
  const auto* nearest = std::get_if<Nearest>(&into.nearest);
  if (nearest == nullptr || d.tip_to_structure_mm < nearest->tip_mm) {
    into.nearest = Nearest{d.tip_to_structure_mm, d.tip_bound_95_mm, d.predicted_tre_mm, at_s};
  }
}

void ToolCollector::close_window() {
  if (window_.count() >= window_poses && window_.extent() <= still_mm) still_mm_.add(window_.rms());
  window_.clear();
}

void ToolCollector::exposed(Timestamp acquired, std::uint32_t device_frame) {
  ++exposures_;
  if (!first_exposure_) {
    first_exposure_ = acquired;
  } else {
    const std::uint32_t step = device_frame - last_frame_;
    if (step > 0 && step < largest_step) ++steps_[step];
  }
  last_frame_ = device_frame;
  last_exposure_ = acquired;
}

OfTool ToolCollector::finish(double end_s) {
  close_gap(end_s);
  close_window();
  if (since_seen_s_ > 0) tool_.uptime = shown_s_ / since_seen_s_;
  if (still_mm_.count() > 0) {
    tool_.jitter = Jitter{still_mm_.median(), still_mm_.count()};
  }
  tool_.age = age_.finish("no pose was shown");
  if (reached_) tool_.reached = *reached_;
  if (exposures_ > 1 && last_exposure_ > *first_exposure_) {
    Rate rate{static_cast<double>(exposures_ - 1) / seconds(last_exposure_ - *first_exposure_),
              exposures_, 0};
    const auto usual = std::ranges::max_element(
        steps_, [](const auto& a, const auto& b) { return a.second < b.second; });
    for (const auto& [step, times] : steps_) {
      if (step > usual->first) rate.drops += times * (step / usual->first - 1);
    }
    tool_.rate = rate;
  }
  return std::move(tool_);
}

}  // namespace trocar::qa
