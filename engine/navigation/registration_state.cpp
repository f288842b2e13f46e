#include "engine/navigation/registration_state.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

namespace trocar {
namespace {

// Symmetric to rounding and without a negative variance. Diagonal entries must be positive: an
// error of exactly zero in any direction is a covariance nobody computed.
bool is_covariance(const Eigen::Matrix<double, 6, 6>& c) {
  if (!c.allFinite()) return false;
  if ((c.diagonal().array() <= 0.0).any()) return false;
  const double scale = c.diagonal().maxCoeff();
  if ((c - c.transpose()).cwiseAbs().maxCoeff() > 1e-6 * scale) return false;
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix<double, 6, 6>> eigen(c, Eigen::EigenvaluesOnly);
  return eigen.eigenvalues().minCoeff() >= -1e-9 * scale;
}

}  // namespace

std::string_view to_string(RegistrationFault fault) {
  switch (fault) {
    case RegistrationFault::none:
      return "none";
    case RegistrationFault::unknown_vertebra:
      return "the plan has no such vertebra";
    case RegistrationFault::not_rigid:
      return "not a rigid transform";
    case RegistrationFault::no_covariance:
      return "no valid covariance";
    case RegistrationFault::no_region:
      return "no region of support";
    case RegistrationFault::implausible:
      return "its region is implausibly far from the reference";
    case RegistrationFault::fre_high:
      return "FRE above the limit";
  }
  return "?";
}

RegistrationFault check_registration(const Registration& r, std::size_t vertebrae,
                                     const ErrorLimits& limits) {
  if (r.vertebra.index >= std::min(vertebrae, max_vertebrae)) {
    return RegistrationFault::unknown_vertebra;
  }
  if (!is_rigid(r.preop_from_reference.matrix(), 1e-6)) return RegistrationFault::not_rigid;
  if (!is_covariance(r.covariance.theta_t) || !r.covariance.center.mm.allFinite()) {
    return RegistrationFault::no_covariance;
  }
  if (!r.region_center.mm.allFinite() || !std::isfinite(r.region_radius_mm) ||
      r.region_radius_mm <= 0.0) {
    return RegistrationFault::no_region;
  }
  const double reach = distance_mm(r.preop_from_reference.origin(), r.region_center);
  if (reach > limits.max_registration_reach_mm) return RegistrationFault::implausible;
  if (!(r.fre_mm >= 0.0 && r.fre_mm <= limits.max_fre_mm)) return RegistrationFault::fre_high;
  return RegistrationFault::none;
}

RegistrationFault RegistrationState::accept(const Registration& r, std::size_t vertebrae,
                                            const ErrorLimits& limits) {
  const RegistrationFault fault = check_registration(r, vertebrae, limits);
  if (fault != RegistrationFault::none) return fault;
  held_[r.vertebra.index] = r;
  ++epoch_;
  return fault;
}

void RegistrationState::clear() {
  if (any()) ++epoch_;
  held_.fill(std::nullopt);
}

bool RegistrationState::any() const {
  return std::any_of(held_.begin(), held_.end(), [](const auto& r) { return r.has_value(); });
}

}  // namespace trocar
