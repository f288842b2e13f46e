#include "engine/registration/fiducial_matching.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>

#include "engine/registration/chi_square.hpp"
#include "engine/registration/fiducial_search.hpp"
#include "engine/registration/rigid_fit.hpp"

namespace trocar {
namespace {

using fiducial_search::Candidate;
using fiducial_search::Candidates;

struct Sets {
  std::vector<Eigen::Vector3d> known, found;
};

Sets sets_of(const ReferencePhantom& phantom, std::span<const FoundSphere> found) {
  Sets s;
  for (const ReferenceFiducial& f : phantom.fiducials) s.known.push_back(f.center.mm);
  for (const FoundSphere& f : found) s.found.push_back(f.center.mm);
  return s;
}

Error too_few(const FiducialMatchingConfig& config, const ReferencePhantom& phantom,
              const Sets& sets, const Candidates& best, const Candidates& mirrored) {
  const std::size_t mirror = mirrored.all.empty() ? 0 : mirrored.all.front().matched;
  if (mirror >= config.min_matched)
    return {
        Code::inconsistent,
        fmt::format("expected the spheres of '{}', found {} of its mirror image: left and right "
                    "are exchanged in the scan or in the geometry file",
                    phantom.id, mirror)};
  return {
      Code::not_found,
      fmt::format("expected {} or more of the {} spheres of '{}', found {} that fit it among {} "
                  "in the scan: is all of the plate in the field?",
                  config.min_matched, sets.known.size(), phantom.id, best.best_matched,
                  sets.found.size())};
}

Error unclear(const ReferencePhantom& phantom, std::size_t best, std::size_t other, bool mirrored) {
  return {Code::ambiguous,
          fmt::format("'{}' fits with {} spheres, but {} with {}: which is right cannot be told",
                      phantom.id, best, mirrored ? "its mirror image" : "another pose", other)};
}

// Residuals larger than the covariances allow show that these are too small.
double growth(const RigidFit<Reference, Intraop>& fit, std::span<const Eigen::Matrix3d> from_fle,
              double position_variance) {
  const Eigen::Matrix3d r = fit.to_from.rotation();
  double chi2 = 0;
  for (std::size_t i = 0; i < from_fle.size(); ++i) {
    const Eigen::Matrix3d c =
        r * from_fle[i] * r.transpose() + position_variance * Eigen::Matrix3d::Identity();
    chi2 += fit.residuals[i].mm.dot(c.inverse() * fit.residuals[i].mm);
  }
  const double dof = 3.0 * static_cast<double>(from_fle.size()) - 6.0;
  return chi2 > chi_square_quantile(dof, 0.95) ? chi2 / dof : 1.0;
}

Result<FiducialMatch> measured(const ReferencePhantom& phantom, std::span<const FoundSphere> found,
                               const Candidate& best) {
  std::vector<Point<Intraop>> from;
  std::vector<Point<Reference>> to;
  std::vector<Eigen::Matrix3d> from_fle, to_fle;
  std::vector<MatchedSphere> matched;
  const double position_variance = phantom.position_sigma_mm * phantom.position_sigma_mm;
  for (std::size_t i = 0; i < best.partner.size(); ++i) {
    if (best.partner[i] < 0) continue;
    const auto k = static_cast<std::size_t>(best.partner[i]);
    from.push_back(found[k].center);
    from_fle.push_back(found[k].covariance);
    to.push_back(phantom.fiducials[i].center);
    to_fle.push_back(position_variance * Eigen::Matrix3d::Identity());
    matched.push_back({i, k, {}});
  }
  const auto fit = fit_rigid_known_fle<Reference, Intraop>(std::span<const Point<Intraop>>(from),
                                                           std::span<const Point<Reference>>(to),
                                                           from_fle, to_fle);
  if (!fit) return fit.error();
  PoseCovariance<Reference> covariance = fit.value().covariance;
  covariance.theta_t *= growth(fit.value(), from_fle, position_variance);
  for (std::size_t i = 0; i < matched.size(); ++i) matched[i].residual = fit.value().residuals[i];
  const std::size_t count = matched.size();
  return FiducialMatch{fit.value().to_from, covariance, std::move(matched),
                       fit.value().fre_mm,  0,          phantom.fiducials.size() - count,
                       found.size() - count};
}

}  // namespace

FiducialMatchingConfig read_fiducial_matching(const ConfigReader& in) {
  FiducialMatchingConfig c{};
  c.min_matched = static_cast<std::size_t>(
      in.integer("min_matched_spheres", min_reference_fiducials, max_reference_fiducials));
  c.min_margin = static_cast<std::size_t>(in.integer("min_margin_spheres", 1, 8));
  c.max_rms_mm = in.number("max_rms_mm", 0.05, 2);
  in.finish();
  return c;
}

Result<FiducialMatch> match_fiducials(const FiducialMatchingConfig& config,
                                      const ReferencePhantom& phantom,
                                      std::span<const FoundSphere> found) {
  if (found.size() > max_spheres)
    return Error{Code::out_of_range,
                 fmt::format("expected at most {} spheres, found {}", max_spheres, found.size())};
  const Sets sets = sets_of(phantom, found);
  const auto direct = fiducial_search::search(sets.known, sets.found, phantom.tolerance_mm, false);
  const auto mirror = fiducial_search::search(sets.known, sets.found, phantom.tolerance_mm, true);
  if (direct.all.empty() || direct.all.front().matched < config.min_matched)
    return too_few(config, phantom, sets, direct, mirror);
  const Candidate& best = direct.all.front();
  const auto* rival = fiducial_search::rival_of(best, direct, sets.known, phantom.tolerance_mm);
  const std::size_t turned = rival != nullptr ? rival->matched : 3;  // three fit somewhere
  const std::size_t mirrored = mirror.all.empty() ? 3 : mirror.all.front().matched;
  const std::size_t other = std::max(turned, mirrored);
  if (other + config.min_margin > best.matched)
    return unclear(phantom, best.matched, other, mirrored > turned);
  auto match = measured(phantom, found, best);
  if (!match) return match;
  match.value().margin = best.matched - other;
  if (match.value().rms_mm > config.max_rms_mm)
    return Error{Code::not_converged,
                 fmt::format("expected residuals of {:.2f} mm RMS or less, found {:.2f} mm over {} "
                             "spheres: is the plate bent, or the geometry file another one's?",
                             config.max_rms_mm, match.value().rms_mm, best.matched)};
  return match;
}

}  // namespace trocar
