#include "tools/phantom/bend.hpp"

namespace trocar::phantom {
namespace {

// A scanner blurs a bone's edge over about this distance: inside it nothing may be warped.
constexpr double rigid_margin_mm = 0.8;
constexpr double reach_mm = 5.0;  // beyond, soft tissue no longer feels the bone

// Of a bone on the tissue at `distance_mm` from it; soft tissue alone counts 1.
double grip(double distance_mm) {
  const double beyond = std::max(distance_mm - rigid_margin_mm, 0.0) / reach_mm;
  if (beyond >= 1.0) return 0.0;
  return (1.0 - beyond) * (1.0 - beyond) / (beyond * beyond + 1e-6);
}

// From level `from` to its neighbour `to`, about the disc's centre; `sign` +1 upwards.
Eigen::Isometry3d turn_of_disc(const Spine& spine, std::size_t from, std::size_t to,
                               const Posture& posture, double sign) {
  const PlacedVertebra &a = spine.vertebra(from), &b = spine.vertebra(to);
  const Vec disc = 0.5 * (a.to_preop({0, 0, sign * 0.5 * a.size.height_mm()}) +
                          b.to_preop({0, 0, -sign * 0.5 * b.size.height_mm()}));
  return Eigen::Translation3d(disc) *
         Eigen::AngleAxisd(sign * posture.flexion_rad_per_disc, a.axes.col(0)) *
         Eigen::AngleAxisd(-sign * posture.side_bend_rad_per_disc, a.axes.col(1)) *
         Eigen::Translation3d(-disc);
}

}  // namespace

Bend::Bend(const Patient& patient, const Posture& posture) : patient_(patient) {
  const Spine& spine = patient.spine();
  const std::size_t still = posture.still_level;
  intraop_from_preop_[still] = posture.intraop_from_preop;
  for (std::size_t i = still; i > 0; --i)
    intraop_from_preop_[i - 1] =
        intraop_from_preop_[i] * turn_of_disc(spine, i, i - 1, posture, 1.0);
  for (std::size_t i = still; i + 1 < level_count; ++i)
    intraop_from_preop_[i + 1] =
        intraop_from_preop_[i] * turn_of_disc(spine, i, i + 1, posture, -1.0);
  up_ = posture.intraop_from_preop.linear() * spine.vertebra(still).axes.col(2);
  for (std::size_t i = 0; i < level_count; ++i) {
    preop_from_intraop_[i] = intraop_from_preop_[i].inverse();
    height_mm_[i] = up_.dot(intraop_from_preop_[i] * spine.vertebra(i).center_mm);
  }
}

Vec Bend::soft_in_preop(const Vec& intraop) const {
  const double height = up_.dot(intraop);
  std::size_t i = 0;
  while (i + 2 < level_count && height_mm_[i + 1] > height) ++i;
  const double t =
      std::clamp((height_mm_[i] - height) / (height_mm_[i] - height_mm_[i + 1]), 0.0, 1.0);
  return (1.0 - t) * (preop_from_intraop_[i] * intraop) +
         t * (preop_from_intraop_[i + 1] * intraop);
}

Vec Bend::in_preop(const Vec& intraop) const {
  Vec sum = soft_in_preop(intraop);
  double weight = 1.0;
  for (std::size_t i = 0; i < level_count; ++i) {
    const Vec preop = preop_from_intraop_[i] * intraop;
    const double held = grip(patient_.spine().bone(i, preop));
    sum += held * preop;
    weight += held;
  }
  return sum / weight;
}

}  // namespace trocar::phantom
