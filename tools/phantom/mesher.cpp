#include "tools/phantom/mesher.hpp"

#include <vtkFloatArray.h>
#include <vtkFlyingEdges3D.h>
#include <vtkIdList.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPolyData.h>
#include <vtkPolyDataConnectivityFilter.h>

#include "tools/phantom/parallel.hpp"

namespace trocar::phantom {
namespace {

using Eigen::Vector3d;

// Values too near zero at a grid node would put several vertices on one place.
constexpr double keep_off_nodes = 0.06;  // of a step

vtkNew<vtkImageData> sample(const Field& field, const Eigen::AlignedBox3d& box, double step) {
  const Eigen::Vector3i n = (box.sizes() / step).array().ceil().cast<int>() + 1;
  vtkNew<vtkImageData> grid;
  grid->SetDimensions(n.x(), n.y(), n.z());
  grid->SetSpacing(step, step, step);
  grid->SetOrigin(box.min().x(), box.min().y(), box.min().z());
  grid->AllocateScalars(VTK_FLOAT, 1);
  auto* values = static_cast<float*>(grid->GetScalarPointer());
  in_parallel(static_cast<std::size_t>(n.z()), [&](std::size_t first, std::size_t last) {
    for (auto k = static_cast<int>(first); k < static_cast<int>(last); ++k)
      for (int j = 0; j < n.y(); ++j)
        for (int i = 0; i < n.x(); ++i) {
          double d = field(box.min() + step * Vector3d(i, j, k));
          if (std::abs(d) < keep_off_nodes * step) d = std::copysign(keep_off_nodes * step, d);
          const std::size_t at = (static_cast<std::size_t>(k) * static_cast<std::size_t>(n.y()) +
                                  static_cast<std::size_t>(j)) *
                                     static_cast<std::size_t>(n.x()) +
                                 static_cast<std::size_t>(i);
          values[at] = static_cast<float>(d);
        }
  });
  return grid;
}

Vector3d gradient(const Field& field, const Vector3d& p) {
  constexpr double h = 0.02;
  Vector3d g;
  for (int i = 0; i < 3; ++i)
    g[i] = (field(p + h * Vector3d::Unit(i)) - field(p - h * Vector3d::Unit(i))) / (2 * h);
  return g;
}

// Newton along the gradient; a vertex that would leave its cell stays where it is.
Vector3d onto_surface(const Field& field, const Vector3d& start, double step) {
  Vector3d p = start;
  for (int i = 0; i < 4; ++i) {
    const double d = field(p);
    if (std::abs(d) < 1e-5) break;
    const Vector3d g = gradient(field, p);
    if (g.squaredNorm() < 0.04) return start;
    p -= d * g / g.squaredNorm();
    if ((p - start).norm() > 0.3 * step) return start;
  }
  return p;
}

}  // namespace

TriangleMesh mesh_of(const Field& field, const Eigen::AlignedBox3d& box, double step_mm) {
  const auto grid = sample(field, box, step_mm);
  vtkNew<vtkFlyingEdges3D> edges;
  edges->SetInputData(grid);
  edges->SetValue(0, 0.0);
  edges->ComputeNormalsOff();
  edges->ComputeScalarsOff();
  vtkNew<vtkPolyDataConnectivityFilter> largest;
  largest->SetInputConnection(edges->GetOutputPort());
  largest->SetExtractionModeToLargestRegion();
  largest->Update();
  vtkPolyData* surface = largest->GetOutput();

  TriangleMesh mesh;
  std::vector<std::uint32_t> renumbered(static_cast<std::size_t>(surface->GetNumberOfPoints()),
                                        ~0U);
  vtkNew<vtkIdList> cell;
  for (vtkIdType c = 0; c < surface->GetNumberOfCells(); ++c) {
    surface->GetCellPoints(c, cell);
    std::array<std::uint32_t, 3> triangle{};
    for (int i = 0; i < 3; ++i) {
      const vtkIdType id = cell->GetId(i);
      std::uint32_t& number = renumbered[static_cast<std::size_t>(id)];
      if (number == ~0U) {
        number = static_cast<std::uint32_t>(mesh.vertices_mm.size());
        Vector3d p;
        surface->GetPoint(id, p.data());
        mesh.vertices_mm.push_back(p);
      }
      triangle[static_cast<std::size_t>(i)] = number;
    }
    // Flying Edges winds towards rising values seen as inside; here inside is negative.
    std::swap(triangle[1], triangle[2]);
    mesh.triangles.push_back(triangle);
  }
  in_parallel(mesh.vertices_mm.size(), [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i)
      mesh.vertices_mm[i] =
          onto_surface(field, mesh.vertices_mm[i], step_mm).cast<float>().cast<double>();
  });
  return mesh;
}

}  // namespace trocar::phantom
