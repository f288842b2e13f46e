#include "engine/model/surface_distance.hpp"

#include "engine/model/mesh_check.hpp"
#include "engine/model/surface_query.hpp"
#include "engine/model/surface_tree.hpp"

namespace trocar {

struct SurfaceDistance::Tree {
  surface::SurfaceTree data;
};

Result<SurfaceDistance> SurfaceDistance::build(const TriangleMesh& mesh) {
  if (Status sound = check_mesh(mesh); !sound) return sound.error();
  return SurfaceDistance(std::make_unique<const Tree>(Tree{surface::build_tree(mesh)}));
}

SurfaceDistance::SurfaceDistance(std::unique_ptr<const Tree> tree) : tree_(std::move(tree)) {}
SurfaceDistance::SurfaceDistance(SurfaceDistance&&) noexcept = default;
SurfaceDistance& SurfaceDistance::operator=(SurfaceDistance&&) noexcept = default;
SurfaceDistance::~SurfaceDistance() = default;

SurfacePoint SurfaceDistance::from_point(const Point<Preop>& p, Hint& hint) const noexcept {
  const surface::NearestPoint found = surface::nearest_point(tree_->data, p.mm, hint.triangle);
  hint.triangle = found.slot;
  return {found.signed_mm,
          {found.closest},
          {found.normal},
          tree_->data.records[found.slot].triangle,
          found.feature};
}

ShaftClearance SurfaceDistance::from_shaft(const Shaft& shaft, Hint& hint) const noexcept {
  const bool is_point = !(shaft.length_mm > 0.0);
  const surface::Segment axis{
      shaft.tip.mm, is_point ? Eigen::Vector3d(Eigen::Vector3d::Zero()) : shaft.backward.mm,
      is_point ? 0.0 : shaft.length_mm};
  const surface::PlaceOnSegment found = surface::lowest_place(tree_->data, axis, hint.triangle);
  hint.triangle = found.nearest.slot;
  return {found.nearest.signed_mm - shaft.radius_mm,
          found.at_mm,
          {found.nearest.closest},
          {found.nearest.normal},
          tree_->data.records[found.nearest.slot].triangle};
}

}  // namespace trocar
