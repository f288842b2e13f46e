#include "engine/navigation/clearance.hpp"

#include <cmath>

#include "engine/registration/error_prediction.hpp"

namespace trocar {
namespace {

// Gradient of the distance at `p`. Away from the surface it points along the line to the nearest
// point, which at an edge or a vertex is not the feature's normal; on the surface only the normal
// is left.
Eigen::Vector3d sensitive_direction(const Point<Preop>& p, const Point<Preop>& closest,
                                    const Offset<Preop>& normal) {
  constexpr double on_surface_mm = 1e-3;
  const Eigen::Vector3d away = (p - closest).mm;
  return away.norm() > on_surface_mm ? away : normal.mm;
}

double bound_at(const InstrumentPose& instrument, const Point<Preop>& p,
                const Eigen::Vector3d& direction, const Eigen::Matrix3d& elsewhere) {
  return bound_95_mm(instrument.tip.at(p) + elsewhere, direction);
}

bool is_outside_region(const InstrumentPose& instrument, const ErrorLimits& limits) {
  return instrument.levels > limits.max_trusted_levels ||
         instrument.from_region_mm > limits.region_margin_mm;
}

bool is_finite(const StructureDistance& d) {
  return std::isfinite(d.tip_to_structure_mm) && std::isfinite(d.tip_bound_95_mm) &&
         std::isfinite(d.shaft_clearance_mm) && std::isfinite(d.shaft_bound_95_mm) &&
         std::isfinite(d.shaft_at_mm) && std::isfinite(d.predicted_tre_mm) &&
         d.closest.mm.allFinite() && d.normal.mm.allFinite();
}

}  // namespace

Eigen::Matrix3d level_covariance(std::size_t levels, const ErrorLimits& limits) {
  const double sigma = static_cast<double>(levels) * limits.level_sigma_mm;
  return sigma * sigma * Eigen::Matrix3d::Identity();
}

std::variant<Withheld, StructureDistance> measure(const InstrumentPose& instrument,
                                                  const NavigatedStructure& structure,
                                                  const ErrorLimits& limits,
                                                  ClearanceHints& hints) {
  const Transform<Preop, Tip>& pose = instrument.tip.to_from_tip;
  const Point<Preop> tip = pose.origin();
  const Offset<Preop> backward = pose * Offset<Tip>{-Eigen::Vector3d::UnitZ()};
  const Shaft shaft{tip, backward, instrument.shaft_length_mm, instrument.shaft_radius_mm};
  const SurfacePoint at_tip = structure.surface.from_point(tip, hints.tip);
  const ShaftClearance at_shaft = structure.surface.from_shaft(shaft, hints.shaft);
  const Point<Preop> on_axis = tip + at_shaft.at_mm * backward;

  const Eigen::Matrix3d level = level_covariance(instrument.levels, limits);
  const double surface = structure.surface_sigma_mm * structure.surface_sigma_mm;
  const Eigen::Matrix3d elsewhere = level + surface * Eigen::Matrix3d::Identity();
  const StructureDistance out{
      at_tip.signed_mm,
      bound_at(instrument, tip, sensitive_direction(tip, at_tip.closest, at_tip.normal), elsewhere),
      at_shaft.clearance_mm,
      bound_at(instrument, on_axis, sensitive_direction(on_axis, at_shaft.closest, at_shaft.normal),
               elsewhere),
      at_shaft.at_mm,
      at_tip.closest,
      at_tip.normal,
      std::sqrt((instrument.tip.at(tip) + level).trace()),
      Zone::clear,
      is_outside_region(instrument, limits)};
  if (!is_finite(out)) return Withheld::not_finite;
  if (std::max(out.tip_bound_95_mm, out.shaft_bound_95_mm) > limits.max_bound_95_mm) {
    return Withheld::bound_too_large;
  }
  return out;
}

}  // namespace trocar
