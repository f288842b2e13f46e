#include "tools/phantom/patient.hpp"

#include "tools/phantom/random.hpp"

namespace trocar::phantom {
namespace {

constexpr double beyond_mm = 25.0;  // what a box's outside answers: far
constexpr double wall_thickness_mm = 1.8;
constexpr double sac_clearance_mm = 1.0;  // epidural space between sac and bone, at least
constexpr double root_clearance_mm = 0.4;

}  // namespace

Patient::Patient(std::uint64_t seed, std::size_t lesion_level)
    : spine_(make_anatomy(seed)), lesion_level_(lesion_level) {
  const Vec l3 = spine_.vertebra(3).center_mm;
  const double top = spine_.vertebra(0).center_mm.z() - 2.0;
  const double bottom = spine_.vertebra(s1_level).center_mm.z() - 22.0;
  scanned_ = {Vec(l3.x() - 152, l3.y() - 134, bottom), Vec(l3.x() + 152, l3.y() + 102, top)};
  for (double z = bottom; z < top; z += 5.0) sac_box_.extend(spine_.canal().at(z));
  sac_box_ = {Vec(sac_box_.min().x() - 16, sac_box_.min().y() - 16, bottom),
              Vec(sac_box_.max().x() + 16, sac_box_.max().y() + 16, top)};
  place_lesion();
  place_roots();
  place_vessels();
  place_way();
  place_markers();
}

double Patient::ends(const Vec& p) const {
  const double middle = 0.5 * (scanned_.min().z() + scanned_.max().z());
  return std::abs(p.z() - middle) - 0.5 * scanned_.sizes().z() + 3.0;
}

double Patient::skin(const Vec& p) const {
  const Vec l3 = spine_.vertebra(3).center_mm;
  const Vec c = spine_.bodies().at(p.z());
  // The back follows half of the lordosis; a furrow over the spinous processes.
  const double y = p.y() - l3.y() + 17.0 - 0.5 * (c.y() - l3.y());
  const double x = p.x() - l3.x();
  const double furrow = y > 0 ? 5.0 * std::exp(-x * x / 240.0) : 0.0;
  const double flat = y > 0 ? 0.92 : 1.0;
  return superellipse(x, y, 144.0, 112.0 * flat, y > 0 ? 2.7 : 2.3) + furrow;
}

double Patient::shortest(const std::vector<BoxedTube>& tubes, const Vec& p) const {
  double d = beyond_mm;
  for (const BoxedTube& t : tubes)
    if (t.box.contains(p)) d = smooth_union(d, t.tube(p), 1.2);
  return d;
}

void Patient::place_lesion() {
  const PlacedVertebra& v = spine_.vertebra(lesion_level_);
  Draw draw(spine_.anatomy().seed, 31);
  const Vec middle = pedicle_center(v.size) - 17.0 * pedicle_axis(v.size);
  const auto lobe = [&](const Vec& offset, double radius) {
    const Vec wobble(draw.between(-1, 1), draw.between(-1, 1), draw.between(-1, 1));
    lobes_.push_back({"", v.to_preop(middle + offset + wobble), radius * draw.about_one(0.07)});
  };
  lobe(Vec(0, 0, 0), 8.0);
  lobe(Vec(1.0, -5.0, -3.5), 6.0);
  lobe(Vec(-7.0, 3.0, -2.5), 6.0);
  lobe(Vec(3.0, 8.0, 1.5), 5.0);    // towards the pedicle
  lobe(Vec(-6.0, 8.5, -2.0), 4.5);  // towards the canal
  lobe(Vec(-2.0, -1.0, 5.5), 4.5);
  for (const Bead& l : lobes_) {
    lesion_box_.extend(l.center_mm + Vec::Constant(l.radius_mm + 6.0));
    lesion_box_.extend(l.center_mm - Vec::Constant(l.radius_mm + 6.0));
  }
}

double Patient::lesion(const Vec& p) const {
  double d = beyond_mm;
  if (!lesion_box_.contains(p)) return d;
  const Vec q = p / 3.4;
  const Vec rough =
      p + 0.35 * Vec(std::sin(q.y() + q.z()), std::sin(q.z() + q.x()), std::sin(q.x() - q.y()));
  for (const Bead& l : lobes_) d = smooth_union(d, sphere(rough, l.center_mm, l.radius_mm), 4.0);
  if (d > 8.0) return d;
  // It has broken through the back wall, by little.
  return smooth_intersection(d, spine_.bone(lesion_level_, p) - 1.2, 1.0);
}

double Patient::thecal_sac(const Vec& p) const {
  if (!sac_box_.contains(p)) return beyond_mm;
  const Vec c = spine_.canal().at(p.z());
  const Vec tilt = spine_.canal().tilt(p.z());
  const double upright = 1.0 / std::sqrt(1.0 + tilt.squaredNorm() - 1.0);
  const PlacedVertebra& s1 = spine_.vertebra(s1_level);
  const double below_s1 = std::max(0.0, s1.center_mm.z() + 14.0 - p.z());
  const double size = std::max(0.25, 1.0 - below_s1 / 75.0);
  const PlacedVertebra& l3 = spine_.vertebra(3);
  const double section =
      ellipse(p.x() - c.x(), (p.y() - c.y()) * upright, 0.345 * l3.size.canal_width_mm * size,
              0.365 * l3.size.canal_depth_mm * size);
  const double free = smooth_intersection(section * upright, ends(p), 2.0);
  // Where bone narrows the canal the sac gives way.
  if (free > 3.0) return free;
  return smooth_intersection(free, sac_clearance_mm - spine_.nearest_bone(p).distance_mm, 1.5);
}

void Patient::place_roots() {
  for (std::size_t level = 0; level < s1_level; ++level) {
    const PlacedVertebra& v = spine_.vertebra(level);
    const Vec pedicle = pedicle_center(v.size);
    const double canal_y = v.size.back_wall_mm() + 0.48 * v.size.canal_depth_mm;
    const double under = pedicle.z() - 0.5 * v.size.pedicle_height_mm;
    for (const double side : {1.0, -1.0}) {
      Tube t;
      const double half = 0.5 * v.size.canal_width_mm;
      for (const Vec& p : {Vec(0.60 * half, canal_y, 0.5 * v.size.height_mm() + 3.0),
                           Vec(0.72 * half, canal_y - 0.5, pedicle.z() + 1.0),
                           Vec(half - 2.0, canal_y - 1.5, under - 3.0),
                           Vec(half + 5.0, v.size.back_wall_mm() + 4.5, under - 6.5),
                           Vec(half + 13.0, v.size.back_wall_mm() + 1.0, under - 11.5),
                           Vec(half + 19.0, v.size.back_wall_mm() - 7.0, under - 24.0)})
        t.points_mm.push_back(v.to_preop(Vec(side * p.x(), p.y(), p.z())));
      t.radii_mm = {1.5, 1.6, 1.9, 2.8, 2.2, 1.9};
      t = smoothed(t, 4);
      roots_.push_back({t, t.box(4.0)});
    }
  }
}

double Patient::root(std::size_t level, int side, const Vec& p) const {
  const BoxedTube& t = roots_[2 * level + (side > 0 ? 0 : 1)];
  if (!t.box.contains(p)) return beyond_mm;
  const double free = std::max(t.tube(p), ends(p));
  if (free > 2.0) return free;
  return smooth_intersection(free, root_clearance_mm - spine_.nearest_bone(p).distance_mm, 0.6);
}

void Patient::place_vessels() {
  const auto add = [](std::vector<BoxedTube>& to, const Tube& coarse) {
    const Tube t = smoothed(coarse, 4);
    to.push_back({t, t.box(5.0)});
  };
  const auto beside = [&](std::size_t level, double x, double forward) {
    const PlacedVertebra& v = spine_.vertebra(level);
    return v.to_preop({x, -v.size.back_wall_mm() - forward, 0.0});
  };
  const Vec above = spine_.vertebra(0).axes.col(2) * 25.0;
  const Vec fork = beside(4, 5, 11);
  add(arteries_, {{beside(0, 9, 11) + above, beside(0, 9, 11), beside(1, 9, 12), beside(2, 8.5, 12),
                   beside(3, 7.5, 11.5), fork},
                  {9.5, 9.5, 9.2, 8.8, 8.4, 7.6}});
  add(arteries_, {{fork, beside(5, 24, 10), beside(s1_level, 40, 6)}, {6.2, 5.6, 5.2}});
  add(arteries_, {{fork, beside(5, -16, 14), beside(s1_level, -38, 9)}, {6.2, 5.6, 5.2}});
  add(veins_, {{beside(0, -18, 22) + above, beside(0, -17, 18), beside(1, -15, 13),
                beside(2, -14, 12.5), beside(3, -14, 12.5), beside(4, -14, 12), beside(5, -8, 9)},
               {11.0, 11.0, 10.5, 10.2, 10.0, 9.6, 7.5}});
  add(veins_, {{beside(5, -8, 9), beside(5, -20, 6) + Vec(0, 0, -18), beside(s1_level, -40, -2)},
               {6.5, 6.0, 5.5}});
  add(veins_, {{beside(5, -8, 9), beside(5, 12, 7) + Vec(0, 0, -16), beside(s1_level, 36, -4)},
               {6.5, 6.0, 5.5}});
  // Lumbar arteries hug the waist of the bodies.
  for (std::size_t level = 1; level <= 4; ++level) {
    const PlacedVertebra& v = spine_.vertebra(level);
    const double rx = 0.435 * 0.5 * (v.size.upper_width_mm + v.size.lower_width_mm) + 2.9;
    const double ry = 0.435 * v.size.depth_mm() + 3.2;
    for (const double side : {1.0, -1.0}) {
      Tube t;
      t.points_mm.push_back(v.to_preop({8.0, -ry - 4.0, 2.0}));
      for (double phi = side > 0 ? 0.55 : 0.30; phi < 1.9; phi += 0.27) {
        const double s = std::sin(phi), c = std::cos(phi);
        const auto corner = [](double x) { return std::copysign(std::pow(std::abs(x), 0.8), x); };
        t.points_mm.push_back(v.to_preop({side * rx * corner(s), -ry * corner(c), -1.0}));
        if (side < 0 && t.points_mm.size() == 2) {
          t.points_mm[1] = v.to_preop({0.0, -ry - 0.6, 0.0});
          t.points_mm.push_back(v.to_preop({-rx * corner(s), -ry * corner(c), -1.0}));
        }
      }
      t.radii_mm.assign(t.points_mm.size(), 1.5);
      add(arteries_, t);
    }
  }
}

double Patient::aorta(const Vec& p) const {
  return smooth_intersection(shortest(arteries_, p), ends(p), 1.0);
}
double Patient::vena_cava(const Vec& p) const { return std::max(shortest(veins_, p), ends(p)); }

double Patient::medial_wall(std::size_t level, int side, const Vec& p) const {
  const PlacedVertebra& v = spine_.vertebra(level);
  Vec q = v.to_local(p);
  q.x() *= side;  // both sides as if left
  const Vec axis = pedicle_axis(v.size);
  const Vec up = (Vec::UnitZ() - axis.z() * axis).normalized();
  const Vec lateral = axis.cross(up);
  q -= pedicle_center(v.size) + 1.0 * axis;
  const double out = std::copysign(1.0, lateral.x()) * q.dot(lateral);
  const double region =
      std::max({std::abs(q.dot(axis)) - 7.0, std::abs(q.dot(up)) - 0.40 * v.size.pedicle_height_mm,
                out + 0.12 * v.size.pedicle_width_mm, -out - 1.1 * v.size.pedicle_width_mm});
  if (region > 6.0) return region;
  const double bone = spine_.bone(level, p);
  const double shell = std::abs(bone + 0.5 * wall_thickness_mm) - 0.5 * wall_thickness_mm;
  return smooth_intersection(shell, region, 0.8);
}

void Patient::place_way() {
  const PlacedVertebra& v = spine_.vertebra(lesion_level_);
  const Vec axis = v.axes * pedicle_axis(v.size);
  way_.target_mm = v.to_preop(pedicle_center(v.size) - 17.0 * pedicle_axis(v.size));
  const Vec isthmus = v.to_preop(pedicle_center(v.size));
  const auto first_outside = [&](const Vec& from, const auto& field) {
    double in = 0.0, out = 0.0;
    while (field(from + out * axis) < 0.0) in = out, out += 0.5;
    for (int i = 0; i < 40; ++i) {
      const double mid = 0.5 * (in + out);
      (field(from + mid * axis) < 0.0 ? in : out) = mid;
    }
    return Vec(from + out * axis);
  };
  way_.entry_mm =
      first_outside(isthmus, [&](const Vec& p) { return spine_.bone(lesion_level_, p); });
  way_.skin_mm = first_outside(way_.entry_mm, [&](const Vec& p) { return skin(p); });
}

void Patient::add_bone_marker(std::string label, std::size_t level, const Vec& from_local) {
  const PlacedVertebra& v = spine_.vertebra(level);
  Vec p = v.to_preop(from_local);
  const Vec forward = -v.axes.col(1);
  for (int i = 0; i < 400 && spine_.bone(level, p) > 1e-4; ++i)
    p += forward * std::min(0.5 * spine_.bone(level, p), 1.0);
  markers_.push_back({std::move(label), p, 1.0});
}

void Patient::place_markers() {
  const auto at = [&](std::size_t level, double x, double z) {
    const LevelSize& s = spine_.vertebra(level).size;
    return Vec(x, s.back_wall_mm() + s.spinous_reach_mm + 6.0, z);
  };
  add_bone_marker("L3 spinous process", 3, at(3, 0.5, -13.0));
  add_bone_marker("L3 left transverse process", 3, at(3, 32.0, 5.0));
  add_bone_marker("L3 right lamina", 3, at(3, -11.0, -7.0));
  add_bone_marker("L2 left lamina", 2, at(2, 9.5, -8.0));
  add_bone_marker("L2 right transverse process", 2, at(2, -29.0, 5.0));
  add_bone_marker("L4 left mammillary process", 4, at(4, 22.0, 15.0));
  const auto on_skin = [&](std::string label, const Vec& inside) {
    Vec p = inside;
    while (skin(p) < 2.0) p.y() += 0.05;
    markers_.push_back({std::move(label), p, 2.0});
  };
  on_skin("skin right L4", spine_.vertebra(4).to_preop({-46, 40, -6}));
  on_skin("skin left L2", spine_.vertebra(2).to_preop({62, 40, 9}));
}

Eigen::AlignedBox3d Patient::lesion_box() const { return lesion_box_; }

Eigen::AlignedBox3d Patient::root_box(std::size_t level, int side) const {
  return roots_[2 * level + (side > 0 ? 0 : 1)].box;
}

Eigen::AlignedBox3d Patient::wall_box(std::size_t level, int side) const {
  const PlacedVertebra& v = spine_.vertebra(level);
  Vec c = pedicle_center(v.size);
  c.x() *= side;
  const Vec half = Vec::Constant(12.0 + 0.7 * v.size.pedicle_width_mm);
  return {v.to_preop(c) - half, v.to_preop(c) + half};
}

Eigen::AlignedBox3d Patient::aorta_box() const {
  Eigen::AlignedBox3d box;
  for (const BoxedTube& t : arteries_) box.extend(t.box);
  return box.intersection(scanned_);
}

Eigen::AlignedBox3d Patient::sac_box() const { return sac_box_; }

}  // namespace trocar::phantom
