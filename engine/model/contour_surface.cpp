#include "engine/model/contour_surface.hpp"

#include <fmt/format.h>
#include <vtkCellArray.h>
#include <vtkFlyingEdges3D.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPolyData.h>

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>

#include "engine/model/mesh_check.hpp"
#include "engine/model/slice_distance.hpp"
#include "engine/model/surface_parts.hpp"

namespace trocar {
namespace {

constexpr double finest_mm = 0.5;  // edge of the grid in the plane, where the structure is small
constexpr double max_extent_mm = 600;
constexpr double target_count = 6e6;  // of grid places
constexpr double reach_mm = 20;       // of distances; beyond, shapes do not influence each other
constexpr double margin_mm = 2;
// The zero surface must not pass through a place of the grid: triangles without area would follow.
constexpr float off_zero = 1e-4F;

struct Layout {
  PlaneGrid plane;
  double step_mm = 0;  // along the normal
  int layers = 0;      // from a spacing below the first slice to one above the last
  double bottom_mm = 0;
};

Result<Layout> lay_out(const ContourStack& stack) {
  Eigen::AlignedBox2d box;
  for (const ContourSlice& s : stack.slices)
    for (const auto& outline : s.outlines)
      for (const Eigen::Vector2d& p : outline) box.extend(p);
  if (box.isEmpty()) return Error{Code::not_found, "expected outlines, found none"};
  const double bottom = stack.slices.front().height_mm - stack.spacing_mm;
  const double top = stack.slices.back().height_mm + stack.spacing_mm;
  if (box.sizes().maxCoeff() > max_extent_mm || top - bottom > max_extent_mm)
    return Error{Code::out_of_range,
                 fmt::format("expected a structure of at most {} mm, found one of "
                             "{:.0f} x {:.0f} x {:.0f} mm",
                             max_extent_mm, box.sizes().x(), box.sizes().y(), top - bottom)};
  Layout l;
  const double volume =
      (box.sizes().x() + 2 * margin_mm) * (box.sizes().y() + 2 * margin_mm) * (top - bottom);
  const double step = std::max(finest_mm, std::cbrt(volume / target_count));
  l.plane.step_mm = step;
  l.plane.origin_mm = box.min() - Eigen::Vector2d::Constant(margin_mm + step);
  l.plane.width = static_cast<int>((box.sizes().x() + 2 * margin_mm) / step) + 4;
  l.plane.height = static_cast<int>((box.sizes().y() + 2 * margin_mm) / step) + 4;
  // Layers on the slices themselves: what was drawn is met exactly.
  const int between = std::max(1, static_cast<int>(std::ceil(stack.spacing_mm / step)));
  l.step_mm = stack.spacing_mm / between;
  l.bottom_mm = bottom;
  l.layers = static_cast<int>(std::lround((top - bottom) / l.step_mm)) + 1;
  return l;
}

// Where a part ends, the surface bulges over the last outline: by half a slice deep inside, and
// falling to nothing at the outline over `slope` spacings, as a round end does. The field between
// the last slice (distance d) and the next, `up` spacings away.
float beyond_end(float d, double up, double spacing_mm) {
  constexpr double slope = 1.5;
  const double depth = -d / (slope * spacing_mm);  // 1: as deep as it matters
  const double height = depth >= 1 ? 0.5 : 0.5 * depth * (2 - depth);
  // Linear in `up`, zero at `height`; towards the outline -d / height stays finite.
  const double rise = depth > 1e-3 ? -d / height : slope * spacing_mm;
  return static_cast<float>(d + rise * up);
}

// The field a fraction t of the way from slice a to slice b. Where one of them is empty, the other
// ends; where one part of a slice ends and others go on, it ends as it would alone, and so does a
// hole.
float between(float a, float b, double t, bool a_empty, bool b_empty, double spacing_mm) {
  if (b_empty) return beyond_end(a, t, spacing_mm);
  if (a_empty) return beyond_end(b, 1 - t, spacing_mm);
  auto value = static_cast<float>((1 - t) * a + t * b);
  if (a < 0) value = std::min(value, beyond_end(a, t, spacing_mm));
  if (b < 0) value = std::min(value, beyond_end(b, 1 - t, spacing_mm));
  if (a > 0) value = std::max(value, -beyond_end(-a, t, spacing_mm));
  if (b > 0) value = std::max(value, -beyond_end(-b, 1 - t, spacing_mm));
  return value;
}

class Field {
 public:
  Field(const ContourStack& stack, const Layout& layout) : stack_(stack), layout_(layout) {}

  // Fills image layer by layer; only two slices' distances are held at a time. Gives the most
  // islands in a slice.
  int fill(float* out) {
    int most_islands = 0;
    std::vector<float> below = distance_of(-1), above = distance_of(0);
    int slice = -1;
    for (int layer = 0; layer < layout_.layers; ++layer) {
      const double at = layout_.bottom_mm + layer * layout_.step_mm;
      while (slice + 1 < count() && height(slice + 1) <= at + 1e-6) {
        ++slice;
        below = std::move(above);
        above = distance_of(slice + 1);
        if (!empty(slice))
          most_islands = std::max(most_islands, count_islands(layout_.plane, below));
      }
      const double t =
          std::clamp((at - height(slice)) / (height(slice + 1) - height(slice)), 0.0, 1.0);
      const bool none_below = empty(slice), none_above = empty(slice + 1);
      for (std::size_t i = 0; i < below.size(); ++i) {
        float value = static_cast<float>(reach_mm);
        if (!none_below || !none_above)
          value = between(below[i], above[i], t, none_below, none_above, stack_.spacing_mm);
        *out++ = std::abs(value) < off_zero ? off_zero : value;
      }
    }
    return most_islands;
  }

 private:
  [[nodiscard]] int count() const { return static_cast<int>(stack_.slices.size()); }
  [[nodiscard]] bool empty(int i) const {
    return i < 0 || i >= count() || stack_.slices[static_cast<std::size_t>(i)].outlines.empty();
  }
  [[nodiscard]] double height(int i) const {
    if (i < 0) return stack_.slices.front().height_mm - stack_.spacing_mm;
    if (i >= count()) return stack_.slices.back().height_mm + stack_.spacing_mm;
    return stack_.slices[static_cast<std::size_t>(i)].height_mm;
  }
  [[nodiscard]] std::vector<float> distance_of(int i) const {
    if (empty(i)) return std::vector<float>(layout_.plane.count(), static_cast<float>(reach_mm));
    return slice_distance(layout_.plane, stack_.slices[static_cast<std::size_t>(i)].outlines,
                          reach_mm);
  }

  const ContourStack& stack_;
  const Layout& layout_;
};

TriangleMesh contour(vtkImageData& image, const ContourStack& stack, const Layout& layout) {
  vtkNew<vtkFlyingEdges3D> edges;
  edges->SetInputData(&image);
  edges->SetValue(0, 0.0);
  edges->ComputeNormalsOff();
  edges->ComputeGradientsOff();
  edges->ComputeScalarsOff();
  edges->Update();
  vtkPolyData& surface = *edges->GetOutput();
  TriangleMesh mesh;
  const Eigen::Vector3d origin(layout.plane.origin_mm.x(), layout.plane.origin_mm.y(),
                               layout.bottom_mm);
  for (vtkIdType i = 0; i < surface.GetNumberOfPoints(); ++i) {
    Eigen::Vector3d p;
    surface.GetPoint(i, p.data());
    mesh.vertices_mm.emplace_back(stack.axes * (origin + p));
  }
  vtkIdType corners = 0;
  const vtkIdType* ids = nullptr;
  vtkCellArray* cells = surface.GetPolys();
  for (cells->InitTraversal(); cells->GetNextCell(corners, ids) != 0;)
    mesh.triangles.push_back({static_cast<std::uint32_t>(ids[0]),
                              static_cast<std::uint32_t>(ids[1]),
                              static_cast<std::uint32_t>(ids[2])});
  return mesh;
}

// The contour winds all parts one way, cavities against the rest: one sign says which.
void wind_outward(TriangleMesh& mesh) {
  double volume = 0;
  const Eigen::Vector3d& o = mesh.vertices_mm.front();
  for (const auto& t : mesh.triangles)
    volume += (mesh.vertices_mm[t[0]] - o)
                  .dot((mesh.vertices_mm[t[1]] - o).cross(mesh.vertices_mm[t[2]] - o));
  if (volume > 0) return;
  for (auto& t : mesh.triangles) std::swap(t[1], t[2]);
}

}  // namespace

Result<ContourSurface> make_contour_surface(const ContourStack& stack) {
  const auto layout = lay_out(stack);
  if (!layout) return layout.error();
  const Layout& l = layout.value();
  vtkNew<vtkImageData> image;
  image->SetDimensions(l.plane.width, l.plane.height, l.layers);
  image->SetSpacing(l.plane.step_mm, l.plane.step_mm, l.step_mm);
  image->AllocateScalars(VTK_FLOAT, 1);
  const int islands = Field(stack, l).fill(static_cast<float*>(image->GetScalarPointer()));
  ContourSurface out{contour(*image.Get(), stack, l), stack.spacing_mm / std::sqrt(12.0), 0,
                     islands};
  if (out.mesh.triangles.empty())
    return Error{Code::not_found,
                 "expected outlines that surround something, found nothing inside"};
  wind_outward(out.mesh);
  const Status closed = check_mesh(out.mesh);
  if (!closed) return closed.error();
  out.parts = count_parts(out.mesh);
  return out;
}

}  // namespace trocar
