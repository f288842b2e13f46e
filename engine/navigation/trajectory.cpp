#include "engine/navigation/trajectory.hpp"

#include <cmath>

namespace trocar {
namespace {

double from_line_mm(const Point<Preop>& p, const Point<Preop>& on_line, const Offset<Preop>& unit) {
  return unit.mm.cross((p - on_line).mm).norm();
}

}  // namespace

TrajectoryError trajectory_error(const Transform<Preop, Tip>& preop_from_tip,
                                 const PlannedTrajectory& plan) {
  const Point<Preop> tip = preop_from_tip.origin();
  const Offset<Preop> axis = preop_from_tip * Offset<Tip>{Eigen::Vector3d::UnitZ()};
  const Eigen::Vector3d planned = (plan.target - plan.entry).mm.normalized();
  return {from_line_mm(plan.entry, tip, axis), from_line_mm(plan.target, tip, axis),
          std::atan2(axis.mm.cross(planned).norm(), axis.mm.dot(planned)),
          (plan.target - tip).mm.dot(planned)};
}

}  // namespace trocar
