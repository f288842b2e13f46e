#include "engine/navigation/registration_state.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <span>

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

// Of any vertebra of the plan, or of the whole spine.
bool is_in_plan(const Registration& r, std::size_t vertebrae) {
  return !r.vertebra || r.vertebra->index < std::min(vertebrae, max_vertebrae);
}

Point<Preop> centroid(std::span<const Point<Preop>> points) {
  Eigen::Vector3d sum = Eigen::Vector3d::Zero();
  for (const Point<Preop>& p : points) sum += p.mm;
  return {sum / static_cast<double>(points.size())};
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
    case RegistrationFault::moved_too_far:
      return "the vertebra would have moved further than a spine bends";
    case RegistrationFault::reference_moved:
      return "the reference moved while its scan may have been taken";
  }
  return "?";
}

RegistrationFault check_registration(const Registration& r, std::size_t vertebrae,
                                     const ErrorLimits& limits) {
  if (!is_in_plan(r, vertebrae)) return RegistrationFault::unknown_vertebra;
  if (!is_rigid(r.preop_from_reference.matrix(), 1e-6)) return RegistrationFault::not_rigid;
  if (!is_covariance(r.covariance.theta_t) || !r.covariance.center.mm.allFinite()) {
    return RegistrationFault::no_covariance;
  }
  const Point<Preop> center = centroid(r.points);
  if (r.points.size() < 3 || !center.mm.allFinite()) return RegistrationFault::no_region;
  const double reach = distance_mm(r.preop_from_reference.origin(), center);
  if (reach > limits.max_registration_reach_mm) return RegistrationFault::implausible;
  if (!(r.fre_mm >= 0.0 && r.fre_mm <= limits.max_fre_mm)) return RegistrationFault::fre_high;
  return RegistrationFault::none;
}

RegistrationFault RegistrationState::accept(const Registration& r, std::size_t vertebrae,
                                            const ErrorLimits& limits) {
  RegistrationFault fault = check_registration(r, vertebrae, limits);
  if (fault == RegistrationFault::none && limits.max_registration_move_mm &&
      move_mm(r).value_or(0) > *limits.max_registration_move_mm) {
    fault = RegistrationFault::moved_too_far;
  }
  if (fault == RegistrationFault::none && aside_.size() < max_vertebrae) aside_.push_back(r);
  if (r.more || aside_.empty()) return fault;
  for (const Registration& held : aside_) hold(held);
  aside_.clear();
  ++epoch_;
  return fault;
}

void RegistrationState::hold(const Registration& r) {
  if (!r.vertebra) own_.fill(std::nullopt);
  (r.vertebra ? own_[r.vertebra->index] : whole_) = r;
}

std::optional<double> RegistrationState::move_mm(const Registration& r) const {
  const Registration* before = r.vertebra ? of(*r.vertebra) : nullptr;
  if (before == nullptr) return std::nullopt;
  const Point<Preop> now = centroid(r.points);
  return distance_mm(before->preop_from_reference * (r.preop_from_reference.inverse() * now), now);
}

void RegistrationState::clear() {
  if (any()) ++epoch_;
  aside_.clear();
  own_.fill(std::nullopt);
  whole_.reset();
}

bool RegistrationState::any() const {
  return whole_ ||
         std::any_of(own_.begin(), own_.end(), [](const auto& r) { return r.has_value(); });
}

}  // namespace trocar
