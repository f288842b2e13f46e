#pragma once
#include <Eigen/Geometry>
#include <cstdint>
#include <vector>

// Scripted motion as a pure function of time, so that the truth can be asked for any instant.
// Poses are plain isometries here: which frames they connect is known by the scenario alone.
namespace trocar {

struct Keyframe {
  double t_s = 0;     // when the pose is reached
  double hold_s = 0;  // how long it rests there
  Eigen::Isometry3d pose = Eigen::Isometry3d::Identity();
};

enum class AtEnd : std::uint8_t {
  hold,    // rests at the last keyframe
  loop,    // starts again; the last keyframe should equal the first, else it jumps
  bounce,  // runs back and forth
};

// Between keyframes translation is linear and rotation slerp, both along a minimum-jerk profile
// (Flash and Hogan 1985, eq. 4): it starts and stops without a kick. Before the first it rests.
class KeyframeMotion {
 public:
  // At least one keyframe, each beginning no earlier than the one before ends.
  KeyframeMotion(std::vector<Keyframe> keyframes, AtEnd at_end);
  [[nodiscard]] Eigen::Isometry3d at(double t_s) const;

 private:
  [[nodiscard]] double folded(double t_s) const;
  std::vector<Keyframe> keyframes_;
  AtEnd at_end_;
};

// A reference clamped to a breathing patient: base pose + slow drift + breathing + fine tremor.
struct ReferenceMotion {
  Eigen::Isometry3d base = Eigen::Isometry3d::Identity();
  Eigen::Vector3d drift_mm_per_min = Eigen::Vector3d::Zero();
  Eigen::Vector3d breathing_mm = Eigen::Vector3d::Zero();  // amplitude of the sinusoid
  double breathing_period_s = 4;
  double jitter_mm = 0;  // RMS per axis of a smooth tremor, 3 to 11 Hz
  std::uint64_t seed = 1;

  [[nodiscard]] Eigen::Isometry3d at(double t_s) const;
};

// +z of the result points along `direction`, its origin is `tip_mm`; `roll_rad` turns about +z.
Eigen::Isometry3d pose_of_tip(const Eigen::Vector3d& tip_mm, const Eigen::Vector3d& direction,
                              double roll_rad);

}  // namespace trocar
