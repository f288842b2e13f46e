#pragma once
#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <vector>

namespace trocar {

// A triangulated surface in the preoperative CT's frame (Preop: LPS, mm). Triangles are wound
// counter-clockwise seen from outside. Plain data; whether it is closed is check_mesh's business.
struct TriangleMesh {
  std::vector<Eigen::Vector3d> vertices_mm;
  std::vector<std::array<std::uint32_t, 3>> triangles;
};

}  // namespace trocar
