#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/config_reader.hpp"
#include "engine/base/transform.hpp"

namespace trocar {

struct ReferenceFiducial {
  std::string name;
  Point<Reference> center;
};

// Spheres in a fixed place on the reference, which an intraoperative CT shows.
struct ReferencePhantom {
  std::string id;
  std::string provenance;  // who measured it, how, when
  std::string hash;        // content_hash of the file
  double sphere_diameter_mm;
  int brighter_than_hu;      // of the spheres' material: above bone, below half of it
  double position_sigma_mm;  // standard deviation of the centres below, per axis
  double tolerance_mm;       // a found centre further away than this is another one
  std::vector<ReferenceFiducial> fiducials;
};

constexpr std::size_t min_reference_fiducials = 4;
constexpr std::size_t max_reference_fiducials = 16;

// Reads configs/reference_phantom.toml or its like. Throws ConfigError with file, line and reason;
// also for a geometry that cannot serve: spheres that touch, all in one plane (its mirror image
// would fit), symmetric or so nearly that two missing spheres would make it so (decision 0072).
ReferencePhantom read_reference_phantom(const std::filesystem::path& file);

}  // namespace trocar
