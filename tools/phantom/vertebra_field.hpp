#pragma once
#include <Eigen/Geometry>

#include "tools/phantom/anatomy.hpp"

namespace trocar::phantom {

// Where two vertebrae meet in a facet joint, for the side x > 0; the other side mirrors it.
// In the local frame of the vertebra that asks.
struct FacetJoint {
  Vec center_mm;
  Vec normal;  // unit, from the lower vertebra's superior process to the upper's inferior process
};

// The bone of one vertebra T12..L5 in its own axes: a signed field, negative in bone, smooth but
// for the mid plane. Left and right are built as one and told apart by a gentle warp of space.
// plain, const: callable from any thread.
class VertebraField {
 public:
  // `below`: the joint with the next vertebra down, in local coordinates of `v`.
  VertebraField(const PlacedVertebra& v, const FacetJoint& below);

  [[nodiscard]] double operator()(const Vec& local) const;
  // The body alone.
  [[nodiscard]] double body(const Vec& local) const;

  // Half-extent of a box round the origin of the body that holds all bone: {left, front, back,
  // down, up}.
  [[nodiscard]] Eigen::AlignedBox3d box() const;

 private:
  [[nodiscard]] Vec warp(const Vec& p) const;
  [[nodiscard]] double body_warped(const Vec& p) const;
  [[nodiscard]] double pedicle(const Vec& p) const;
  [[nodiscard]] double posterior(const Vec& p) const;
  [[nodiscard]] double lamina(const Vec& p) const;
  [[nodiscard]] double spinous(const Vec& p) const;
  [[nodiscard]] double transverse(const Vec& p) const;
  [[nodiscard]] double inferior_process(const Vec& p) const;
  [[nodiscard]] double superior_process(const Vec& p) const;

  LevelSize s_;
  FacetJoint above_, below_;
  Vec pedicle_center_, pedicle_axis_;
  Vec warp_phase_;
  double canal_back_;
  double lamina_z_;
  bool last_lumbar_;
};

// Centre of the isthmus of the pedicle with x > 0, and its axis pointing back, out and a little up.
Vec pedicle_center(const LevelSize& s);
Vec pedicle_axis(const LevelSize& s);
// The joint of a vertebra with the one above it, in its own axes.
FacetJoint upper_joint(const LevelSize& s);

}  // namespace trocar::phantom
