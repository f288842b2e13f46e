// An intraoperative scan of a spine that lies otherwise than before: each vertebra moved as a
// whole, soft tissue carried along, seen by a scanner with a small round field.
#include <algorithm>
#include <cmath>
#include <map>

#include "engine/model/label_voxels.hpp"
#include "tools/bench/ct_sets.hpp"
#include "tools/phantom/parallel.hpp"
#include "tools/phantom/random.hpp"

namespace trocar::bench {
namespace {

using Eigen::Affine3d;
using Eigen::Isometry3d;
using Eigen::Vector3d;
using phantom::Draw;

constexpr double far_mm = 24;

// Distance to one vertebra's voxels, on the label map's own grid round it, by relaxation over the
// 26 neighbours (a few percent too long away from the axes: only weights come from it).
class BoneDistance {
 public:
  BoneDistance(const LabelVolume& labels, int label) : geometry_(labels.geometry) {
    std::array<int, 3> low = geometry_.size, high{0, 0, 0};
    each_voxel(labels, label, [&](const std::array<int, 3>& v) {
      for (std::size_t k = 0; k < 3; ++k) {
        low[k] = std::min(low[k], v[k]);
        high[k] = std::max(high[k], v[k]);
      }
    });
    for (std::size_t k = 0; k < 3; ++k) {
      const int margin =
          static_cast<int>(std::ceil(far_mm / geometry_.spacing_mm[static_cast<Eigen::Index>(k)]));
      first_[k] = low[k] - margin;
      size_[k] = high[k] - low[k] + 1 + 2 * margin;
    }
    mm_.assign(static_cast<std::size_t>(size_[0]) * static_cast<std::size_t>(size_[1]) *
                   static_cast<std::size_t>(size_[2]),
               static_cast<float>(far_mm));
    std::size_t count = 0;
    each_voxel(labels, label, [&](const std::array<int, 3>& v) {
      mm_[at(v[0] - first_[0], v[1] - first_[1], v[2] - first_[2])] = 0;
      centre_ += geometry_.at(Vector3d(v[0], v[1], v[2])).mm;
      inside_.push_back(geometry_.at(Vector3d(v[0], v[1], v[2])).mm);
      ++count;
    });
    centre_ /= static_cast<double>(count);
    sweep(1);
    sweep(-1);
  }

  // At a voxel of the label map, not necessarily a whole one.
  [[nodiscard]] double operator()(const Vector3d& voxel) const {
    std::array<int, 3> n{};
    for (std::size_t k = 0; k < 3; ++k) {
      const double i = voxel[static_cast<Eigen::Index>(k)] + 0.5 - first_[k];
      if (!(i >= 0 && i < size_[k])) return far_mm;
      n[k] = static_cast<int>(i);
    }
    return static_cast<double>(mm_[at(n[0], n[1], n[2])]);
  }
  [[nodiscard]] const Vector3d& centre() const { return centre_; }
  [[nodiscard]] const std::vector<Vector3d>& inside() const { return inside_; }

 private:
  template <class F>
  static void each_voxel(const LabelVolume& labels, int label, F f) {
    std::size_t i = 0;
    for (int z = 0; z < labels.geometry.size[2]; ++z)
      for (int y = 0; y < labels.geometry.size[1]; ++y)
        for (int x = 0; x < labels.geometry.size[0]; ++x, ++i)
          if (labels.labels[i] == label) f({x, y, z});
  }
  [[nodiscard]] std::size_t at(int x, int y, int z) const {
    return static_cast<std::size_t>((z * size_[1] + y) * size_[0] + x);
  }
  void relax(int x, int y, int z, int step) {
    float& here = mm_[at(x, y, z)];
    for (int dz = -1; dz <= 0; ++dz)
      for (int dy = -1; dy <= 1; ++dy)
        for (int dx = -1; dx <= 1; ++dx) {
          if (dz == 0 && (dy > 0 || (dy == 0 && dx >= 0))) continue;
          const int nx = x + step * dx, ny = y + step * dy, nz = z + step * dz;
          if (nx < 0 || ny < 0 || nz < 0 || nx >= size_[0] || ny >= size_[1] || nz >= size_[2])
            continue;
          const double length = geometry_.spacing_mm.cwiseProduct(Vector3d(dx, dy, dz)).norm();
          here = std::min(here, mm_[at(nx, ny, nz)] + static_cast<float>(length));
        }
  }
  void sweep(int step) {
    for (int k = 0; k < size_[2]; ++k)
      for (int j = 0; j < size_[1]; ++j)
        for (int i = 0; i < size_[0]; ++i)
          step > 0 ? relax(i, j, k, 1)
                   : relax(size_[0] - 1 - i, size_[1] - 1 - j, size_[2] - 1 - k, -1);
  }

  VolumeGeometry geometry_;
  std::array<int, 3> first_{}, size_{};
  std::vector<float> mm_;
  Vector3d centre_ = Vector3d::Zero();
  std::vector<Vector3d> inside_;
};

Eigen::Matrix3d drawn_rotation(Draw& draw, double degrees) {
  Eigen::Matrix3d r = Eigen::Matrix3d::Identity();
  for (int k = 0; k < 3; ++k)
    r = r * Eigen::AngleAxisd(draw.between(-degrees, degrees) * M_PI / 180, Vector3d::Unit(k));
  return r;
}

// Where each vertebra lies in the operating room: the target anywhere, its neighbours bent against
// each other about the discs by up to 6 degrees.
struct BentSpine {
  std::vector<int> labels;
  std::vector<BoneDistance> bones;
  std::vector<Isometry3d> preop_from_intraop;
  Affine3d voxel_from_preop;  // of the label map
  std::vector<Affine3d> voxel_from_intraop;
  std::size_t target = 0;
};

Affine3d voxel_from_mm(const VolumeGeometry& g) {
  Affine3d mm_from_voxel = Affine3d::Identity();
  mm_from_voxel.linear() = g.direction * g.spacing_mm.asDiagonal();
  mm_from_voxel.translation() = g.origin.mm;
  return mm_from_voxel.inverse();
}

Isometry3d turned_about(const Eigen::Matrix3d& r, const Vector3d& pivot) {
  Isometry3d out = Isometry3d::Identity();
  out.linear() = r;
  out.translation() = pivot - r * pivot;
  return out;
}

BentSpine bend(const CtSource& source, const ScanMake& make, const Isometry3d& intraop_from_preop) {
  BentSpine spine;
  std::map<int, std::size_t> count;
  for (const std::uint16_t l : source.labels->labels)
    if (l != 0) ++count[l];
  for (const auto& [label, voxels] : count) {
    if (std::abs(label - make.target) > 4 || voxels < 500) continue;
    if (label == make.target) spine.target = spine.labels.size();
    spine.labels.push_back(label);
    spine.bones.emplace_back(*source.labels, label);
  }
  Draw draw(make.seed, 5);
  std::vector<Isometry3d> moved(spine.bones.size(), Isometry3d::Identity());  // preop to bent
  const auto follow = [&](std::size_t from, std::size_t to) {
    const Vector3d disc = 0.5 * (spine.bones[from].centre() + spine.bones[to].centre());
    moved[to] = moved[from] * turned_about(drawn_rotation(draw, 6), disc);
  };
  for (std::size_t i = spine.target; i + 1 < moved.size(); ++i) follow(i, i + 1);
  for (std::size_t i = spine.target; i > 0; --i) follow(i, i - 1);
  for (const Isometry3d& m : moved)
    spine.preop_from_intraop.push_back((intraop_from_preop * m).inverse(Eigen::Isometry));
  spine.voxel_from_preop = voxel_from_mm(source.labels->geometry);
  for (const Isometry3d& p : spine.preop_from_intraop)
    spine.voxel_from_intraop.emplace_back(spine.voxel_from_preop * p);
  return spine;
}

struct Pulled {
  Vector3d preop;
  std::size_t nearest;
  double distance_mm;
};
// Where a point of the operating room came from: with its bone inside 1 mm of one, else between.
Pulled pull(const BentSpine& spine, const Vector3d& q) {
  Vector3d sum = Vector3d::Zero();
  double total = 0;
  Pulled out{Vector3d::Zero(), 0, 1e9};
  for (std::size_t i = 0; i < spine.bones.size(); ++i) {
    const double d = spine.bones[i](spine.voxel_from_intraop[i] * q);
    if (d < out.distance_mm) out = {Vector3d::Zero(), i, d};
    const double near = std::max(d - 0.9, 0.05);
    const double w = 1.0 / (near * near);
    sum += w * (spine.preop_from_intraop[i] * q);
    total += w;
  }
  out.preop =
      out.distance_mm > 1.0 ? Vector3d(sum / total) : spine.preop_from_intraop[out.nearest] * q;
  return out;
}

double cubic(double a, double b, double c, double d, double t) {  // Catmull-Rom
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

// Cubic along the slices' axis, linear within them; air outside.
double sample(const CtVolume& v, const Affine3d& voxel_from_preop, const Vector3d& preop) {
  const Vector3d i = voxel_from_preop * preop;
  const int x = static_cast<int>(std::floor(i.x())), y = static_cast<int>(std::floor(i.y()));
  const int z = static_cast<int>(std::floor(i.z()));
  if (x < 0 || y < 0 || z < 0 || x + 1 >= v.geometry.size[0] || y + 1 >= v.geometry.size[1] ||
      z + 1 >= v.geometry.size[2])
    return -1000;
  const double tx = i.x() - x, ty = i.y() - y;
  const auto in_slice = [&](int slice) {
    slice = std::clamp(slice, 0, v.geometry.size[2] - 1);
    return (1 - ty) * ((1 - tx) * v.at(x, y, slice) + tx * v.at(x + 1, y, slice)) +
           ty * ((1 - tx) * v.at(x, y + 1, slice) + tx * v.at(x + 1, y + 1, slice));
  };
  return cubic(in_slice(z - 1), in_slice(z), in_slice(z + 1), in_slice(z + 2), i.z() - z);
}

struct Screw {
  Vector3d head, tip;  // preop
};
std::array<Screw, 2> screws_of(const Vector3d& centre) {
  const auto screw = [&](double side) {
    return Screw{centre + Vector3d(side * 24, 24, 2), centre + Vector3d(side * 7, -20, -1)};
  };
  return {screw(1), screw(-1)};
}
double to_screw(const Screw& s, const Vector3d& p) {
  const Vector3d along = s.tip - s.head;
  const double t = std::clamp((p - s.head).dot(along) / along.squaredNorm(), 0.0, 1.0);
  return (p - s.head - t * along).norm();
}

// The surgeon's traces: laminae gone, two screws and the streaks they throw in their slices.
double operated(double hu, const Pulled& at, const Vector3d& target_preop, const Vector3d& centre) {
  const Vector3d d = target_preop - centre;
  if (at.distance_mm < 3 && std::abs(d.x()) < 14 && d.y() > 10 && std::abs(d.z()) < 14) hu = 30;
  double streak = 0;
  for (const Screw& s : screws_of(centre)) {
    const double off = to_screw(s, target_preop);
    if (off < 2.8) return 4000;
    const Vector3d middle = 0.5 * (s.head + s.tip);
    const Vector3d arm = target_preop - middle;
    if (std::abs(arm.z()) > 5) continue;
    const double angle = std::atan2(arm.y(), arm.x());
    streak += 150 * std::exp(-off / 20) * std::cos(9 * angle + 0.8 * middle.x());
  }
  return hu + streak;
}

// Noise with the grain of a smooth reconstruction: white, blurred by (1 2 1) / 4 along each axis,
// twice in the plane.
std::vector<float> grain(const std::array<int, 3>& size, std::uint64_t seed) {
  const auto sx = static_cast<std::size_t>(size[0]), sy = static_cast<std::size_t>(size[1]);
  const auto sz = static_cast<std::size_t>(size[2]);
  std::vector<float> a(sx * sy * sz), b(a.size());
  phantom::in_parallel(a.size(), [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i)
      a[i] = static_cast<float>(phantom::lattice_normal(seed, static_cast<std::int64_t>(i), 3, 4));
  });
  for (const std::size_t step : {std::size_t{1}, sx, std::size_t{1}, sx, sx * sy}) {
    for (std::size_t i = step; i + step < a.size(); ++i)
      b[i] = 0.25F * a[i - step] + 0.5F * a[i] + 0.25F * a[i + step];
    std::swap(a, b);
  }
  double square = 0;
  for (const float v : a) square += static_cast<double>(v) * static_cast<double>(v);
  const auto scale = static_cast<float>(1.0 / std::sqrt(square / static_cast<double>(a.size())));
  for (float& v : a) v *= scale;
  return a;
}

VolumeGeometry field(const ScanMake& make, Draw& draw) {
  VolumeGeometry g;
  const int side = static_cast<int>(make.field_mm / make.spacing_mm);
  g.size = {side, side, static_cast<int>(make.height_mm / make.slice_mm)};
  g.spacing_mm = {make.spacing_mm, make.spacing_mm, make.slice_mm};
  for (int k = 0; k < 3; ++k) g.origin.mm[k] = draw.between(-300, 300);
  return g;
}

// What the scanner does to a value: gain, offset, cupping, rings.
struct Scanner {
  double gain, offset_hu, cupping_hu, ring_hu, noise_hu, radius_mm;
  std::uint64_t seed;
  [[nodiscard]] double operator()(double hu, double r_mm, double grain) const {
    const double share = r_mm / radius_mm;
    const double ring = phantom::lattice_normal(seed, static_cast<std::int64_t>(r_mm / 0.6), 0, 0);
    return gain * hu + offset_hu + cupping_hu * (share * share - 0.5) + ring_hu * ring +
           noise_hu * grain;
  }
};

std::vector<Vector3d> spread_points(const std::vector<Vector3d>& voxels) {
  std::vector<Vector3d> out;
  for (std::size_t i = 0; i < 20; ++i) out.push_back(voxels[(2 * i + 1) * voxels.size() / 40]);
  return out;
}

// The room's axes: turned up to 12 degrees, the target off the field's centre by up to 15 mm.
Isometry3d lay_down(const VolumeGeometry& g, const Vector3d& centre, double shift_mm, Draw& draw) {
  Isometry3d intraop_from_preop = Isometry3d::Identity();
  intraop_from_preop.linear() = drawn_rotation(draw, 12);
  const Vector3d middle =
      g.at(0.5 * Vector3d(g.size[0] - 1.0, g.size[1] - 1.0, g.size[2] - 1.0)).mm;
  const Vector3d off(draw.between(-15, 15), draw.between(-15, 15), draw.between(-12, 12));
  intraop_from_preop.translation() =
      middle + off + Vector3d(0, 0, shift_mm) - intraop_from_preop.linear() * centre;
  return intraop_from_preop;
}

struct Room {
  BentSpine spine;
  Scanner scanner;
  std::vector<float> noise;
  Vector3d centre;
  bool operated;
  Affine3d scan_voxel_from_preop;
};

void scan_slice(const CtVolume& from, const Room& room, int z, CtVolume& out) {
  const VolumeGeometry& g = out.geometry;
  const Isometry3d& target_from_intraop = room.spine.preop_from_intraop[room.spine.target];
  for (int y = 0; y < g.size[1]; ++y)
    for (int x = 0; x < g.size[0]; ++x) {
      const std::size_t i = CtVolume::voxel_offset(g, x, y, z);
      const double r = g.spacing_mm.x() * std::hypot(x - 0.5 * g.size[0], y - 0.5 * g.size[1]);
      out.hounsfield[i] = -1024;
      if (r > room.scanner.radius_mm) continue;
      const Vector3d q = g.origin.mm + g.spacing_mm.cwiseProduct(Vector3d(x, y, z));
      const Pulled at = pull(room.spine, q);
      double hu = sample(from, room.scan_voxel_from_preop, at.preop);
      if (room.operated) hu = operated(hu, at, target_from_intraop * q, room.centre);
      hu = room.scanner(hu, r, static_cast<double>(room.noise[i]));
      out.hounsfield[i] = static_cast<std::int16_t>(std::clamp(std::round(hu), -1023.0, 3071.0));
    }
}

}  // namespace

CtScan make_scan(const CtSource& source, const ScanMake& make) {
  Draw draw(make.seed, 1);
  auto intraop = std::make_shared<CtVolume>();
  intraop->geometry = field(make, draw);
  const BoneDistance target(*source.labels, make.target);
  const Isometry3d truth =
      lay_down(intraop->geometry, target.centre(), level_mm * make.shift_levels, draw);
  const Room room{bend(source, make, truth),
                  {draw.between(0.85, 1.1), draw.between(-80, 80), draw.between(-150, 150), 15,
                   make.operated ? 140.0 : 70.0, make.field_mm / 2, make.seed},
                  grain(intraop->geometry.size, phantom::mix(make.seed, 3)),
                  target.centre(),
                  make.operated,
                  voxel_from_mm(source.scan->geometry)};
  intraop->hounsfield.resize(intraop->geometry.voxels());
  phantom::in_parallel(static_cast<std::size_t>(intraop->geometry.size[2]),
                       [&](std::size_t first, std::size_t last) {
                         for (std::size_t z = first; z < last; ++z)
                           scan_slice(*source.scan, room, static_cast<int>(z), *intraop);
                       });
  return {intraop, make.target, target.centre(), spread_points(target.inside()), truth};
}

}  // namespace trocar::bench
