#include "engine/model/label_surface.hpp"

#include <fmt/format.h>
#include <vtkCellArray.h>
#include <vtkDiscreteFlyingEdges3D.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPolyData.h>
#include <vtkWindowedSincPolyDataFilter.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/model/mesh_check.hpp"
#include "engine/model/surface_parts.hpp"

namespace trocar {

namespace {

// Taubin, SIGGRAPH 1995: enough to melt the steps of 2.5 mm slices, no shrinkage. The error on
// spheres is in the tests.
constexpr int smoothing_iterations = 25;
constexpr double pass_band = 0.05;
constexpr double max_shift_voxels = 0.5;
constexpr double min_volume_kept = 0.5;  // of a part, by smoothing

using Index = std::array<int, 3>;
struct Box {
  Index low, high;
};

std::optional<Box> find_box(const LabelVolume& labels, std::uint16_t value) {
  const auto& size = labels.geometry.size;
  Box box{{size[0], size[1], size[2]}, {-1, -1, -1}};
  std::size_t at = 0;
  for (int z = 0; z < size[2]; ++z) {
    for (int y = 0; y < size[1]; ++y) {
      for (int x = 0; x < size[0]; ++x, ++at) {
        if (labels.labels[at] != value) continue;
        const Index i{x, y, z};
        for (std::size_t k = 0; k < 3; ++k) {
          box.low[k] = std::min(box.low[k], i[k]);
          box.high[k] = std::max(box.high[k], i[k]);
        }
      }
    }
  }
  if (box.high[0] < 0) return std::nullopt;
  return box;
}

// 1 in the label, 0 elsewhere; one voxel more than the box on every side. VTK origin: box.low - 1.
void fill_mask(const LabelVolume& labels, std::uint16_t value, const Box& box, vtkImageData& mask) {
  const Index size{box.high[0] - box.low[0] + 3, box.high[1] - box.low[1] + 3,
                   box.high[2] - box.low[2] + 3};
  mask.SetDimensions(size[0], size[1], size[2]);
  mask.SetSpacing(labels.geometry.spacing_mm.data());
  mask.AllocateScalars(VTK_UNSIGNED_CHAR, 1);
  auto* out = static_cast<unsigned char*>(mask.GetScalarPointer());
  std::fill_n(out, mask.GetNumberOfPoints(), static_cast<unsigned char>(0));
  for (int z = box.low[2]; z <= box.high[2]; ++z) {
    for (int y = box.low[1]; y <= box.high[1]; ++y) {
      for (int x = box.low[0]; x <= box.high[0]; ++x) {
        if (labels.labels[CtVolume::voxel_offset(labels.geometry, x, y, z)] != value) continue;
        const Index i{x - box.low[0] + 1, y - box.low[1] + 1, z - box.low[2] + 1};
        out[i[0] + static_cast<std::ptrdiff_t>(size[0]) * (i[1] + size[1] * i[2])] = 1;
      }
    }
  }
}

// In mm along the axes of the volume, from the padded box's first voxel.
struct Surface {
  std::vector<Eigen::Vector3d> raster;
  std::vector<Eigen::Vector3d> smooth;
  std::vector<std::array<std::uint32_t, 3>> triangles;
};

std::vector<Eigen::Vector3d> points_of(vtkPolyData& from) {
  std::vector<Eigen::Vector3d> out(static_cast<std::size_t>(from.GetNumberOfPoints()));
  for (std::size_t i = 0; i < out.size(); ++i) {
    from.GetPoint(static_cast<vtkIdType>(i), out[i].data());
  }
  return out;
}

Surface extract(vtkImageData& mask) {
  vtkNew<vtkDiscreteFlyingEdges3D> contour;
  contour->SetInputData(&mask);
  contour->SetValue(0, 1.0);
  contour->ComputeNormalsOff();
  contour->ComputeGradientsOff();
  contour->ComputeScalarsOff();
  vtkNew<vtkWindowedSincPolyDataFilter> smoother;
  smoother->SetInputConnection(contour->GetOutputPort());
  smoother->SetNumberOfIterations(smoothing_iterations);
  smoother->SetPassBand(pass_band);
  smoother->BoundarySmoothingOff();
  smoother->FeatureEdgeSmoothingOff();
  smoother->NonManifoldSmoothingOn();
  smoother->NormalizeCoordinatesOn();
  smoother->Update();
  Surface s{points_of(*contour->GetOutput()), points_of(*smoother->GetOutput()), {}};
  vtkIdType corners = 0;
  const vtkIdType* ids = nullptr;
  vtkCellArray* cells = contour->GetOutput()->GetPolys();
  for (cells->InitTraversal(); cells->GetNextCell(corners, ids) != 0;) {
    s.triangles.push_back({static_cast<std::uint32_t>(ids[0]), static_cast<std::uint32_t>(ids[1]),
                           static_cast<std::uint32_t>(ids[2])});
  }
  return s;
}

// The raster knows the boundary to half a voxel: smoothing may choose within, not beyond.
void hold_near_raster(Surface& s, const Eigen::Vector3d& spacing_mm) {
  const Eigen::Vector3d most = max_shift_voxels * spacing_mm;
  for (std::size_t i = 0; i < s.smooth.size(); ++i) {
    const Eigen::Vector3d shift = s.smooth[i] - s.raster[i];
    s.smooth[i] = s.raster[i] + shift.cwiseMax(-most).cwiseMin(most);
  }
}

std::vector<double> volumes(const Surface& s, const std::vector<Eigen::Vector3d>& points,
                            const std::vector<std::uint32_t>& part) {
  std::vector<double> out(part.size(), 0.0);
  for (const auto& t : s.triangles) {
    out[part[t[0]]] += points[t[0]].dot(points[t[1]].cross(points[t[2]])) / 6.0;
  }
  return out;
}

// Parts of a few voxels have no shape a low pass could keep: they may shrink away or turn over.
void keep_small_parts(Surface& s) {
  const auto part = connected_parts(s.triangles, s.raster.size());
  const auto raster = volumes(s, s.raster, part);
  const auto smooth = volumes(s, s.smooth, part);
  for (std::size_t v = 0; v < part.size(); ++v) {
    const bool lost =
        smooth[part[v]] * raster[part[v]] <= min_volume_kept * raster[part[v]] * raster[part[v]];
    if (lost) s.smooth[v] = s.raster[v];
  }
}

TriangleMesh place(Surface s, const Box& box, const VolumeGeometry& g) {
  const Eigen::Vector3d first(box.low[0] - 1, box.low[1] - 1, box.low[2] - 1);
  TriangleMesh mesh;
  mesh.triangles = std::move(s.triangles);
  for (const Eigen::Vector3d& p : s.smooth) {
    mesh.vertices_mm.push_back(g.at(first + p.cwiseQuotient(g.spacing_mm)).mm);
  }
  return mesh;
}

// The contour winds all parts one way, cavities against the rest: one sign says which.
void wind_outward(Surface& s) {
  const auto all = volumes(s, s.raster, std::vector<std::uint32_t>(s.raster.size(), 0));
  if (all[0] > 0) return;
  for (auto& t : s.triangles) std::swap(t[1], t[2]);
}

}  // namespace

Result<LabelSurface> make_label_surface(const LabelVolume& labels, std::uint16_t value) {
  const auto box = find_box(labels, value);
  if (!box) {
    return Error{Code::not_found, fmt::format("expected voxels of label {}, found none", value)};
  }
  vtkNew<vtkImageData> mask;
  fill_mask(labels, value, *box, *mask.Get());
  Surface surface = extract(*mask.Get());
  hold_near_raster(surface, labels.geometry.spacing_mm);
  keep_small_parts(surface);
  wind_outward(surface);
  LabelSurface out{place(std::move(surface), *box, labels.geometry),
                   labels.geometry.spacing_mm.maxCoeff() / std::sqrt(12.0)};
  const Status closed = check_mesh(out.mesh);
  if (!closed)
    return Error{closed.error().code, fmt::format("label {}: {}", value, closed.error().detail)};
  return out;
}

}  // namespace trocar
