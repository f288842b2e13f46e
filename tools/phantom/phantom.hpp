#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/data/triangle_mesh.hpp"
#include "tools/phantom/intraop.hpp"
#include "tools/phantom/patient.hpp"

namespace trocar::phantom {

struct PhantomOptions {
  std::filesystem::path folder;
  std::uint64_t seed = 1;
  double in_plane_mm = 0.8;
  double slice_mm = 1.0;
  std::string lesion_level = "L3";
  double mesh_detail = 1.0;  // 2: edges twice as long, quicker
  bool dicom = true;         // else only NRRD, and the plan names that
  bool pictures = false;     // PNG renderings beside the files
  // The scan on the table too, into folder/intraop. Its spacings and `dicom` are those above.
  std::optional<IntraopOptions> intraop;
};

struct NamedMesh {
  std::string name;  // "tumour", "dura", "root_L3_left", ...
  TriangleMesh mesh;
  std::function<double(const Vec&)> field;  // what it is the zero surface of
};

// Meshes of the lesion and of what lies round it at its level. `bones`: L1..L5 too. `detail`: 1 is
// the delivered fineness, 2 has edges twice as long. The patient must outlive the result.
std::vector<NamedMesh> make_meshes(const Patient& patient, bool bones, double detail);

struct PhantomSummary {
  std::string patient_id;
  std::string frame_of_reference_uid;
  std::filesystem::path plan;
  std::string json;  // everything above and more, for --json and phantom.json
};

// Writes the patient into options.folder (made when absent; files of the same name are replaced):
//   ct/*.dcm ct.nrrd labels.nrrd meshes/*.stl fiducials.mrk.json plan.toml tools/*.rom phantom.json
//   and the simulated operation round it: simulator.toml run.toml
//   and with `intraop`: intraop/ (see write_intraop)
// The .toml files and phantom.json of an earlier patient go first and the new ones come last: a
// folder whose writing was broken off is not taken for a patient.
// `progress` hears one line per step. Errors: out_of_range (options), io.
Result<PhantomSummary> write_phantom(const PhantomOptions& options,
                                     const std::function<void(const std::string&)>& progress);

}  // namespace trocar::phantom
