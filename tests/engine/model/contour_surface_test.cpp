#include "engine/model/contour_surface.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "engine/model/mesh_check.hpp"
#include "engine/model/surface_distance.hpp"

using namespace trocar;

namespace {

Contour ring(const Eigen::Vector3d& center, double radius_mm, int points = 72) {
  Contour c;
  for (int i = 0; i < points; ++i) {
    const double a = 2 * M_PI * i / points;
    c.emplace_back(center + radius_mm * Eigen::Vector3d(std::cos(a), std::sin(a), 0));
  }
  return c;
}

// A sphere as it is drawn slice by slice; `shift`: where the slices fall, in spacings.
std::vector<Contour> sphere(const Eigen::Vector3d& center, double radius_mm, double spacing_mm,
                            double shift) {
  std::vector<Contour> all;
  for (double z = (std::floor(-radius_mm / spacing_mm) + shift) * spacing_mm; z < radius_mm;
       z += spacing_mm) {
    const double r2 = radius_mm * radius_mm - z * z;
    if (r2 > 0.01) all.push_back(ring(center + Eigen::Vector3d(0, 0, z), std::sqrt(r2)));
  }
  return all;
}

ContourSurface surface_of(const std::vector<Contour>& contours) {
  const auto stack = stack_contours(contours);
  REQUIRE(stack);
  const auto surface = make_contour_surface(stack.value());
  REQUIRE(surface);
  CHECK(check_mesh(surface.value().mesh));
  return surface.value();
}

// What is made of the slices of a sphere, as decision 0069 says it, in numbers of its own: round
// the axis, so an integral of discs. From an outline to the next the radius goes straight, but
// never faster away from the nearer outline than its rounded end does.
double interpolated_sphere_mm3(const std::vector<Contour>& contours, double spacing_mm) {
  std::vector<double> radii{0.0};
  for (const Contour& c : contours) radii.push_back(0.5 * (c[0] - c[c.size() / 2]).norm());
  radii.push_back(0.0);
  // The end of an outline of radius r has, t spacings above it, the radius r - end(t).
  const auto end = [&](double t) { return 1.5 * spacing_mm * (1 - std::sqrt(1 - 2 * t)); };
  const auto near = [&](double from, double to, double t) {
    if (from <= 0) return 0.0;
    if (to <= 0) return std::max(0.0, from - end(t));
    const double straight = t * (to - from);
    return from + std::copysign(std::min(std::abs(straight), end(t)), straight);
  };
  constexpr int steps = 1000;
  double sum = 0;
  for (std::size_t i = 0; i + 1 < radii.size(); ++i)
    for (int k = 0; k < steps; ++k) {
      const double t = 0.5 * (k + 0.5) / steps;
      sum += std::pow(near(radii[i], radii[i + 1], t), 2) +
             std::pow(near(radii[i + 1], radii[i], t), 2);
    }
  // The outlines are polygons of 72 corners.
  const double polygon = 36 * std::sin(2 * M_PI / 72);
  return polygon * sum * spacing_mm * 0.5 / steps;
}

double volume_mm3(const TriangleMesh& m) {
  double sum = 0;
  for (const auto& t : m.triangles)
    sum += m.vertices_mm[t[0]].dot(m.vertices_mm[t[1]].cross(m.vertices_mm[t[2]])) / 6;
  return sum;
}

struct Off {
  double rms_mm, worst_mm;
};
Off off(const TriangleMesh& m, const std::function<double(const Eigen::Vector3d&)>& truth) {
  Off o{0, 0};
  for (const auto& p : m.vertices_mm) {
    const double d = truth(p);
    o.rms_mm += d * d / static_cast<double>(m.vertices_mm.size());
    o.worst_mm = std::max(o.worst_mm, std::abs(d));
  }
  return {std::sqrt(o.rms_mm), o.worst_mm};
}

int parts_of(const TriangleMesh& m) {
  std::vector<std::size_t> part(m.vertices_mm.size());
  for (std::size_t i = 0; i < part.size(); ++i) part[i] = i;
  const auto root = [&](std::size_t i) {
    while (part[i] != i) i = part[i] = part[part[i]];
    return i;
  };
  for (const auto& t : m.triangles) part[root(t[1])] = root(t[0]), part[root(t[2])] = root(t[0]);
  int parts = 0;
  for (std::size_t i = 0; i < part.size(); ++i) parts += root(i) == i ? 1 : 0;
  return parts;
}

}  // namespace

TEST_CASE("a sphere of 15 mm in slices of 1, 2.5 and 5 mm comes back within its raster") {
  const Eigen::Vector3d center(7, -31, 412);
  // The label map of the same slices is off by 0.16, 0.43 and 0.92 mm RMS (decision 0069).
  struct Asked {
    double spacing_mm, rms_mm, worst_mm;
  };
  for (const Asked& asked :
       {Asked{1.0, 0.06, 0.5}, Asked{2.5, 0.18, 1.25}, Asked{5.0, 0.53, 2.5}}) {
    const double ball_mm3 = 4.0 / 3.0 * M_PI * 15 * 15 * 15;
    double squares = 0, worst_mm = 0, mean_mm3 = 0;
    for (const double shift : {0.0, 0.25, 0.5, 0.75}) {
      const auto drawn = sphere(center, 15, asked.spacing_mm, shift);
      const ContourSurface s = surface_of(drawn);
      const Off o = off(s.mesh, [&](const Eigen::Vector3d& p) { return (p - center).norm() - 15; });
      squares += o.rms_mm * o.rms_mm / 4;
      worst_mm = std::max(worst_mm, o.worst_mm);
      CHECK(s.raster_sigma_mm == Approx(asked.spacing_mm / std::sqrt(12.0)));
      // The grid costs less than 0.3 %. The rule itself is below the ball everywhere: straight from
      // slice to slice cuts the arc, and ends stop half a slice after what was drawn.
      const double volume = volume_mm3(s.mesh);
      const double expected = interpolated_sphere_mm3(drawn, asked.spacing_mm);
      CHECK(volume == Approx(expected).epsilon(0.003));
      CHECK(expected < ball_mm3);
      mean_mm3 += volume / 4;
    }
    // That is a part of the raster's doubt, all round: less than a fifth of what is stated.
    const double too_small_mm = (ball_mm3 - mean_mm3) / (4 * M_PI * 15 * 15);
    CHECK(too_small_mm < 0.2 * asked.spacing_mm / std::sqrt(12.0));
    INFO(asked.spacing_mm << " mm: rms " << std::sqrt(squares) << ", worst " << worst_mm);
    CHECK(std::sqrt(squares) <= asked.rms_mm);
    // Exactly half a slice, where the next slice would have met the pole; the zero surface keeps
    // 1e-4 mm off the grid's places and is made of floats.
    CHECK(worst_mm <= asked.worst_mm + 1e-3);
  }
}

TEST_CASE("a torus keeps its hole, drawn as rings within rings") {
  std::vector<Contour> contours;
  for (double z = -5.5; z < 6; z += 1.0) {
    const double half = std::sqrt(36 - z * z);
    contours.push_back(ring({0, 0, z}, 18 + half));
    contours.push_back(ring({0, 0, z}, 18 - half));
  }
  const ContourSurface s = surface_of(contours);
  const auto truth = [](const Eigen::Vector3d& p) {
    return std::hypot(std::hypot(p.x(), p.y()) - 18, p.z()) - 6;
  };
  CHECK(off(s.mesh, truth).rms_mm < 0.1);
  CHECK(volume_mm3(s.mesh) == Approx(2 * M_PI * M_PI * 18 * 36).epsilon(0.02));
  const auto v = static_cast<long>(s.mesh.vertices_mm.size());
  const auto f = static_cast<long>(s.mesh.triangles.size());
  CHECK(v - f / 2 == 0);  // Euler: V - E + F, E = 3 F / 2; 0 for a torus
}

TEST_CASE("the same torus drawn with keyholes is the same torus") {
  std::vector<Contour> contours;
  for (double z = -5.5; z < 6; z += 1.0) {
    const double half = std::sqrt(36 - z * z);
    Contour keyhole = ring({0, 0, z}, 18 + half);
    keyhole.push_back(keyhole.front());
    const Contour hole = ring({0, 0, z}, 18 - half);
    keyhole.push_back(hole.front());
    for (std::size_t i = hole.size(); i-- > 0;) keyhole.push_back(hole[i]);
    contours.push_back(keyhole);
  }
  const ContourSurface s = surface_of(contours);
  CHECK(volume_mm3(s.mesh) == Approx(2 * M_PI * M_PI * 18 * 36).epsilon(0.02));
  CHECK(static_cast<long>(s.mesh.vertices_mm.size()) -
            static_cast<long>(s.mesh.triangles.size()) / 2 ==
        0);
}

TEST_CASE("two islands stay two, each ending by itself") {
  std::vector<Contour> contours = sphere({-14, 0, 0}, 8, 2.0, 0.5);
  for (const Contour& c : sphere({14, 3, 0}, 12, 2.0, 0.5)) contours.push_back(c);
  const ContourSurface s = surface_of(contours);
  CHECK(parts_of(s.mesh) == 2);
  CHECK(off(s.mesh, [](const Eigen::Vector3d& p) {
          return std::min((p - Eigen::Vector3d(-14, 0, 0)).norm() - 8,
                          (p - Eigen::Vector3d(14, 3, 0)).norm() - 12);
        }).rms_mm < 0.2);
}

TEST_CASE("parts are counted beside the islands of a slice, cavities are none") {
  const auto counted = [](const std::vector<Contour>& contours) {
    const ContourSurface s = surface_of(contours);
    return std::pair{s.parts, s.most_islands};
  };
  auto contours = sphere({0, 0, 0}, 15, 2.5, 0.5);
  CHECK(counted(contours) == std::pair{1, 1});
  for (const Contour& c : sphere({0, 0, 0}, 6, 2.5, 0.5)) contours.push_back(c);
  CHECK(counted(contours) == std::pair{1, 1});
  for (const Contour& c : sphere({30, 0, 0}, 8, 2.5, 0.5)) contours.push_back(c);
  CHECK(counted(contours) == std::pair{2, 2});
}

TEST_CASE("a thin root that moves sideways by more than its width comes apart, and is seen to") {
  std::vector<Contour> root, steep;
  for (int i = 0; i < 9; ++i) {
    root.push_back(ring({4.0 * i, 0, 2.5 * i}, 1.5));
    steep.push_back(ring({1.5 * i, 0, 2.5 * i}, 1.5));
  }
  const ContourSurface apart = surface_of(root);
  CHECK(apart.parts == 9);
  CHECK(apart.most_islands == 1);
  CHECK(surface_of(steep).parts == 1);
}

TEST_CASE("a slice without outlines leaves two parts of what was one") {
  auto stack = stack_contours(sphere({0, 0, 0}, 15, 2.5, 0.5));
  REQUIRE(stack);
  stack.value().slices[5].outlines.clear();
  const auto surface = make_contour_surface(stack.value());
  REQUIRE(surface);
  CHECK(surface.value().parts == 2);
  CHECK(surface.value().most_islands == 1);
}

TEST_CASE("a cavity is kept, wound inward") {
  std::vector<Contour> contours = sphere({0, 0, 0}, 15, 1.5, 0.5);
  for (const Contour& c : sphere({0, 0, 0}, 6, 1.5, 0.5)) contours.push_back(c);
  const ContourSurface s = surface_of(contours);
  CHECK(parts_of(s.mesh) == 2);
  const auto distance = SurfaceDistance::build(s.mesh);
  REQUIRE(distance);
  SurfaceDistance::Hint hint;
  CHECK(distance.value().from_point({{0, 0, 0}}, hint).signed_mm == Approx(6).margin(0.3));
  CHECK(distance.value().from_point({{10.5, 0, 0}}, hint).signed_mm == Approx(-4.5).margin(0.3));
}

TEST_CASE("a cylinder is half a slice longer than drawn, at both ends") {
  std::vector<Contour> contours;
  for (int i = 0; i < 8; ++i) contours.push_back(ring({0, 0, 2.5 * i}, 9));
  const ContourSurface s = surface_of(contours);
  double low = 1e9, high = -1e9;
  for (const auto& p : s.mesh.vertices_mm) low = std::min(low, p.z()), high = std::max(high, p.z());
  CHECK(low == Approx(-1.25).margin(0.05));
  CHECK(high == Approx(17.5 + 1.25).margin(0.05));
}

TEST_CASE("oblique slices give the same sphere") {
  const Eigen::Matrix3d turn =
      Eigen::AngleAxisd(0.6, Eigen::Vector3d(1, 0.4, -0.2).normalized()).toRotationMatrix();
  std::vector<Contour> contours = sphere({0, 0, 0}, 15, 2.5, 0.3);
  const Eigen::Vector3d center(20, -40, 90);
  for (Contour& c : contours)
    for (Eigen::Vector3d& p : c) p = turn * p + center;
  const ContourSurface s = surface_of(contours);
  CHECK(off(s.mesh, [&](const Eigen::Vector3d& p) { return (p - center).norm() - 15; }).rms_mm <
        0.2);
}

TEST_CASE("a shape too large for a spine is refused before memory is asked for") {
  std::vector<Contour> contours;
  for (int i = 0; i < 3; ++i) contours.push_back(ring({0, 0, 2.0 * i}, 400));
  const auto stack = stack_contours(contours);
  REQUIRE(stack);
  const auto surface = make_contour_surface(stack.value());
  REQUIRE_FALSE(surface);
  CHECK(surface.error().code == Code::out_of_range);
}
