#include <vtkCellArray.h>
#include <vtkImplicitPolyDataDistance.h>
#include <vtkNew.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>

#include "tools/bench/distance_engines.hpp"

namespace trocar::bench {
namespace {

vtkNew<vtkPolyData> poly_data(const TriangleMesh& mesh) {
  vtkNew<vtkPoints> points;
  points->SetDataTypeToDouble();
  for (const auto& v : mesh.vertices_mm) points->InsertNextPoint(v.data());
  vtkNew<vtkCellArray> cells;
  for (const auto& t : mesh.triangles) cells->InsertNextCell({t[0], t[1], t[2]});
  vtkNew<vtkPolyData> out;
  out->SetPoints(points);
  out->SetPolys(cells);
  return out;
}

double evaluate(vtkImplicitPolyDataDistance* distance, const Shaft& pose) {
  Eigen::Vector3d p = pose.tip.mm;
  return distance->EvaluateFunction(p.data());
}

class VtkKept final : public Engine {
 public:
  explicit VtkKept(const TriangleMesh& mesh) : data_(poly_data(mesh)) {
    distance_->SetInput(data_);
  }
  std::string name() const override { return "VTK, kept"; }
  double ask(const Shaft& pose) override { return evaluate(distance_, pose); }

 private:
  vtkNew<vtkPolyData> data_;
  vtkNew<vtkImplicitPolyDataDistance> distance_;
};

class VtkRebuilt final : public Engine {
 public:
  explicit VtkRebuilt(const TriangleMesh& mesh) : data_(poly_data(mesh)) {}
  std::string name() const override { return "VTK, rebuilt (BreachWarning)"; }
  double ask(const Shaft& pose) override {
    vtkNew<vtkImplicitPolyDataDistance> distance;
    distance->SetInput(data_);
    return evaluate(distance, pose);
  }

 private:
  vtkNew<vtkPolyData> data_;
};

}  // namespace

std::unique_ptr<Engine> make_vtk_kept(const TriangleMesh& mesh) {
  return std::make_unique<VtkKept>(mesh);
}
std::unique_ptr<Engine> make_vtk_rebuilt(const TriangleMesh& mesh) {
  return std::make_unique<VtkRebuilt>(mesh);
}

}  // namespace trocar::bench
