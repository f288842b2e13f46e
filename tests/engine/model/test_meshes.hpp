#pragma once
#include <cmath>
#include <map>
#include <random>
#include <utility>

#include "engine/data/triangle_mesh.hpp"

// Closed surfaces for the tests of mesh checks and distances, all wound outward.
namespace trocar::test {

using Eigen::Vector3d;

inline TriangleMesh octahedron(double radius_mm) {
  TriangleMesh m;
  for (const Vector3d& v : {Vector3d(1, 0, 0), Vector3d(-1, 0, 0), Vector3d(0, 1, 0),
                            Vector3d(0, -1, 0), Vector3d(0, 0, 1), Vector3d(0, 0, -1)}) {
    m.vertices_mm.push_back(radius_mm * v);
  }
  m.triangles = {{0, 2, 4}, {2, 1, 4}, {1, 3, 4}, {3, 0, 4},
                 {2, 0, 5}, {1, 2, 5}, {3, 1, 5}, {0, 3, 5}};
  return m;
}

// Every triangle in four, `times` times; new vertices in the middle of edges.
inline TriangleMesh subdivided(TriangleMesh m, int times) {
  for (; times > 0; --times) {
    TriangleMesh fine;
    fine.vertices_mm = m.vertices_mm;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> middles;
    const auto middle = [&](std::uint32_t a, std::uint32_t b) {
      const auto [at, fresh] = middles.try_emplace(
          std::minmax(a, b), static_cast<std::uint32_t>(fine.vertices_mm.size()));
      if (fresh) fine.vertices_mm.push_back(0.5 * (m.vertices_mm[a] + m.vertices_mm[b]));
      return at->second;
    };
    for (const auto& [a, b, c] : m.triangles) {
      const std::uint32_t ab = middle(a, b);
      const std::uint32_t bc = middle(b, c);
      const std::uint32_t ca = middle(c, a);
      fine.triangles.insert(fine.triangles.end(),
                            {{a, ab, ca}, {ab, b, bc}, {ca, bc, c}, {ab, bc, ca}});
    }
    m = std::move(fine);
  }
  return m;
}

inline TriangleMesh sphere(double radius_mm, int times) {
  TriangleMesh m = subdivided(octahedron(1.0), times);
  for (Vector3d& v : m.vertices_mm) v = radius_mm * v.normalized();
  return m;
}

// About 34 x 38 x 29 mm, with lobes and creases between them: not convex.
inline TriangleMesh lobulated(int times, const Vector3d& center = Vector3d(12.5, -40.25, 318.0)) {
  TriangleMesh m = sphere(1.0, times);
  for (Vector3d& v : m.vertices_mm) {
    const double lobes =
        std::abs(std::sin(2.5 * std::atan2(v.y(), v.x()) + 1.2 * v.z())) * (1.0 - v.z() * v.z()) +
        0.3 * std::cos(5.0 * v.z());
    v = center + Vector3d(15.0, 16.5, 13.0).cwiseProduct(v) * (0.85 + 0.3 * lobes);
  }
  return m;
}

inline TriangleMesh box(const Vector3d& low, const Vector3d& high) {
  TriangleMesh m;
  for (unsigned i = 0; i < 8; ++i) {
    m.vertices_mm.emplace_back((i & 1U) != 0 ? high.x() : low.x(),
                               (i & 2U) != 0 ? high.y() : low.y(),
                               (i & 4U) != 0 ? high.z() : low.z());
  }
  m.triangles = {{0, 2, 1}, {1, 2, 3}, {4, 5, 6}, {5, 7, 6}, {0, 1, 4}, {1, 5, 4},
                 {2, 6, 3}, {3, 6, 7}, {0, 4, 2}, {2, 4, 6}, {1, 3, 5}, {3, 7, 5}};
  return m;
}

inline TriangleMesh inverted(TriangleMesh m) {
  for (auto& t : m.triangles) std::swap(t[1], t[2]);
  return m;
}

inline TriangleMesh moved(TriangleMesh m, const Vector3d& by) {
  for (Vector3d& v : m.vertices_mm) v += by;
  return m;
}

// Both surfaces as one mesh, vertices not shared.
inline TriangleMesh together(TriangleMesh a, const TriangleMesh& b) {
  const auto shift = static_cast<std::uint32_t>(a.vertices_mm.size());
  a.vertices_mm.insert(a.vertices_mm.end(), b.vertices_mm.begin(), b.vertices_mm.end());
  for (const auto& t : b.triangles) {
    a.triangles.push_back({t[0] + shift, t[1] + shift, t[2] + shift});
  }
  return a;
}

// A box of which the top is cut into triangles that have no or hardly any area: vertices on one
// straight line, two of them `gap_mm` beside it.
inline TriangleMesh box_with_slivers(double gap_mm) {
  TriangleMesh m = box({-10, -8, -6}, {10, 8, 6});
  // Edge 4-5 of the top is cut at three places; the triangles between are slivers.
  m.triangles.erase(m.triangles.begin() + 2);  // {4, 5, 6}
  const auto first = static_cast<std::uint32_t>(m.vertices_mm.size());
  for (const double x : {-5.0, 0.0, 5.0}) m.vertices_mm.emplace_back(x, -8.0 + gap_mm, 6.0);
  m.triangles.push_back({4, 5, first + 1});
  m.triangles.push_back({4, first + 1, first});
  m.triangles.push_back({5, first + 2, first + 1});
  m.triangles.push_back({4, first, 6});
  m.triangles.push_back({first, first + 1, 6});
  m.triangles.push_back({first + 1, first + 2, 6});
  m.triangles.push_back({first + 2, 5, 6});
  return m;
}

inline Vector3d random_in(std::mt19937_64& rng, const Vector3d& center, double reach_mm) {
  std::uniform_real_distribution<double> u(-reach_mm, reach_mm);
  const double x = u(rng);
  const double y = u(rng);
  return center + Vector3d(x, y, u(rng));
}

inline Vector3d random_direction(std::mt19937_64& rng) {
  std::normal_distribution<double> n;
  const double x = n(rng);
  const double y = n(rng);
  return Vector3d(x, y, n(rng)).normalized();
}

}  // namespace trocar::test
