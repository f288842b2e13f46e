#pragma once
#include <Eigen/Core>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/model/input_warning.hpp"
#include "engine/model/volume_geometry.hpp"

namespace trocar {

// What one DICOM slice says of itself. Lengths in mm, LPS.
struct SliceDescription {
  std::string file;  // for messages
  std::string patient_id, study_uid, series_uid, frame_of_reference_uid, instance_uid;
  std::array<int, 2> size{};                               // columns, rows
  Eigen::Vector2d spacing_mm = Eigen::Vector2d::Zero();    // from column to column, row to row
  Point<Preop> position;                                   // centre of the first pixel
  Eigen::Vector3d along_row = Eigen::Vector3d::Zero();     // unit, to the next column
  Eigen::Vector3d along_column = Eigen::Vector3d::Zero();  // unit, to the next row
  double gantry_tilt_rad = 0.0;                            // as the scanner states it
};

// What the gate found in a stack of slices. The order is by position along the normal, never by
// file name; the geometry exists only when nothing refuses.
struct StackExamination {
  std::vector<InputWarning> issues;
  std::vector<std::size_t> order;  // indices into the slices
  std::optional<VolumeGeometry> geometry;
};

// Whether an issue stops the CT from being used (else it is a warning that travels with it).
// docs/decisions/0010-ct-gate.md.
bool refuses(InputIssue issue);
bool refuses(std::span<const InputWarning> issues);

// The reasons that refuse, in one line; empty when none does.
std::string refusal_text(std::span<const InputWarning> issues);

StackExamination examine_slices(std::span<const SliceDescription> slices);

// The same gate for a volume that comes in one file.
std::vector<InputWarning> examine_geometry(const VolumeGeometry& geometry);

}  // namespace trocar
