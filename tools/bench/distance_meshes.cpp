#include "tools/bench/distance_meshes.hpp"

#include <vtkCell.h>
#include <vtkFlyingEdges3D.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPolyData.h>

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <map>

namespace trocar::bench {
namespace {

using Eigen::Vector3d;

// Icosahedron with every face cut into frequency^2 triangles, on the unit sphere.
TriangleMesh geodesic_sphere(int frequency) {
  const double g = (1.0 + std::sqrt(5.0)) / 2.0;
  const std::array<Vector3d, 12> corner = {
      Vector3d(-1, g, 0), Vector3d(1, g, 0), Vector3d(-1, -g, 0), Vector3d(1, -g, 0),
      Vector3d(0, -1, g), Vector3d(0, 1, g), Vector3d(0, -1, -g), Vector3d(0, 1, -g),
      Vector3d(g, 0, -1), Vector3d(g, 0, 1), Vector3d(-g, 0, -1), Vector3d(-g, 0, 1)};
  constexpr std::array<std::array<int, 3>, 20> faces = {
      {{0, 11, 5},  {0, 5, 1},  {0, 1, 7},  {0, 7, 10}, {0, 10, 11}, {1, 5, 9}, {5, 11, 4},
       {11, 10, 2}, {10, 7, 6}, {7, 1, 8},  {3, 9, 4},  {3, 4, 2},   {3, 2, 6}, {3, 6, 8},
       {3, 8, 9},   {4, 9, 5},  {2, 4, 11}, {6, 2, 10}, {8, 6, 7},   {9, 8, 1}}};
  TriangleMesh mesh;
  std::map<std::array<int, 12>, std::uint32_t> known;  // weights of the corners name a vertex
  const auto vertex = [&](const std::array<int, 3>& f, int i, int j) {
    std::array<int, 12> weights{};
    weights[static_cast<std::size_t>(f[0])] = frequency - i - j;
    weights[static_cast<std::size_t>(f[1])] = i;
    weights[static_cast<std::size_t>(f[2])] = j;
    const auto [at, fresh] =
        known.try_emplace(weights, static_cast<std::uint32_t>(mesh.vertices_mm.size()));
    if (fresh) {
      Vector3d p = Vector3d::Zero();
      for (std::size_t k = 0; k < 12; ++k) p += weights[k] * corner[k];
      mesh.vertices_mm.push_back(p.normalized());
    }
    return at->second;
  };
  for (const auto& f : faces) {
    for (int i = 0; i < frequency; ++i) {
      for (int j = 0; i + j < frequency; ++j) {
        mesh.triangles.push_back({vertex(f, i, j), vertex(f, i + 1, j), vertex(f, i, j + 1)});
        if (i + j + 2 > frequency) continue;
        mesh.triangles.push_back(
            {vertex(f, i + 1, j), vertex(f, i + 1, j + 1), vertex(f, i, j + 1)});
      }
    }
  }
  return mesh;
}

double capsule(const Vector3d& p, const Vector3d& a, const Vector3d& b, double radius) {
  const Vector3d e = b - a;
  const double t = std::clamp((p - a).dot(e) / e.squaredNorm(), 0.0, 1.0);
  return (p - a - t * e).norm() - radius;
}

double smooth_min(double a, double b, double over) {
  const double h = std::max(over - std::abs(a - b), 0.0) / over;
  return std::min(a, b) - 0.25 * h * h * over;
}

// Roughly signed, negative in bone. x left, y posterior, z cranial; mm.
double vertebra_field(const Vector3d& p) {
  const double across = std::hypot(p.x() / 20.0, p.y() / 15.0);
  const double waist = 1.0 - 0.08 * std::cos(p.z() / 12.0 * 1.4);
  double bone = std::max((across - waist) * 15.0, std::abs(p.z()) - 12.0);
  for (const double side : {-1.0, 1.0}) {
    const Vector3d pedicle(side * 12, 12, 4);
    const Vector3d joint(side * 13, 26, 3);
    bone = smooth_min(bone, capsule(p, pedicle, joint, 4.2), 3.0);
    bone = smooth_min(bone, capsule(p, joint, {0, 36, -2}, 3.8), 3.0);          // lamina
    bone = smooth_min(bone, capsule(p, joint, {side * 36, 30, 5}, 3.0), 3.0);   // transverse
    bone = smooth_min(bone, capsule(p, joint, {side * 14, 28, 18}, 3.6), 3.0);  // superior
    bone = smooth_min(bone, capsule(p, {side * 9, 32, 0}, {side * 9, 34, -17}, 3.4), 3.0);
  }
  bone = smooth_min(bone, capsule(p, {0, 36, -2}, {0, 58, -9}, 3.2), 3.0);  // spinous
  const double ripple =
      0.15 * std::sin(1.7 * p.x()) * std::sin(1.9 * p.y()) * std::sin(1.5 * p.z());
  return bone + ripple;
}

}  // namespace

TriangleMesh lobulated_tumour(int frequency) {
  TriangleMesh mesh = geodesic_sphere(frequency);
  constexpr int lobes = 14;
  for (Vector3d& v : mesh.vertices_mm) {
    double bump = 0.0;
    for (int k = 0; k < lobes; ++k) {  // directions spread over the sphere by the golden angle
      const double z = 1.0 - 2.0 * (k + 0.5) / lobes;
      const double angle = 2.399963 * k;
      const Vector3d way(std::sqrt(1 - z * z) * std::cos(angle),
                         std::sqrt(1 - z * z) * std::sin(angle), z);
      bump += (0.10 + 0.03 * (k % 3)) * std::exp(12.0 * (v.dot(way) - 1.0));
    }
    const double ripple = 0.008 * std::sin(9 * v.x()) * std::sin(11 * v.y()) * std::sin(10 * v.z());
    v = Vector3d(14.6, 16.4, 12.5).cwiseProduct(v) * (1.0 + bump + ripple);
    v += Vector3d(21.0, -34.0, 142.0);
  }
  return mesh;
}

TriangleMesh vertebra() {
  constexpr double step = 0.83;
  const Vector3d low(-46.0, -24.0, -30.0);
  constexpr std::array<int, 3> size = {112, 118, 72};
  vtkNew<vtkImageData> grid;
  grid->SetDimensions(size[0], size[1], size[2]);
  grid->SetOrigin(low.x(), low.y(), low.z());
  grid->SetSpacing(step, step, step);
  grid->AllocateScalars(VTK_DOUBLE, 1);
  for (int z = 0; z < size[2]; ++z) {
    for (int y = 0; y < size[1]; ++y) {
      for (int x = 0; x < size[0]; ++x) {
        const Vector3d p = low + step * Vector3d(x, y, z);
        grid->SetScalarComponentFromDouble(x, y, z, 0, -vertebra_field(p) + 1e-7);
      }
    }
  }
  vtkNew<vtkFlyingEdges3D> contour;
  contour->SetInputData(grid);
  contour->SetValue(0, 0.0);
  contour->ComputeNormalsOff();
  contour->ComputeScalarsOff();
  contour->Update();
  vtkPolyData* found = contour->GetOutput();
  TriangleMesh mesh;
  for (vtkIdType i = 0; i < found->GetNumberOfPoints(); ++i) {
    mesh.vertices_mm.emplace_back(found->GetPoint(i));
  }
  for (vtkIdType i = 0; i < found->GetNumberOfCells(); ++i) {
    vtkCell* cell = found->GetCell(i);
    std::array<std::uint32_t, 3> corners{};
    for (int k = 0; k < 3; ++k) {
      corners[static_cast<std::size_t>(k)] = static_cast<std::uint32_t>(cell->GetPointId(k));
    }
    mesh.triangles.push_back(corners);
  }
  return mesh;
}

}  // namespace trocar::bench
