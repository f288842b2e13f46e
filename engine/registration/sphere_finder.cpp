#include "engine/registration/sphere_finder.hpp"

#include <fmt/format.h>

#include <numbers>

#include "engine/registration/ball_fit.hpp"
#include "engine/registration/bright_parts.hpp"

namespace trocar {
namespace {

// How different from an ideal ball's a bright part may be: blur and noise shrink or swell it.
constexpr double least_volume = 0.15;  // of the ball's
constexpr double most_volume = 2.0;
constexpr double least_extent = 0.3;  // of the diameter, along each axis
// How well the image of a ball must fit: noise and streaks, but no screw and no piece of bone.
constexpr double max_misfit = 0.15;
constexpr std::size_t max_candidates = 2000;

bool may_be_ball(const BrightPart& part, const VolumeGeometry& g, double diameter_mm) {
  const double ball_voxels =
      std::numbers::pi / 6.0 * diameter_mm * diameter_mm * diameter_mm / g.spacing_mm.prod();
  const auto voxels = static_cast<double>(part.voxels);
  if (voxels < least_volume * ball_voxels || voxels > most_volume * ball_voxels + 8) return false;
  for (std::size_t k = 0; k < 3; ++k) {
    const double spacing_mm = g.spacing_mm[static_cast<Eigen::Index>(k)];
    const double extent_mm = (part.high[k] - part.low[k] + 1) * spacing_mm;
    if (extent_mm > diameter_mm + 2.0 * spacing_mm) return false;
    if (extent_mm < least_extent * diameter_mm - spacing_mm) return false;
  }
  return true;
}

bool is_ball(const BallFit& fit, const SphereSearch& search) {
  // A blur as wide as the ball would make a ball of any blob.
  return fit.misfit <= max_misfit && fit.edge_sigma_mm <= 0.25 * search.diameter_mm + 0.4 &&
         fit.background_hu + fit.contrast_hu > search.brighter_than_hu;
}

}  // namespace

Result<std::vector<FoundSphere>> find_spheres(const IntraopVolume& volume,
                                              const SphereSearch& search) {
  const auto parts = find_bright_parts(volume.voxels(), search.brighter_than_hu);
  if (!parts) return parts.error();
  std::vector<FoundSphere> spheres;
  std::size_t candidates = 0;
  for (const BrightPart& part : parts.value()) {
    if (!may_be_ball(part, volume.voxels().geometry, search.diameter_mm)) continue;
    if (++candidates > max_candidates)
      return Error{
          Code::out_of_range,
          fmt::format("expected few bright parts of the size of a ball of {} mm, found more "
                      "than {}: noise over {} HU?",
                      search.diameter_mm, max_candidates, search.brighter_than_hu)};
    const auto fit = fit_ball(volume, volume.at(part.middle()), 0.5 * search.diameter_mm);
    if (!fit || !is_ball(fit.value(), search)) continue;
    if (spheres.size() == max_spheres)
      return Error{Code::out_of_range, fmt::format("expected at most {} balls of {} mm, found more",
                                                   max_spheres, search.diameter_mm)};
    spheres.push_back(
        {fit.value().center, fit.value().covariance, fit.value().contrast_hu, fit.value().misfit});
  }
  return spheres;
}

}  // namespace trocar
