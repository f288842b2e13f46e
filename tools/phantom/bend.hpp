#pragma once
#include <Eigen/Geometry>
#include <array>

#include "tools/phantom/patient.hpp"

namespace trocar::phantom {

// How the patient lies on the table: the scanner's axes and a spine that bends in its discs.
struct Posture {
  std::size_t still_level = 4;        // moves with the table alone: where the reference is clamped
  double flexion_rad_per_disc = 0;    // positive: the spinous processes part
  double side_bend_rad_per_disc = 0;  // positive: the upper level leans to the patient's right
  Eigen::Isometry3d intraop_from_preop = Eigen::Isometry3d::Identity();  // of the still level
};

// The patient in this posture. Each vertebra T12..S1 moves rigidly, about the centre of the disc
// towards the still level; soft tissue follows smoothly between the bones, the lesion with its
// vertebra. Ribs and hips are no vertebrae and are warped with the soft tissue.
// plain, const: callable from any thread. The patient must outlive it.
class Bend {
 public:
  Bend(const Patient& patient, const Posture& posture);

  // Of vertebra `level`: the truth that a registration must find, mm.
  [[nodiscard]] const Eigen::Isometry3d& intraop_from_preop(std::size_t level) const {
    return intraop_from_preop_[level];
  }
  // Where what now lies at `intraop` lay in preop. Exact inside and just round one vertebra's bone.
  [[nodiscard]] Vec in_preop(const Vec& intraop) const;

 private:
  [[nodiscard]] Vec soft_in_preop(const Vec& intraop) const;

  const Patient& patient_;
  std::array<Eigen::Isometry3d, level_count> intraop_from_preop_, preop_from_intraop_;
  Vec up_;                                       // of the still level, in intraop
  std::array<double, level_count> height_mm_{};  // of each body's centre along up_
};

}  // namespace trocar::phantom
