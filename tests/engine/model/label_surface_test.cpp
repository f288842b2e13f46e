#include "engine/model/label_surface.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "ct_files.hpp"
#include "engine/model/mesh_check.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

LabelVolume filled(const VolumeGeometry& g, const std::function<bool(const Point<Preop>&)>& in) {
  LabelVolume v{g, {}};
  for (int z = 0; z < g.size[2]; ++z) {
    for (int y = 0; y < g.size[1]; ++y) {
      for (int x = 0; x < g.size[0]; ++x) {
        v.labels.push_back(in(g.at(Eigen::Vector3d(x, y, z))) ? std::uint16_t{5}
                                                              : std::uint16_t{0});
      }
    }
  }
  return v;
}

double volume_mm3(const TriangleMesh& m) {
  double sum = 0;
  for (const auto& t : m.triangles) {
    sum += m.vertices_mm[t[0]].dot(m.vertices_mm[t[1]].cross(m.vertices_mm[t[2]])) / 6;
  }
  return sum;
}

struct Fit {
  double rms_mm, worst_mm, mean_mm;
};
Fit against_sphere(const TriangleMesh& m, const Eigen::Vector3d& center, double radius_mm) {
  Fit f{};
  for (const auto& p : m.vertices_mm) {
    const double off = (p - center).norm() - radius_mm;
    f.rms_mm += off * off;
    f.mean_mm += off;
    f.worst_mm = std::max(f.worst_mm, std::abs(off));
  }
  const auto n = static_cast<double>(m.vertices_mm.size());
  return {std::sqrt(f.rms_mm / n), f.worst_mm, f.mean_mm / n};
}

VolumeGeometry box(const Eigen::Vector3d& spacing_mm, int size) {
  VolumeGeometry g = oblique_geometry();
  g.spacing_mm = spacing_mm;
  g.size = {size, size, size};
  return g;
}

}  // namespace

TEST_CASE("a sphere of labels becomes a sphere, in an oblique volume, within its raster") {
  for (const Eigen::Vector3d& spacing :
       {Eigen::Vector3d(1, 1, 1), Eigen::Vector3d(0.7, 0.7, 2.5)}) {
    const VolumeGeometry g = box(spacing, 44);
    const Eigen::Vector3d center = g.at({22.2, 21.7, 21.9}).mm;
    const double radius = 11.3;
    const auto labels =
        filled(g, [&](const Point<Preop>& p) { return (p.mm - center).norm() < radius; });
    const auto surface = make_label_surface(labels, 5);
    REQUIRE(surface);
    CHECK(check_mesh(surface.value().mesh));
    CHECK(surface.value().raster_sigma_mm == Approx(spacing.z() / std::sqrt(12.0)));
    const Fit fit = against_sphere(surface.value().mesh, center, radius);
    INFO(fit.rms_mm << " rms, worst " << fit.worst_mm << ", mean " << fit.mean_mm);
    // The stated sigma must cover what the raster does.
    CHECK(fit.rms_mm < surface.value().raster_sigma_mm);
    CHECK(std::abs(fit.mean_mm) < 0.1 * spacing.z());
    // No vertex farther than two half voxels: one of the raster, one of the smoothing.
    CHECK(fit.worst_mm < spacing.norm());
    const double truth = 4.0 / 3.0 * M_PI * std::pow(radius, 3);
    CHECK(volume_mm3(surface.value().mesh) == Approx(truth).epsilon(0.05));
  }
}

TEST_CASE("a label that reaches the border of the volume still closes") {
  const auto labels = filled(box({1, 1, 2}, 6), [](const Point<Preop>&) { return true; });
  const auto surface = make_label_surface(labels, 5);
  REQUIRE(surface);
  CHECK(check_mesh(surface.value().mesh));
  CHECK(volume_mm3(surface.value().mesh) > 0.7 * 6 * 6 * 12);
}

TEST_CASE("islands and cavities stay, down to one voxel") {
  VolumeGeometry g = box({1, 1, 1}, 30);
  g.direction.setIdentity();
  g.origin.mm.setZero();
  LabelVolume labels = filled(g, [](const Point<Preop>& p) {
    const double r = (p.mm - Eigen::Vector3d(12, 12, 12)).norm();
    return r < 9 && r > 4;
  });
  labels.labels[CtVolume::voxel_offset(g, 27, 27, 27)] = 5;
  const auto surface = make_label_surface(labels, 5);
  REQUIRE(surface);
  CHECK(check_mesh(surface.value().mesh));
  const double shell = 4.0 / 3.0 * M_PI * (9 * 9 * 9 - 4 * 4 * 4);
  CHECK(volume_mm3(surface.value().mesh) == Approx(shell).epsilon(0.06));
  bool island = false;
  for (const auto& p : surface.value().mesh.vertices_mm) island = island || p.x() > 26;
  CHECK(island);
}

TEST_CASE("even noise of labels becomes a manifold surface") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    const auto labels = filled(box({1, 1, 2}, 10),
                               [&](const Point<Preop>&) { return random() % 100 < 20 + 3 * seed; });
    const auto surface = make_label_surface(labels, 5);
    INFO("seed " << seed << (surface ? "" : surface.error().detail));
    CHECK(surface);
  }
}

TEST_CASE("a label no voxel has is refused") {
  const auto labels = filled(box({1, 1, 1}, 5), [](const Point<Preop>&) { return true; });
  const auto surface = make_label_surface(labels, 6);
  REQUIRE_FALSE(surface);
  CHECK(surface.error().detail == "expected voxels of label 6, found none");
}
