#include "tools/phantom/sacrum_field.hpp"

#include "tools/phantom/vertebra_field.hpp"

namespace trocar::phantom {

SacrumField::SacrumField(const PlacedVertebra& s1) : s_(s1.size) {}

Eigen::AlignedBox3d SacrumField::box() const { return {Vec(-125, -70, -110), Vec(125, 75, 70)}; }

double SacrumField::body(const Vec& p) const {
  const double down = std::clamp(0.5 - p.z() / s_.height_mm(), 0.0, 3.0);  // 0 at the end plate
  const double rx = 0.5 * s_.upper_width_mm * (1.0 - 0.13 * down);
  const double ry = 0.5 * s_.upper_depth_mm * (1.0 - 0.16 * down);
  const double outline = superellipse(p.x(), p.y() - 2.0 * down * down, rx, ry, 2.4);
  const double half = 0.5 * s_.height_mm() - p.y() * std::tan(0.5 * s_.wedge_rad());
  return smooth_intersection(outline, std::max(p.z() - half, -p.z() - 95.0), 2.5);
}

double SacrumField::operator()(const Vec& local) const {
  const Vec p(std::abs(local.x()), local.y(), local.z());
  const double back = s_.back_wall_mm();
  double bone = body(p);
  const Vec wing_flat(1.0, 1.0, 0.9);
  const double wing = capsule(p.cwiseProduct(wing_flat), Vec(10, 4, -13).cwiseProduct(wing_flat),
                              Vec(44, 13, -26).cwiseProduct(wing_flat), 12.5, 19.0);
  const double joint_plane = p.x() - 52.0 + 0.30 * (p.y() - 12.0);
  bone = smooth_union(bone, smooth_intersection(wing, joint_plane, 3.0), 7.0);
  // Behind the canal: fused laminae, median crest, the facets for L5.
  const Vec roof_top(0, back + s_.canal_depth_mm + 2.0, -4.0), roof_end(0, back + 20.0, -80.0);
  double arch = capsule(p, roof_top + Vec(7, -1, 0), roof_end + Vec(9, 0, 0), 4.0, 4.0);
  arch = smooth_union(arch, capsule(p, roof_top + Vec(0, 4, -8), roof_end, 5.5, 4.5), 5.0);
  const Vec lateral(19.0, back + 8.0, -6.0);
  arch = smooth_union(arch, capsule(p, roof_top + Vec(7, -1, 0), lateral, 4.5, 7.0), 5.0);
  arch = smooth_union(arch, capsule(p, lateral, Vec(24, back + 9, -70), 7.0, 5.0), 5.0);
  const FacetJoint joint = upper_joint(s_);
  const Vec q = p - (joint.center_mm - 4.6 * joint.normal);
  const Vec side = Vec::UnitZ().cross(joint.normal);
  const double plate =
      ellipsoid(Vec(q.dot(joint.normal), q.dot(side), q.z() + 2.0), {4.6, 7.5, 9.5});
  arch = smooth_union(
      arch,
      smooth_union(plate, capsule(p, lateral, joint.center_mm - 5.0 * joint.normal, 6.5, 4.5), 3.0),
      4.0);
  bone = smooth_union(bone, arch, 4.0);
  const double y = p.y() - (back + 0.48 * s_.canal_depth_mm) - 0.02 * p.z();
  const double canal =
      superellipse(p.x(), y, 0.5 * s_.canal_width_mm, 0.48 * s_.canal_depth_mm, 2.2);
  const double with_canal = smooth_intersection(bone, -std::max(canal, -body(p)), 1.5);
  // The first sacral foramen, front to back.
  const double foramen = capsule(p, Vec(17, -30, -34), Vec(17, 40, -26), 5.5, 4.5);
  return smooth_intersection(with_canal, -foramen, 2.0);
}

double SacrumField::ilium(const Vec& local) const {
  const Vec p(std::abs(local.x()), local.y(), local.z());
  // A slightly cupped plate that leaves the sacroiliac joint forward and outward.
  const Vec center(84.0, -14.0, -22.0);
  const Vec normal = Vec(0.72, 0.62, -0.10).normalized();
  const Vec along = Vec(0.64, -0.76, 0.05).normalized();
  const Vec up = normal.cross(along).normalized();
  const Vec q = p - center;
  const double a = q.dot(along), u = q.dot(up);
  const double n = q.dot(normal) + 0.0022 * (a * a + u * u) - 3.0;
  const double edge = ellipse(a, u, 62.0, 58.0);
  const double thick =
      4.0 + 3.0 * std::exp(-edge * edge / 60.0) + 4.0 * std::exp(-(a + 45.0) * (a + 45.0) / 300.0);
  const double plate = smooth_intersection(edge, std::abs(n) - thick, 4.0);
  const double joint_plane = 54.5 - p.x() - 0.30 * (p.y() - 12.0);  // 2.4 mm beside the sacrum
  return smooth_intersection(plate, joint_plane, 3.0);
}

}  // namespace trocar::phantom
