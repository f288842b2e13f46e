#include "tools/phantom/anatomy.hpp"

#include <Eigen/Geometry>
#include <numbers>

#include "tools/phantom/random.hpp"

namespace trocar::phantom {
namespace {

constexpr double deg = std::numbers::pi / 180.0;

// clang-format off
//  name  label  upper w/d    lower w/d    ant/post h   disc  wedge     canal w/d    pedicle w/h/angle     TP    spinous   facets
const std::array<LevelSize, level_count> adult{{
  {"T12", 32, 38.5, 32.5,  41.0, 33.0,  23.8, 25.0,  7.0, 2.0*deg, 22.2, 18.1,  8.2, 15.8,  6.0*deg, 50.0, 47.0, 17.0, 12.8, 22.0*deg},
  {"L1",  31, 41.2, 34.1,  43.3, 34.8,  25.2, 26.2,  8.4, 4.0*deg, 23.7, 18.6,  8.7, 15.4, 10.9*deg, 72.0, 50.0, 19.5, 13.4, 20.0*deg},
  {"L2",  30, 42.6, 34.6,  45.5, 34.9,  26.0, 26.4,  9.6, 6.0*deg, 23.8, 18.2,  8.9, 15.0, 12.0*deg, 77.0, 52.5, 21.5, 13.8, 25.0*deg},
  {"L3",  29, 44.1, 35.2,  48.0, 34.8,  26.8, 26.0, 10.6, 8.0*deg, 24.3, 17.9, 10.3, 14.9, 14.4*deg, 87.0, 53.0, 22.5, 14.6, 30.0*deg},
  {"L4",  28, 46.6, 35.5,  49.5, 34.2,  27.0, 25.2, 10.4, 8.5*deg, 25.4, 18.6, 12.4, 14.8, 17.7*deg, 82.0, 49.5, 19.5, 16.4, 37.0*deg},
  {"L5",  27, 47.3, 34.7,  49.4, 33.2,  28.0, 23.2,  8.4, 9.0*deg, 27.1, 19.2, 15.0, 14.2, 24.0*deg, 92.0, 42.0, 16.0, 19.4, 45.0*deg},
  {"S1",  25, 50.0, 33.0,  38.0, 24.0,  30.0, 25.0,  0.0, 0.0*deg, 31.0, 17.0, 17.0, 22.0, 30.0*deg,100.0, 34.0, 20.0, 23.5, 50.0*deg},
}};
// clang-format on

LevelSize varied(LevelSize s, double whole, Draw& draw) {
  for (double* mm : {&s.upper_width_mm, &s.upper_depth_mm, &s.lower_width_mm, &s.lower_depth_mm,
                     &s.anterior_height_mm, &s.posterior_height_mm, &s.canal_width_mm,
                     &s.canal_depth_mm, &s.pedicle_width_mm, &s.pedicle_height_mm})
    *mm *= whole * draw.about_one(0.015);
  for (double* mm : {&s.disc_below_mm, &s.transverse_span_mm, &s.spinous_reach_mm,
                     &s.spinous_height_mm, &s.facet_half_spread_mm})
    *mm *= whole * draw.about_one(0.03);
  s.disc_wedge_rad *= draw.about_one(0.12);
  return s;
}

// Where the next vertebra down lies: half a body and half a disc along each of the two axes, turned
// by the wedges between them.
PlacedVertebra below(const PlacedVertebra& upper, PlacedVertebra lower, double sideways_rad) {
  const LevelSize &u = upper.size, &l = lower.size;
  const double pitch = 0.5 * u.wedge_rad() + u.disc_wedge_rad + 0.5 * l.wedge_rad();
  lower.axes = upper.axes * Eigen::AngleAxisd(pitch, Vec::UnitX()).toRotationMatrix() *
               Eigen::AngleAxisd(sideways_rad, Vec::UnitY()).toRotationMatrix();
  lower.center_mm = upper.center_mm - upper.axes.col(2) * 0.5 * (u.height_mm() + u.disc_below_mm) -
                    lower.axes.col(2) * 0.5 * (u.disc_below_mm + l.height_mm());
  return lower;
}

}  // namespace

std::size_t level_named(std::string_view name) {
  std::size_t i = 1;
  while (i < s1_level && adult[i].name != name) ++i;
  return i < s1_level ? i : level_count;
}

Anatomy make_anatomy(std::uint64_t seed) {
  Draw draw(seed, 1);
  Anatomy a;
  a.seed = seed;
  a.trabecular_hu = draw.between(150.0, 190.0);
  const double whole = draw.about_one(0.02);
  std::array<double, level_count> sideways{};
  for (std::size_t i = 0; i < level_count; ++i) {
    a.vertebrae[i] = {varied(adult[i], whole, draw), Vec::Zero(), Eigen::Matrix3d::Identity(),
                      mix(seed, 100 + i)};
    sideways[i] = draw.between(-1.2, 1.2) * deg;
  }
  // Down the column from an arbitrary first place, then all of it so that L3 lies level.
  for (std::size_t i = 1; i < level_count; ++i)
    a.vertebrae[i] = below(a.vertebrae[i - 1], a.vertebrae[i], sideways[i]);
  const PlacedVertebra l3 = a.vertebrae[3];
  const Vec wanted(draw.between(3.0, 7.0), draw.between(-32.0, -24.0),
                   draw.between(-420.0, -400.0));
  const Eigen::Matrix3d tilt =
      Eigen::AngleAxisd(draw.between(-3.0, 1.0) * deg, Vec::UnitX()).toRotationMatrix() *
      Eigen::AngleAxisd(draw.between(-1.0, 1.0) * deg, Vec::UnitY()).toRotationMatrix();
  const Eigen::Matrix3d turn = tilt * l3.axes.transpose();
  for (PlacedVertebra& v : a.vertebrae) {
    v.center_mm = turn * (v.center_mm - l3.center_mm) + wanted;
    v.axes = turn * v.axes;
  }
  return a;
}

}  // namespace trocar::phantom
