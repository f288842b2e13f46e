#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "engine/data/event.hpp"
#include "engine/data/guidance.hpp"
#include "tools/qa/report.hpp"
#include "tools/qa/stage_latency.hpp"

namespace trocar::qa {

// Numbers that come one by one: their middle is known when all were there.
class Medians {
 public:
  void add(double v) { values_.push_back(v); }
  [[nodiscard]] std::size_t count() const { return values_.size(); }
  [[nodiscard]] double median();

 private:
  std::vector<double> values_;  // one per second at most: 86,400 a day
};

// Positions within one second: mean and spread about it.
class Window {
 public:
  void add(const Eigen::Vector3d& p);
  void clear() { *this = {}; }
  [[nodiscard]] std::uint64_t count() const { return n_; }
  [[nodiscard]] Eigen::Vector3d mean() const { return sum_ / static_cast<double>(n_); }
  [[nodiscard]] double rms() const;  // distance from the mean
  [[nodiscard]] double extent() const { return (high_ - low_).norm(); }

 private:
  std::uint64_t n_ = 0;
  Eigen::Vector3d first_ = Eigen::Vector3d::Zero();
  Eigen::Vector3d sum_ = Eigen::Vector3d::Zero();
  Eigen::Vector3d sum_from_first_ = Eigen::Vector3d::Zero();
  double squares_ = 0;  // of the distance from the first, for accuracy
  Eigen::Vector3d low_ = Eigen::Vector3d::Zero();
  Eigen::Vector3d high_ = Eigen::Vector3d::Zero();
};

// What a report says of one tool, gathered as the guidances and exposures come.
class ToolCollector {
 public:
  ToolCollector(std::string name, const std::vector<OfStructure>& structures);
  // The tool in a guidance that stands from `from_s` on for `held_s`.
  void guided(const ToolGuidance& t, double from_s, double held_s);
  // An exposure that reported on it.
  void exposed(Timestamp acquired, std::uint32_t device_frame);
  [[nodiscard]] OfTool finish(double end_s);

 private:
  void shown(const ToolGuidance& t, const ToolPose& pose, double at_s, double held_s);
  void structure(OfStructure& into, const StructureDistance& d, double at_s, double held_s);
  void close_gap(double at_s);
  void close_window();

  OfTool tool_;
  bool seen_ = false;
  double shown_s_ = 0;
  double since_seen_s_ = 0;
  std::optional<Span> gap_;
  std::vector<std::optional<Breach>> breach_;  // under way, per structure
  StageLatency age_;
  double window_began_s_ = 0;
  Window window_;
  Medians still_mm_;
  std::uint64_t exposures_ = 0;
  std::optional<Timestamp> first_exposure_;
  Timestamp last_exposure_{};
  std::uint32_t last_frame_ = 0;
  std::map<std::uint32_t, std::uint64_t> steps_;  // of the device's frame number
  std::optional<Reached> reached_;
};

}  // namespace trocar::qa
