#pragma once
#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <limits>

#include "engine/model/surface_geometry.hpp"
#include "engine/model/surface_tree.hpp"

// The search for the nearest triangle: boxes and triangles that cannot be nearest are rejected in
// float, with a margin, by the widest vector instructions of the machine; what is left is decided
// in double by one function compiled once. The answer is the least (distance, triangle index) over
// all triangles, so it depends neither on the instruction set, nor on the order of visits, nor on
// the triangle the search began with.
namespace trocar::surface {

constexpr std::uint32_t no_slot = std::numeric_limits<std::uint32_t>::max();

struct PointSearch {
  PointSearch(const SurfaceTree& tree, const Eigen::Vector3d& p) noexcept;
  // Decides about one triangle in double precision.
  void finish(std::uint32_t slot) noexcept;

  const SurfaceTree& tree;
  Eigen::Vector3d p_mm;
  std::array<float, 3> p;  // relative to the tree's origin
  double margin_mm;
  float reject = std::numeric_limits<float>::infinity();  // squared: more than this is too far
  std::uint32_t slot = no_slot;
  TrianglePoint best{Eigen::Vector3d::Zero(), std::numeric_limits<double>::infinity(), {}};
};

struct SegmentSearch {
  SegmentSearch(const SurfaceTree& tree, const Segment& segment) noexcept;
  void finish(std::uint32_t slot) noexcept;

  const SurfaceTree& tree;
  Segment segment;
  std::array<float, 3> begin;  // relative to the tree's origin
  std::array<float, 3> direction;
  float length;
  double margin_mm;
  float reject = std::numeric_limits<float>::infinity();
  std::uint32_t slot = no_slot;
  SegmentApproach best{std::numeric_limits<double>::infinity(), 0.0};
};

// `search` must have finished one triangle already: the first bound.
void run(PointSearch& search) noexcept;
void run(SegmentSearch& search) noexcept;

}  // namespace trocar::surface
