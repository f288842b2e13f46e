#include "tools/phantom/vertebra_field.hpp"

#include <Eigen/Geometry>

#include "tools/phantom/random.hpp"

namespace trocar::phantom {
namespace {

constexpr double waist = 0.13;            // the body is this much narrower at mid height
constexpr double endplate_dish_mm = 1.8;  // depth of the end plates' hollow

}  // namespace

Vec pedicle_center(const LevelSize& s) {
  return {0.5 * (s.canal_width_mm + s.pedicle_width_mm), s.back_wall_mm() + 3.5,
          0.5 * s.posterior_height_mm - 0.5 * s.pedicle_height_mm - 0.8};
}

Vec pedicle_axis(const LevelSize& s) {
  return Vec(std::sin(s.pedicle_angle_rad), std::cos(s.pedicle_angle_rad), 0.10).normalized();
}

FacetJoint upper_joint(const LevelSize& s) {
  return {Vec(s.facet_half_spread_mm, s.back_wall_mm() + 0.62 * s.canal_depth_mm + 4.0,
              0.5 * s.height_mm() + 5.0),
          Vec(-std::cos(s.facet_angle_rad), std::sin(s.facet_angle_rad), 0.0)};
}

VertebraField::VertebraField(const PlacedVertebra& v, const FacetJoint& below)
    : s_(v.size),
      above_(upper_joint(v.size)),
      below_(below),
      pedicle_center_(pedicle_center(v.size)),
      pedicle_axis_(pedicle_axis(v.size)),
      canal_back_(v.size.back_wall_mm() + v.size.canal_depth_mm),
      lamina_z_(-0.28 * v.size.height_mm()),
      last_lumbar_(v.size.name == "L5") {
  Draw draw(v.seed, 7);
  warp_phase_ = Vec(draw.between(0, 6.28), draw.between(0, 6.28), draw.between(0, 6.28));
}

Eigen::AlignedBox3d VertebraField::box() const {
  const double side = 0.5 * std::max(s_.transverse_span_mm, s_.lower_width_mm) + 6.0;
  const double down = std::min(below_.center_mm.z() - 16.0, -6.0 - s_.spinous_height_mm - 8.0);
  return {Vec(-side, -s_.back_wall_mm() - 6.0, down),
          Vec(side, s_.back_wall_mm() + s_.spinous_reach_mm + 7.0, above_.center_mm.z() + 16.0)};
}

double VertebraField::operator()(const Vec& local) const {
  const Vec p = warp(local);
  const double from_back_wall = p.y() - s_.back_wall_mm();
  // Far from each other the two halves cannot blend: skip the one that is not near.
  if (from_back_wall < -17.0) return body_warped(p);
  const double behind = posterior(Vec(std::abs(p.x()), p.y(), p.z()));
  return from_back_wall > 11.0 ? behind : smooth_union(behind, body_warped(p), 4.5);
}

double VertebraField::body(const Vec& local) const { return body_warped(warp(local)); }

Vec VertebraField::warp(const Vec& p) const {
  const Vec q = p / 11.0 + warp_phase_;
  return p + 0.45 * Vec(std::sin(q.y() + 0.7 * q.z()), std::sin(q.z() + 0.6 * q.x()),
                        std::sin(q.x() + 0.8 * q.y()));
}

double VertebraField::body_warped(const Vec& p) const {
  const double half_wedge_slope = std::tan(0.5 * s_.wedge_rad());
  const double half = 0.5 * s_.height_mm() - p.y() * half_wedge_slope;  // of this column
  const double t = std::clamp(p.z() / half, -1.0, 1.0);
  const double up = 0.5 * (1.0 + t);
  // Rim at the end plates, waist between, deeper in front and at the sides than behind.
  const double belly = 1.0 - t * t * t * t * 0.5 - t * t * 0.5;
  const double back = 0.5 + 0.5 * std::tanh((p.y() - 6.0) / 5.0);
  const double narrow = 1.0 - waist * belly * (1.0 - 0.45 * back);
  const double rx =
      0.5 * narrow * (s_.lower_width_mm + up * (s_.upper_width_mm - s_.lower_width_mm));
  const double ry =
      0.5 * narrow * (s_.lower_depth_mm + up * (s_.upper_depth_mm - s_.lower_depth_mm));
  const double outline = superellipse(p.x(), p.y(), rx, ry, 2.3);
  // The back wall is hollowed towards the canal.
  const double dent = 2.0 * std::exp(-p.x() * p.x() / 90.0) * back;
  const double radial = outline + dent * std::clamp(1.0 + outline / 8.0, 0.0, 1.0);
  const double r2 = std::pow(p.x() / rx, 2) + std::pow((p.y() - 2.0) / ry, 2);
  const double dish = endplate_dish_mm * std::max(0.0, 1.0 - r2) * std::max(0.0, 1.0 - 0.5 * r2);
  return smooth_intersection(radial, std::abs(p.z()) - (half - dish), 2.2);
}

double VertebraField::pedicle(const Vec& p) const {
  const Vec q = p - pedicle_center_;
  const double along = q.dot(pedicle_axis_);
  const Vec up = (Vec::UnitZ() - pedicle_axis_.z() * pedicle_axis_).normalized();
  // Narrowest at the isthmus; in front it ends deep in the body, or a wall would stand between.
  const double from_isthmus = std::max(along, -5.0);
  const double flare = 1.0 + 0.0035 * from_isthmus * from_isthmus;
  const double section =
      ellipse(q.dot(pedicle_axis_.cross(up)), q.dot(up), 0.5 * s_.pedicle_width_mm * flare,
              0.5 * s_.pedicle_height_mm * flare);
  return smooth_intersection(section, std::max(along - 9.5, -along - 15.0), 3.0);
}

double VertebraField::lamina(const Vec& p) const {
  // A sloping plate from the mid line to the pars, its lower edge further back.
  const Vec middle(0.0, canal_back_ + 3.4, lamina_z_);
  const Vec side(0.5 * s_.canal_width_mm + 2.5, canal_back_ - 0.42 * s_.canal_depth_mm + 3.0,
                 lamina_z_ + 3.0);
  const Vec u = (side - middle).normalized();
  const Vec w = (Vec::UnitZ() - 0.30 * Vec::UnitY());
  const Vec v = (w - w.dot(u) * u).normalized();
  const Vec q = p - 0.5 * (middle + side);
  const Vec half(0.5 * (side - middle).norm() + 2.0, 0.33 * s_.height_mm(), 3.1);
  return rounded_box(Vec(q.dot(u), q.dot(v), q.dot(u.cross(v))), half, 2.6);
}

double VertebraField::spinous(const Vec& p) const {
  const double tip = s_.back_wall_mm() + s_.spinous_reach_mm;
  const double top = lamina_z_ + 3.5, height = s_.spinous_height_mm;
  // The corners of a hatchet, drawn in by the radius that rounds them.
  constexpr double round_mm = 4.0;
  const std::array<Eigen::Vector2d, 6> outline{{{canal_back_ + 1.5, top + 2.0},
                                                {tip - 9.0, top - 4.5},
                                                {tip - round_mm, top - 9.5},
                                                {tip - round_mm - 1.0, top - height + 6.0},
                                                {tip - 11.0, top - height + 4.0},
                                                {canal_back_ + 3.0, lamina_z_ - 2.0}}};
  const double flat = polygon(Eigen::Vector2d(p.y(), p.z()), outline) - round_mm;
  // Thin in the middle of its length, a thick border behind.
  const double reach = std::clamp((p.y() - canal_back_) / (tip - canal_back_), 0.0, 1.0);
  const double half = 2.7 + 1.7 * reach * reach * reach + 1.2 * (1.0 - reach) * (1.0 - reach);
  return extrude(flat, p.x(), half, 2.4);
}

double VertebraField::transverse(const Vec& p) const {
  const double stout = last_lumbar_ ? 1.5 : 1.0;
  const Vec base = pedicle_center_ + Vec(3.0, 5.5, -1.0);
  const Vec tip(0.5 * s_.transverse_span_mm - 3.0, s_.back_wall_mm() + (last_lumbar_ ? 7.0 : 13.0),
                pedicle_center_.z() + (last_lumbar_ ? 3.0 : 1.5));
  const Vec flat(1.0, 1.0, 0.62);  // taller than thick
  return capsule(p.cwiseProduct(flat), base.cwiseProduct(flat), tip.cwiseProduct(flat), 3.7 * stout,
                 2.4 * stout);
}

double VertebraField::superior_process(const Vec& p) const {
  const Vec q = p - (above_.center_mm - 4.6 * above_.normal);
  const Vec side = Vec::UnitZ().cross(above_.normal);
  const double plate =
      ellipsoid(Vec(q.dot(above_.normal), q.dot(side), q.z() + 1.0), {4.4, 7.2, 9.5});
  const Vec root = pedicle_center_ + 6.0 * pedicle_axis_ + Vec(-1.0, 2.0, -2.0);
  const double stem = capsule(p, root, above_.center_mm - 4.8 * above_.normal, 5.0, 4.0);
  const Vec mammillary = above_.center_mm - 6.0 * above_.normal + Vec(1.0, 5.0, -3.0);
  return smooth_union(smooth_union(plate, stem, 3.0), sphere(p, mammillary, 3.0), 2.5);
}

double VertebraField::inferior_process(const Vec& p) const {
  const Vec& joint = below_.center_mm;
  const Vec inward(joint.x() + below_.normal.x() * 4.9, joint.y() + below_.normal.y() * 4.9,
                   joint.z());
  const Vec q = p - inward;
  const Vec side = Vec::UnitZ().cross(below_.normal).normalized();
  const double plate = ellipsoid(Vec(q.dot(below_.normal), q.dot(side), q.z()), {4.7, 6.0, 9.0});
  const Vec pars = pedicle_center_ + 7.5 * pedicle_axis_ + Vec(-2.0, 1.5, -5.0);
  const Vec neck(0.5 * (pars.x() + inward.x()), 0.5 * (pars.y() + inward.y()) + 1.0,
                 0.5 * (pars.z() + inward.z()) + 1.0);
  const double isthmus =
      std::min(capsule(p, pars, neck, 4.6, 4.4), capsule(p, neck, inward, 4.4, 4.2));
  return smooth_union(plate, isthmus, 3.0);
}

double VertebraField::posterior(const Vec& p) const {
  double arch = smooth_union(lamina(p), inferior_process(p), 3.5);
  arch = smooth_union(arch, superior_process(p), 3.5);
  arch = smooth_union(arch, spinous(p), 4.0);
  arch = smooth_union(arch, transverse(p), 4.0);
  arch = smooth_union(arch, pedicle(p), 4.0);
  // The canal is a rounded triangle with its base at the body; bone ends at its wall.
  const double y = p.y() - (s_.back_wall_mm() + 0.46 * s_.canal_depth_mm);
  const double taper = 1.0 - 0.012 * std::max(y, 0.0);
  const double canal =
      superellipse(p.x(), y, 0.5 * s_.canal_width_mm * taper, 0.54 * s_.canal_depth_mm, 2.3);
  return smooth_intersection(arch, -canal, 1.2);
}

}  // namespace trocar::phantom
