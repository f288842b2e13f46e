#include "tools/pictures/ct_cut.hpp"

#include <algorithm>
#include <cmath>

#include "engine/model/mask_outlines.hpp"
#include "engine/registration/ct_sampler.hpp"

namespace trocar {
namespace {

using Eigen::Vector3d;

// Bone from marrow to cortex; metal is white, fat and muscle are dark.
constexpr double darkest_hu = -250, brightest_hu = 850;
constexpr Rgb not_scanned{18, 24, 46};  // no grey: nobody takes the end of a scan for air
constexpr std::array<double, 3> warm{1.0, 0.92, 0.72};

class Sampled {
 public:
  Sampled(const CtGrid& grid, const Eigen::Isometry3d& grid_from_intraop)
      : sampler_(grid, grid_from_intraop),
        index_from_intraop_(grid.index_from_mm * grid_from_intraop) {
    for (int k = 0; k < 3; ++k) last_[k] = grid.size[static_cast<std::size_t>(k)] - 1;
  }

  [[nodiscard]] Rgb colour(const Point<Intraop>& p, const std::array<double, 3>& tint) const {
    const Eigen::Vector3f q = p.mm.cast<float>();
    float hu = 0;
    if (!sampler_(q.x(), q.y(), q.z(), hu)) {
      if (!is_amid(p)) return not_scanned;
      hu = static_cast<float>(darkest_hu);
    }
    const double grey = 255 * std::clamp((hu - darkest_hu) / (brightest_hu - darkest_hu), 0.0, 1.0);
    Rgb out{};
    for (std::size_t c = 0; c < 3; ++c)
      out[c] = static_cast<std::uint8_t>(std::lround(grey * tint[c]));
    return out;
  }

 private:
  // What marks the corners round a field is, in the field, air.
  [[nodiscard]] bool is_amid(const Point<Intraop>& p) const {
    const Vector3d index = index_from_intraop_ * p.mm;
    const Vector3d from_middle = (2 * index - last_).cwiseQuotient(last_);
    return from_middle.head<2>().norm() < 1 && std::abs(from_middle.z()) < 1;
  }

  CtSampler sampler_;
  Eigen::Affine3d index_from_intraop_;
  Vector3d last_;
};

// How much of a label there is at places between voxels: what the eight around it say.
class LabelShare {
 public:
  LabelShare(const LabelVolume& labels, int label, const Transform<Preop, Intraop>& preop)
      : labels_(labels), label_(label) {
    const VolumeGeometry& g = labels.geometry;
    Eigen::Affine3d preop_from_index = Eigen::Affine3d::Identity();
    preop_from_index.linear() = g.direction * g.spacing_mm.asDiagonal();
    preop_from_index.translation() = g.origin.mm;
    index_from_intraop_ = preop_from_index.inverse() * preop.matrix();
  }

  [[nodiscard]] float operator()(const Point<Intraop>& p) const {
    const Vector3d index = index_from_intraop_ * p.mm;
    const Vector3d low = index.array().floor();
    double share = 0;
    for (int corner = 0; corner < 8; ++corner) {
      const Vector3d step(corner & 1, (corner >> 1) & 1, (corner >> 2) & 1);
      const Vector3d near = Vector3d::Ones() - (index - low - step).cwiseAbs();
      if (has(low + step)) share += near.prod();
    }
    return static_cast<float>(share);
  }

 private:
  [[nodiscard]] bool has(const Vector3d& voxel) const {
    const auto& size = labels_.geometry.size;
    for (int k = 0; k < 3; ++k)
      if (!(voxel[k] >= 0 && voxel[k] < size[static_cast<std::size_t>(k)])) return false;
    const Eigen::Vector3i v = voxel.cast<int>();
    return labels_.labels[CtVolume::voxel_offset(labels_.geometry, v.x(), v.y(), v.z())] == label_;
  }

  const LabelVolume& labels_;
  int label_;
  Eigen::Affine3d index_from_intraop_;
};

}  // namespace

Cut cut_through(const Point<Intraop>& middle, Plane plane, double field_mm, double px_per_mm) {
  Cut cut{static_cast<int>(std::lround(field_mm * px_per_mm)), {}, {}, {}};
  const double step_mm = 1 / px_per_mm;
  cut.right_mm = step_mm * (plane == Plane::sagittal ? Vector3d::UnitY() : Vector3d::UnitX());
  cut.down_mm =
      step_mm * (plane == Plane::axial ? Vector3d::UnitY() : Vector3d(-Vector3d::UnitZ()));
  cut.corner.mm = middle.mm - 0.5 * (cut.size_px - 1) * (cut.right_mm + cut.down_mm);
  return cut;
}

RegisteredScans::RegisteredScans(const std::shared_ptr<const CtVolume>& preop,
                                 std::shared_ptr<const LabelVolume> labels,
                                 const std::shared_ptr<const CtVolume>& intraop)
    : preop_(grid_of(preop)), intraop_(grid_of(intraop)), labels_(std::move(labels)) {}

Picture RegisteredScans::intraop(const Cut& cut) const {
  const Sampled scan(intraop_, Eigen::Isometry3d::Identity());
  Picture picture(cut.size_px, cut.size_px, not_scanned);
  for (int y = 0; y < cut.size_px; ++y)
    for (int x = 0; x < cut.size_px; ++x) picture.at(x, y) = scan.colour(cut.at(x, y), {1, 1, 1});
  return picture;
}

Picture RegisteredScans::checkerboard(const Cut& cut,
                                      const Transform<Preop, Intraop>& preop_from_intraop,
                                      double square_mm) const {
  const Sampled scan(intraop_, Eigen::Isometry3d::Identity());
  const Sampled before(preop_, preop_from_intraop.matrix());
  const auto square = [&](int pixel, const Vector3d& step_mm) {
    const double from_middle_mm = (pixel - 0.5 * (cut.size_px - 1)) * step_mm.norm();
    return static_cast<int>(std::floor(from_middle_mm / square_mm));
  };
  Picture picture(cut.size_px, cut.size_px, not_scanned);
  for (int y = 0; y < cut.size_px; ++y)
    for (int x = 0; x < cut.size_px; ++x) {
      const bool is_preop = ((square(x, cut.right_mm) + square(y, cut.down_mm)) & 1) != 0;
      picture.at(x, y) =
          is_preop ? before.colour(cut.at(x, y), warm) : scan.colour(cut.at(x, y), {1, 1, 1});
    }
  return picture;
}

std::vector<Outline> RegisteredScans::contour(const Cut& cut,
                                              const Transform<Preop, Intraop>& preop_from_intraop,
                                              int label) const {
  const LabelShare share_at(*labels_, label, preop_from_intraop);
  std::vector<float> share;
  for (int y = 0; y < cut.size_px; ++y)
    for (int x = 0; x < cut.size_px; ++x) share.push_back(share_at(cut.at(x, y)));
  return mask_outlines({cut.size_px, cut.size_px, share});
}

}  // namespace trocar
