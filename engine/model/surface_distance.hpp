#pragma once
#include <cstdint>
#include <limits>
#include <memory>

#include "engine/base/result.hpp"
#include "engine/base/transform.hpp"
#include "engine/data/triangle_mesh.hpp"

namespace trocar {

// On what the nearest point of the surface lies.
enum class Feature : std::uint8_t { face, edge, vertex };

// Nearest point of a surface to a query point.
struct SurfacePoint {
  double signed_mm = 0;  // negative inside
  Point<Preop> closest;
  Offset<Preop> normal;        // outward unit pseudonormal of the feature
  std::uint32_t triangle = 0;  // one that holds `closest`
  Feature feature = Feature::face;
};

// The rigid part of an instrument: a capsule from its tip backwards.
struct Shaft {
  Point<Preop> tip;
  Offset<Preop> backward;  // unit, from the tip to the handle
  double length_mm = 0;
  double radius_mm = 0;
};

// The smallest signed distance between instrument and surface. With the axis outside: distance of
// axis and surface minus radius, exact. With the axis entering: minus the deepest depth of the axis
// below the surface, minus radius.
struct ShaftClearance {
  double clearance_mm = 0;  // negative: the instrument's body reaches into the structure
  double at_mm = 0;         // where on the axis, mm behind the tip, [0, length]
  Point<Preop> closest;     // on the surface, nearest to that place
  Offset<Preop> normal;     // outward unit pseudonormal there
  std::uint32_t triangle = 0;
};

// Exact signed distance to one closed surface.
// thread-safe after build: const, no allocation, no lock; a Hint belongs to one caller.
class SurfaceDistance {
 public:
  // The previous answer, for coherent queries: only makes the next one faster, never different.
  struct Hint {
    std::uint32_t triangle = std::numeric_limits<std::uint32_t>::max();
  };

  // Refuses (Code::malformed) what check_mesh refuses: only a closed, manifold, outward oriented
  // surface has a sign.
  static Result<SurfaceDistance> build(const TriangleMesh& mesh);

  SurfaceDistance(SurfaceDistance&&) noexcept;
  SurfaceDistance& operator=(SurfaceDistance&&) noexcept;
  ~SurfaceDistance();

  [[nodiscard]] SurfacePoint from_point(const Point<Preop>& p, Hint& hint) const noexcept;
  [[nodiscard]] ShaftClearance from_shaft(const Shaft& shaft, Hint& hint) const noexcept;

 private:
  struct Tree;
  explicit SurfaceDistance(std::unique_ptr<const Tree> tree);
  std::unique_ptr<const Tree> tree_;
};

}  // namespace trocar
