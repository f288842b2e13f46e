#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/data/triangle_mesh.hpp"
#include "tools/phantom/patient.hpp"
#include "tools/phantom/volume.hpp"

// The phantom's files. Same input, same bytes. Errors: Code::io, naming the file.
namespace trocar::phantom {

// The identity under which the phantom's images go. Unique identifiers are of the
// form 2.25.<number> and derived from the seed, so that a phantom made twice is the same
// examination.
struct Identity {
  std::string patient_id;  // "PHANTOM-<seed>"
  std::string study_uid, frame_of_reference_uid, series_uid;
  std::uint64_t seed;
  std::string description = "Lumbar spine, synthetic";  // of the series
  std::string position = "HFS";                         // on the table
};
Identity identity_of(std::uint64_t seed, const Grid& grid);
// The same patient in another study and frame of reference, prone.
Identity intraop_identity_of(std::uint64_t seed, const Grid& grid);

// CT series in an existing folder: 0001.dcm (lowest slice) onwards.
Status write_dicom_series(const Volume<std::int16_t>& ct, const Identity& identity,
                          const std::filesystem::path& folder);

// NRRD with attached data, gzip, space left-posterior-superior. `short` or `uchar`.
Status write_nrrd(const Volume<std::int16_t>& volume, const std::filesystem::path& file);
Status write_nrrd(const Volume<std::uint8_t>& volume, const std::filesystem::path& file);

// Binary STL; its header says SPACE=LPS, as Slicer reads and writes it.
Status write_stl(const TriangleMesh& mesh, const std::filesystem::path& file);

// Slicer markups, coordinateSystem LPS.
Status write_fiducials(const std::vector<Bead>& markers, const std::filesystem::path& file);

// A structure of the plan: its mesh file and how near is too near.
struct PlannedStructure {
  std::string id, kind, file;
  double stop_mm, warn_mm;
};
struct PlanText {
  std::string id;
  std::string frame_of_reference_uid;
  std::string vertebra;  // the one that carries lesion, trajectory and structures
  bool dicom;            // the plan's CT: the series, else the NRRD
  std::vector<PlannedStructure> structures;
  PedicleWay way;
};
Status write_plan(const PlanText& plan, const Patient& patient, const std::filesystem::path& file);

// Bytes to a file, whole or an error.
Status write_file(const std::filesystem::path& file, const std::string& bytes);
Result<std::string> read_file(const std::filesystem::path& file);

}  // namespace trocar::phantom
