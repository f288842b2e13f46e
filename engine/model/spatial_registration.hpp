#pragma once
#include <Eigen/Geometry>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/result.hpp"

namespace trocar {

// One frame of reference and where it lies: a point of it goes by `registered_from_frame` to the
// registered frame, the one of the whole object. Both in mm, LPS. The frames are named by UID, at
// run time: whoever knows what they mean declares a Transform.
struct RegisteredFrame {
  std::string frame_of_reference_uid;
  Eigen::Isometry3d registered_from_frame = Eigen::Isometry3d::Identity();
};

// A DICOM Spatial Registration object (1.2.840.10008.5.1.4.1.1.66.1), rigid. Plain.
struct SpatialRegistration {
  std::string patient_id, study_uid;
  std::string frame_of_reference_uid;  // the registered frame
  std::vector<RegisteredFrame> frames;
};

// Reads what a tracked or fiducial-equipped scanner says of where its volume lies. Refused unless
// every matrix (3006,00C6) is rigid: finite, last row 0 0 0 1, orthonormal within 1e-4, determinant
// +1. Errors: malformed, unsupported (scale, shear, another kind of object), out_of_range (an
// origin beyond 10 m, which is another unit). PS3.3 sect. C.20.2.
Result<SpatialRegistration> read_spatial_registration(const std::filesystem::path& file);

// Writes it, with an instance UID of its own. Refuses what reading would refuse; io.
Status write_spatial_registration(const std::filesystem::path& file,
                                  const SpatialRegistration& registration);

}  // namespace trocar
