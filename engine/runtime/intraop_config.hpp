#pragma once
#include <optional>
#include <string>

#include "engine/base/config_reader.hpp"
#include "engine/registration/ct_registration.hpp"
#include "engine/registration/fiducial_matching.hpp"

namespace trocar {

// A scanner that is tracked, or knows its patient's reference: a Spatial Registration object takes
// the scan to the frame of this UID, whose axes are those of the reference's tool definition.
struct ScannerPose {
  std::string frame_of_reference_uid;
  double sigma_mm = 0;   // standard deviation of what it states, per axis,
  double sigma_rad = 0;  // and about each
};

// How a scan on the table becomes registrations. The table [intraop]; nothing has a default.
struct IntraopConfig {
  // Spheres of the reference's plate in the scan, or the scanner's pose; at least one of them.
  std::optional<ReferencePhantom> plate;
  FiducialMatchingConfig matching{};  // with plate
  std::optional<ScannerPose> scanner_pose;
  // Whose scan is expected (PatientID), where the preoperative CT does not say it.
  std::string patient_id;
  // The level on which the scan is centred, confirmed by a person. Without it a scan is refused
  // until a registration by touch has said where which vertebra is (H22).
  std::optional<std::string> field_level;
  CtLimits limits;
};

// Reads the table [intraop] completely. Throws ConfigError.
IntraopConfig read_intraop(const ConfigReader& in);

}  // namespace trocar
