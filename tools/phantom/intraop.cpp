#include "tools/phantom/intraop.hpp"

#include <numbers>

#include "tools/phantom/hounsfield.hpp"
#include "tools/phantom/random.hpp"
#include "tools/phantom/tissue.hpp"

namespace trocar::phantom {
namespace {

constexpr double ceramic_hu = 2600;
constexpr double deg = std::numbers::pi / 180.0;
constexpr double beyond_spheres_mm = 12.0;

// The patient lies prone, a little askew, on another table than in the first scan.
Posture posture_of(const Patient& patient, const IntraopOptions& o) {
  Posture p;
  p.still_level = patient.lesion_level() == 5 ? 4 : patient.lesion_level() + 1;
  p.flexion_rad_per_disc = o.flexion_deg_per_disc * deg;
  p.side_bend_rad_per_disc = o.side_bend_deg_per_disc * deg;
  const Vec there = patient.spine().vertebra(p.still_level).center_mm;
  const Vec here = Vec(-11.3, -64.2, 183.7);
  p.intraop_from_preop = Eigen::Translation3d(here) *
                         Eigen::AngleAxisd(4.0 * deg, Vec(0.4, -0.3, 1.0).normalized()) *
                         Eigen::Translation3d(-there);
  return p;
}

}  // namespace

SpherePlate demo_plate() {
  return {"demo-plate-7",
          5.0,
          {{-34, -21, -24},
           {31, -26, -21},
           {38, 9, -26},
           {-27, 14, -18},
           {-6, 33, -25},
           {19, 29, -17},
           {4, -33, -28}}};
}

IntraopScene::IntraopScene(const Patient& patient, const IntraopOptions& options)
    : patient_(patient),
      options_(options),
      posture_(posture_of(patient, options)),
      bend_(patient, posture_),
      reference_from_intraop_(reference_from_preop(patient) *
                              posture_.intraop_from_preop.inverse()) {
  if (!options.plate) return;
  const Eigen::Isometry3d intraop_from_reference = reference_from_intraop_.inverse();
  for (const Vec& c : demo_plate().centers_mm) spheres_mm_.push_back(intraop_from_reference * c);
}

Vec IntraopScene::held_tip_in_preop() const {
  const PedicleWay& way = patient_.way();
  return way.target_mm - 20 * (way.target_mm - way.skin_mm).normalized();
}

Vec IntraopScene::held_tip_in_patient() const {
  const Vec in_intraop = bend_.intraop_from_preop(patient_.lesion_level()) * held_tip_in_preop();
  return posture_.intraop_from_preop.inverse() * in_intraop;
}

Grid IntraopScene::grid() const {
  // As much as the first scan showed, and the plate.
  Eigen::AlignedBox3d box = patient_.scanned();
  box.translate(posture_.intraop_from_preop * box.center() - box.center());
  for (const Vec& c : spheres_mm_) {
    box.extend(c + Vec::Constant(beyond_spheres_mm));
    box.extend(c - Vec::Constant(beyond_spheres_mm));
  }
  return grid_of(box, options_.in_plane_mm, options_.slice_mm);
}

Volume<std::int16_t> IntraopScene::scan(const Grid& g) const {
  const Tissue tissue(patient_, scan_blur_mm(g));
  const double radius_mm = 0.5 * demo_plate().sphere_diameter_mm;
  const std::uint64_t noise_seed = mix(patient_.spine().anatomy().seed, 199);
  return scan_field(g, noise_seed, [&](const Vec& p) {
    double hu = tissue.hounsfield(bend_.in_preop(p));
    for (const Vec& c : spheres_mm_) hu = tissue.paint(hu, ceramic_hu, sphere(p, c, radius_mm));
    return hu;
  });
}

}  // namespace trocar::phantom
