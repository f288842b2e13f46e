#pragma once
#include <Eigen/Geometry>
#include <array>
#include <vector>

#include "tools/phantom/curve.hpp"
#include "tools/phantom/sacrum_field.hpp"
#include "tools/phantom/vertebra_field.hpp"

namespace trocar::phantom {

// The bones of the patient in preop, and the curves everything else follows. plain, const.
class Spine {
 public:
  explicit Spine(const Anatomy& anatomy);

  // Distance to the bone of level i (0 T12 .. 6 S1); facet joints keep a gap of `joint_gap_mm`. Far
  // from the bone, outside its box: `far_mm`.
  [[nodiscard]] double bone(std::size_t level, const Vec& preop) const;
  struct Nearest {
    double distance_mm;
    std::size_t level;
  };
  // Of T12..S1.
  [[nodiscard]] Nearest nearest_bone(const Vec& preop) const;
  [[nodiscard]] double body(std::size_t level, const Vec& preop) const;
  // Disc below level i.
  [[nodiscard]] double disc(std::size_t level, const Vec& preop) const;
  [[nodiscard]] double ilium(const Vec& preop) const;
  // The twelfth ribs.
  [[nodiscard]] double ribs(const Vec& preop) const;

  [[nodiscard]] const PlacedVertebra& vertebra(std::size_t level) const {
    return anatomy_.vertebrae[level];
  }
  [[nodiscard]] const Anatomy& anatomy() const { return anatomy_; }
  [[nodiscard]] const Eigen::AlignedBox3d& box(std::size_t level) const { return boxes_[level]; }
  [[nodiscard]] const Curve& bodies() const { return bodies_; }  // through the bodies' centres
  [[nodiscard]] const Curve& canal() const { return canal_; }

  static constexpr double far_mm = 50.0;
  static constexpr double joint_gap_mm = 1.7;

 private:
  [[nodiscard]] double raw_bone(std::size_t level, const Vec& preop) const;

  Anatomy anatomy_;
  std::vector<VertebraField> fields_;  // T12..L5
  SacrumField sacrum_;
  std::array<Eigen::AlignedBox3d, level_count> boxes_;  // in preop
  Curve bodies_, canal_;
  std::array<Tube, 2> ribs_;
  std::array<Eigen::AlignedBox3d, 2> rib_boxes_;
};

}  // namespace trocar::phantom
