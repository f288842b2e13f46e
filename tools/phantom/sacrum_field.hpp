#pragma once
#include <Eigen/Geometry>

#include "tools/phantom/anatomy.hpp"

namespace trocar::phantom {

// The sacrum's upper part (its axes: those of S1, see PlacedVertebra) with promontory, wings,
// facets and canal; and the wings of the ilium beside it. Signed fields, negative in bone.
// plain, const.
class SacrumField {
 public:
  explicit SacrumField(const PlacedVertebra& s1);

  [[nodiscard]] double operator()(const Vec& local) const;
  [[nodiscard]] double body(const Vec& local) const;
  // Of the side the point is on.
  [[nodiscard]] double ilium(const Vec& local) const;
  [[nodiscard]] Eigen::AlignedBox3d box() const;

 private:
  LevelSize s_;
};

}  // namespace trocar::phantom
