#pragma once
#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <limits>
#include <new>
#include <vector>

#include "engine/data/triangle_mesh.hpp"

// The parts of SurfaceDistance that only its own files know.
namespace trocar::surface {

constexpr std::size_t width = 8;  // children of a node, triangles of a leaf

// Where a child of a node lies: a leaf, another node, or nothing.
constexpr std::uint32_t leaf_bit = 0x80000000U;
constexpr std::uint32_t no_child = 0xFFFFFFFFU;

// Eight boxes, each turned to lie flat on its piece of surface, and what is in them. Numbers are
// relative to SurfaceTree::origin_mm. Eight cache lines.
struct alignas(64) Node {
  std::array<std::array<float, width>, 3> center;
  std::array<std::array<float, width>, 9> axis;  // axis k, coordinate i at [3 k + i]; orthonormal
  std::array<std::array<float, width>, 3> half;  // extent along each axis, rounded up
  std::array<std::uint32_t, width> child;
};
static_assert(sizeof(Node) == 512);

// Eight triangles for the quick, safe rejection. Five cache lines.
struct alignas(64) Leaf {
  std::array<std::array<float, width>, 9> corner;  // corner k, coordinate i at [3 k + i]
  std::uint32_t always;  // bit per triangle too thin for the float test: never rejected here
  std::array<std::uint32_t, 7> unused;
};
static_assert(sizeof(Leaf) == 320);

// One triangle for the final answer.
struct alignas(32) Record {
  std::array<Eigen::Matrix<double, 3, 1, Eigen::DontAlign>, 3> corner_mm;
  std::array<std::uint32_t, 3> vertex{};
  std::uint32_t triangle = 0;  // index in the mesh the tree was built from
};
static_assert(sizeof(Record) == 96);

// Slot = 8 leaf + place in the leaf. Slots without a triangle repeat one of the same leaf.
struct SurfaceTree {
  Eigen::Vector3d origin_mm;
  double radius_mm = 0;  // of the surface around origin_mm
  std::uint32_t root = 0;
  std::vector<Node> nodes;
  std::vector<Leaf> leaves;
  std::vector<Record> records;                           // by slot
  std::vector<std::array<std::uint32_t, 3>> neighbours;  // by slot: slots across its three edges
  std::vector<Eigen::Vector3d> face_normals;             // by slot, unit; zero when it has none
  std::vector<Eigen::Vector3d> vertex_normals;           // by mesh vertex, unit, angle-weighted
  std::vector<std::uint8_t> doubtful;  // by mesh vertex: touches a triangle without a normal
  bool any_doubtful = false;

  [[nodiscard]] std::uint32_t slots() const { return static_cast<std::uint32_t>(records.size()); }
};

// How far float arithmetic on numbers up to this size may be off, mm: bounds of boxes and triangles
// are lowered by it before anything is rejected. 4e-6 = 64 roundings of 2^-24.
inline double float_margin_mm(double largest_mm) { return 4e-6 * largest_mm; }

// Order of triangles in leaves, boxes, records. The mesh has passed check_mesh.
SurfaceTree build_tree(const TriangleMesh& mesh);

// Fills neighbours and normals of a tree whose records are there.
void add_normals(const TriangleMesh& mesh, SurfaceTree& tree);

}  // namespace trocar::surface
