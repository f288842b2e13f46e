#include <fmt/format.h>
#include <vtkCellArray.h>
#include <vtkFieldData.h>
#include <vtkLogger.h>
#include <vtkNew.h>
#include <vtkObjectFactory.h>
#include <vtkOutputWindow.h>
#include <vtkPolyData.h>
#include <vtkSmartPointer.h>
#include <vtkStringArray.h>
#include <vtkTriangleFilter.h>
#include <vtkXMLPolyDataReader.h>

#include "engine/model/mesh_parsers.hpp"

namespace trocar::mesh_parsers {

namespace {

// Collects what VTK would print: a reader's complaint is a refusal, in one line.
class Complaints : public vtkOutputWindow {
 public:
  static Complaints* New() { VTK_STANDARD_NEW_BODY(Complaints); }
  void DisplayText(const char* text) override { text_ += text; }
  [[nodiscard]] std::string first_line() const {
    // "ERROR: In file.cxx, line 9\nvtkXMLDataParser (0x1): what happened\n\n"
    const std::size_t at = text_.find("): ");
    if (text_.empty()) return {};
    if (at == std::string::npos) return "damaged file";
    const std::size_t end = text_.find('\n', at);
    return text_.substr(at + 3, end == std::string::npos ? end : end - at - 3);
  }

 private:
  std::string text_;
};

// Puts the collector in the place of VTK's output for one reading.
class Listening {
 public:
  Listening() : before_(vtkOutputWindow::GetInstance()) {
    vtkOutputWindow::SetInstance(ears_);
    vtkLogger::SetStderrVerbosity(vtkLogger::VERBOSITY_OFF);  // it would print the same again
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;
  ~Listening() { vtkOutputWindow::SetInstance(before_); }
  [[nodiscard]] std::string heard() const { return ears_->first_line(); }

 private:
  vtkSmartPointer<vtkOutputWindow> before_;
  vtkNew<Complaints> ears_;
};

Result<RawMesh> copy_triangles(vtkPolyData& from) {
  RawMesh out;
  const vtkIdType points = from.GetNumberOfPoints();
  for (vtkIdType i = 0; i < points; ++i) {
    Eigen::Vector3d p;
    from.GetPoint(i, p.data());
    if (!p.allFinite()) {
      return Error{Code::malformed,
                   fmt::format("expected finite numbers, found others in point {}", i)};
    }
    out.mesh.vertices_mm.push_back(p);
  }
  vtkIdType corners = 0;
  const vtkIdType* ids = nullptr;
  vtkCellArray* cells = from.GetPolys();
  for (cells->InitTraversal(); cells->GetNextCell(corners, ids) != 0;) {
    out.mesh.triangles.push_back({static_cast<std::uint32_t>(ids[0]),
                                  static_cast<std::uint32_t>(ids[1]),
                                  static_cast<std::uint32_t>(ids[2])});
  }
  if (out.mesh.triangles.empty()) return Error{Code::malformed, "expected faces, found none"};
  return out;
}

// VTK trusts the corners a file names.
bool corners_exist(vtkCellArray* cells, vtkIdType points) {
  vtkIdType corners = 0;
  const vtkIdType* ids = nullptr;
  for (cells->InitTraversal(); cells->GetNextCell(corners, ids) != 0;) {
    for (vtkIdType k = 0; k < corners; ++k) {
      if (ids[k] < 0 || ids[k] >= points) return false;
    }
  }
  return true;
}

template <class Reader>
Result<RawMesh> read_with(Reader& reader, const std::filesystem::path& file) {
  const Listening vtk;
  try {
    reader.SetFileName(file.c_str());
    reader.Update();
    vtkPolyData* read = reader.GetOutput();
    if (!vtk.heard().empty()) return Error{Code::malformed, vtk.heard()};
    const vtkIdType points = read->GetNumberOfPoints();
    if (!corners_exist(read->GetPolys(), points) || !corners_exist(read->GetStrips(), points)) {
      return Error{Code::malformed,
                   fmt::format("expected corners among {} points, found others", points)};
    }
    vtkNew<vtkTriangleFilter> triangles;
    triangles->SetInputData(read);
    triangles->PassLinesOff();
    triangles->PassVertsOff();
    triangles->Update();
    if (!vtk.heard().empty()) return Error{Code::malformed, vtk.heard()};
    return copy_triangles(*triangles->GetOutput());
  } catch (const std::exception& e) {
    return Error{Code::malformed, fmt::format("damaged file ({})", e.what())};
  }
}

}  // namespace

Result<RawMesh> read_vtp(const std::filesystem::path& file) {
  vtkNew<vtkXMLPolyDataReader> reader;
  auto out = read_with(*reader.Get(), file);
  if (!out) return out;
  vtkAbstractArray* space = reader->GetOutput()->GetFieldData()->GetAbstractArray("SPACE");
  if (auto* text = vtkStringArray::SafeDownCast(space); text != nullptr && text->GetSize() > 0) {
    out.value().header = "SPACE=" + text->GetValue(0);
  }
  return out;
}

}  // namespace trocar::mesh_parsers
