#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/transform.hpp"
#include "engine/data/ids.hpp"
#include "engine/data/triangle_mesh.hpp"
#include "engine/model/input_warning.hpp"
#include "engine/model/volume_geometry.hpp"

namespace trocar {

// Distances to a structure's surface at which its zone changes; each plan states its own. A zone is
// entered at its distance and left `hysteresis_mm` further away. stop < warn.
struct Zones {
  double stop_mm;
  double warn_mm;
  double hysteresis_mm;
};

enum class StructureKind : std::uint8_t { tumour, dura, cord, nerve_root, vessel, pedicle_wall };
std::string_view to_string(StructureKind kind);

struct Vertebra {
  std::string name;  // "L3"
  int label;         // its value in the label map
};

struct Structure {
  std::string id;  // as it appears in the stream
  StructureKind kind;
  VertebraId vertebra;  // the one it moves with
  Zones zones;
  std::shared_ptr<const TriangleMesh> surface;
  // Standard deviation of the surface's own position along its normal: segmentation as stated by
  // the plan, and for a surface made from labels the slice spacing.
  double surface_sigma_mm;
};

struct Fiducial {
  std::string label;
  Point<Preop> position;
};

struct PlannedTrajectory {
  std::string id;
  VertebraId vertebra;
  Point<Preop> entry;
  Point<Preop> target;
};

// Everything known of the patient before surgery. Immutable once read.
struct Plan {
  std::string id;
  std::string frame_of_reference_uid;  // of the preoperative CT; empty when the format has none
  VolumeGeometry ct;                   // where its voxels lie; the voxels are not kept
  std::filesystem::path ct_path;       // where they were read from: a file or a DICOM folder
  std::filesystem::path labels_path;   // of the label map, which lies on the CT; empty: none
  std::vector<Vertebra> vertebrae;     // cranial to caudal
  std::vector<Structure> structures;
  std::vector<Fiducial> fiducials;
  std::vector<PlannedTrajectory> trajectories;  // none or one
  std::vector<InputWarning> warnings;           // of the input gate, for status and log
};

// Reads plan.toml and everything it names. Throws ConfigError with file, line and reason.
Plan read_plan(const std::filesystem::path& file);

}  // namespace trocar
