#include "tools/phantom/spine.hpp"

namespace trocar::phantom {
namespace {

Eigen::AlignedBox3d in_preop(const PlacedVertebra& v, const Eigen::AlignedBox3d& local) {
  Eigen::AlignedBox3d box;
  for (int i = 0; i < 8; ++i)
    box.extend(v.to_preop(local.corner(static_cast<Eigen::AlignedBox3d::CornerType>(i))));
  return box;
}

std::vector<VertebraField> make_fields(const Anatomy& anatomy) {
  std::vector<VertebraField> fields;
  for (std::size_t i = 0; i < s1_level; ++i) {
    const PlacedVertebra &upper = anatomy.vertebrae[i], &lower = anatomy.vertebrae[i + 1];
    const FacetJoint joint = upper_joint(lower.size);
    fields.emplace_back(upper, FacetJoint{upper.to_local(lower.to_preop(joint.center_mm)),
                                          upper.axes.transpose() * lower.axes * joint.normal});
  }
  return fields;
}

Curve along(const Anatomy& anatomy, bool canal) {
  std::vector<Vec> points;
  for (const PlacedVertebra& v : anatomy.vertebrae) {
    const double y = canal ? v.size.back_wall_mm() + 0.48 * v.size.canal_depth_mm : 0.0;
    const double half = v.size.name == "S1" ? 12.0 : 0.3 * v.size.height_mm();
    points.push_back(v.to_preop({0, y, half}));
    points.push_back(v.to_preop({0, y, -half}));
  }
  const PlacedVertebra& s1 = anatomy.vertebrae[s1_level];
  points.push_back(s1.to_preop({0, canal ? s1.size.back_wall_mm() + 8.0 : 6.0, -55}));
  return Curve(points);
}

Tube rib(const PlacedVertebra& t12, double side) {
  const double back = t12.size.back_wall_mm();
  Tube tube;
  for (const Vec& p : {Vec(20, back + 2, 1), Vec(34, back + 9, -3), Vec(58, back + 12, -13),
                       Vec(84, back - 2, -27), Vec(104, back - 28, -42)})
    tube.points_mm.push_back(t12.to_preop({side * p.x(), p.y(), p.z()}));
  tube.radii_mm = {3.6, 3.6, 4.2, 4.0, 3.0};
  return smoothed(tube, 3);
}

}  // namespace

Tube smoothed(const Tube& coarse, int steps) {
  Tube fine;
  const auto& p = coarse.points_mm;
  const std::size_t last = p.size() - 1;
  for (std::size_t i = 0; i < last; ++i) {
    const Vec m1 = 0.5 * (p[i + 1] - p[i == 0 ? 0 : i - 1]);
    const Vec m2 = 0.5 * (p[std::min(i + 2, last)] - p[i]);
    for (int k = 0; k < steps; ++k) {
      const double t = static_cast<double>(k) / steps, t2 = t * t, t3 = t2 * t;
      fine.points_mm.push_back((2 * t3 - 3 * t2 + 1) * p[i] + (t3 - 2 * t2 + t) * m1 +
                               (3 * t2 - 2 * t3) * p[i + 1] + (t3 - t2) * m2);
      fine.radii_mm.push_back((1 - t) * coarse.radii_mm[i] + t * coarse.radii_mm[i + 1]);
    }
  }
  fine.points_mm.push_back(p[last]);
  fine.radii_mm.push_back(coarse.radii_mm[last]);
  return fine;
}

Spine::Spine(const Anatomy& anatomy)
    : anatomy_(anatomy),
      fields_(make_fields(anatomy)),
      sacrum_(anatomy.vertebrae[s1_level]),
      bodies_(along(anatomy, false)),
      canal_(along(anatomy, true)),
      ribs_{rib(anatomy.vertebrae[0], 1.0), rib(anatomy.vertebrae[0], -1.0)} {
  for (std::size_t i = 0; i < s1_level; ++i)
    boxes_[i] = in_preop(anatomy_.vertebrae[i], fields_[i].box());
  rib_boxes_ = {ribs_[0].box(4.0), ribs_[1].box(4.0)};
  boxes_[s1_level] = in_preop(anatomy_.vertebrae[s1_level], sacrum_.box());
}

double Spine::raw_bone(std::size_t level, const Vec& preop) const {
  if (!boxes_[level].contains(preop)) return far_mm;
  const Vec local = anatomy_.vertebrae[level].to_local(preop);
  return level == s1_level ? sacrum_(local) : fields_[level](local);
}

double Spine::bone(std::size_t level, const Vec& preop) const {
  const double own = raw_bone(level, preop);
  // The superior process embraces the inferior one of the level above.
  if (level == 0 || own > 6.0) return own;
  return std::max(own, joint_gap_mm - raw_bone(level - 1, preop));
}

Spine::Nearest Spine::nearest_bone(const Vec& preop) const {
  Nearest nearest{far_mm, 0};
  double above = far_mm;
  for (std::size_t i = 0; i < level_count; ++i) {
    const double own = raw_bone(i, preop);
    const double d = std::max(own, joint_gap_mm - above);
    if (d < nearest.distance_mm) nearest = {d, i};
    above = own;
  }
  return nearest;
}

double Spine::body(std::size_t level, const Vec& preop) const {
  const Vec local = anatomy_.vertebrae[level].to_local(preop);
  return level == s1_level ? sacrum_.body(local) : fields_[level].body(local);
}

double Spine::disc(std::size_t level, const Vec& preop) const {
  const PlacedVertebra &upper = anatomy_.vertebrae[level], &lower = anatomy_.vertebrae[level + 1];
  const Vec middle = 0.5 * (upper.center_mm + lower.center_mm);
  if ((preop - middle).squaredNorm() > 45.0 * 45.0) return far_mm;
  const double half_u = 0.5 * upper.size.height_mm(), half_l = 0.5 * lower.size.height_mm();
  const Vec a = upper.to_local(preop), b = lower.to_local(preop);
  // Between the two end plates, reaching a little into their hollows; bone wins where both are.
  const double below_upper = a.z() + half_u - 2.5;
  const double above_lower = half_l - 2.5 - b.z();
  if (below_upper > 8.0 || above_lower > 8.0) return far_mm;
  const double bulge = 0.4;
  const double rx = 0.25 * (upper.size.lower_width_mm + lower.size.upper_width_mm) + bulge;
  const double ry = 0.25 * (upper.size.lower_depth_mm + lower.size.upper_depth_mm) + bulge;
  const Vec mid = 0.5 * (a + b);
  const double radial = superellipse(mid.x(), mid.y(), rx, ry, 2.4);
  return smooth_intersection(radial, std::max(below_upper, above_lower), 2.0);
}

double Spine::ilium(const Vec& preop) const {
  if (!boxes_[s1_level].contains(preop)) return far_mm;
  return sacrum_.ilium(anatomy_.vertebrae[s1_level].to_local(preop));
}

double Spine::ribs(const Vec& preop) const {
  if (preop.z() < anatomy_.vertebrae[0].center_mm.z() - 55.0) return far_mm;
  if (!rib_boxes_[preop.x() > anatomy_.vertebrae[0].center_mm.x() ? 0 : 1].contains(preop))
    return far_mm;
  return std::min(ribs_[0](preop), ribs_[1](preop));
}

}  // namespace trocar::phantom
