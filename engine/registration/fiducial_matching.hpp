#pragma once
#include <span>
#include <vector>

#include "engine/base/config_reader.hpp"
#include "engine/base/result.hpp"
#include "engine/data/pose_covariance.hpp"
#include "engine/registration/reference_phantom.hpp"
#include "engine/registration/sphere_finder.hpp"

namespace trocar {

// Limits of the automatic registration. All from configuration, none has a default (decision 0073).
struct FiducialMatchingConfig {
  std::size_t min_matched;  // spheres, 4 or more: three always fit and nothing would check them
  std::size_t min_margin;   // by so many spheres must every other pose fit fewer
  double max_rms_mm;        // of the residuals: above it the fit is broken
};
FiducialMatchingConfig read_fiducial_matching(const ConfigReader& in);

struct MatchedSphere {
  std::size_t fiducial = 0, found = 0;  // indices into what was given
  Offset<Reference> residual;           // fiducial - where the pose puts the found centre
};

struct FiducialMatch {
  Transform<Reference, Intraop> reference_from_intraop;
  // From the found centres' covariances and the geometry's sigma; grown where the residuals show
  // that these are too small (chi-square, 95 %).
  PoseCovariance<Reference> covariance;
  std::vector<MatchedSphere> matched;  // in the order of the geometry
  double rms_mm;                       // no accuracy: see covariance
  std::size_t margin;                  // spheres that the best other pose, or mirror image, lacks
  std::size_t missing, spurious;       // of the geometry; of the found
};

// The pose of the reference in the scan from spheres found in any order, some missing, some no
// spheres of it. Errors: not_found (too few match; says so when the mirror image does: left and
// right are exchanged somewhere, H8), ambiguous (another pose fits nearly as well), not_converged
// (residuals too large), out_of_range (more spheres than max_spheres).
Result<FiducialMatch> match_fiducials(const FiducialMatchingConfig& config,
                                      const ReferencePhantom& phantom,
                                      std::span<const FoundSphere> found);

}  // namespace trocar
