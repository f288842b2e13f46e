#pragma once
#include <Eigen/Core>
#include <cstdint>

// Closed-form distances in double precision, compiled once and used by every instruction set: they
// alone decide which triangle is nearest.
namespace trocar::surface {

// Which part of a triangle: its face, edge k (corner k to k + 1) or corner k.
struct TrianglePart {
  enum Kind : std::uint8_t { face, edge, corner } kind;
  std::uint8_t index;
};

struct TrianglePoint {
  Eigen::Vector3d closest;
  double squared_mm2;
  TrianglePart part;
};

// Nearest point of a triangle, after Ericson, Real-Time Collision Detection, 2005, sect. 5.1.5.
// Right for triangles without area too.
TrianglePoint nearest_on_triangle(const Eigen::Vector3d& p, const Eigen::Vector3d& a,
                                  const Eigen::Vector3d& b, const Eigen::Vector3d& c) noexcept;

struct Segment {
  Eigen::Vector3d begin;
  Eigen::Vector3d direction;  // unit, or zero when the length is zero
  double length_mm;
  [[nodiscard]] Eigen::Vector3d at(double s) const { return begin + s * direction; }
};

struct SegmentApproach {
  double squared_mm2;
  double at_mm;  // along the segment
};

// Smallest distance of a segment and a triangle, zero where they cross. Ericson 2005, sect. 5.1.10.
SegmentApproach nearest_approach(const Segment& segment, const Eigen::Vector3d& a,
                                 const Eigen::Vector3d& b, const Eigen::Vector3d& c) noexcept;

}  // namespace trocar::surface
