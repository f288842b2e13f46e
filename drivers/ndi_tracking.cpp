#include "drivers/ndi_tracking.hpp"

#include <algorithm>
#include <cmath>

namespace trocar {

void NdiTracking::clear() {
  bodies.clear();
  points.clear();
  alerts.clear();
  buttons.clear();
  points_dropped = 0;
  system_status = 0;
}

bool is_plausible(const NdiPose& pose) {
  constexpr double norm_tolerance = 2e-3;  // TX rounds to 1e-4: |q| was off by 1.7e-4 at most
  constexpr double max_translation_mm = 20'000;
  double norm2 = 0;
  for (const double q : pose.q) norm2 += q * q;
  const double norm = std::sqrt(norm2);
  if (!(std::abs(norm - 1.0) <= norm_tolerance)) return false;
  for (const double t : pose.t_mm) {
    if (!(std::abs(t) <= max_translation_mm)) return false;
  }
  return pose.error_mm >= 0 && std::isfinite(pose.error_mm);
}

Missing reason_of(const NdiBody& body) {
  if (body.state == NdiState::disabled) return Missing::disabled;
  if (body.state == NdiState::unoccupied) return Missing::unplugged;
  const unsigned info = body.tool_info.value_or(0);
  if ((info & 0x01U) != 0) return Missing::bad_fit;
  if ((body.port_status & ndi_port_out_of_volume) != 0) return Missing::out_of_volume;
  if ((info & 0x04U) != 0 || (body.port_status & 0x0200U) != 0) return Missing::interference;
  if ((info & 0x88U) != 0 || (body.port_status & 0xD100U) != 0) return Missing::processing;
  if ((info & 0x02U) != 0) return Missing::too_few_markers;
  if ((body.port_status & ndi_port_occupied) == 0) return Missing::unplugged;
  return Missing::not_seen;
}

bool add_body(NdiTracking& out, const NdiBody& body) {
  const auto same = [&](const NdiBody& b) { return b.handle == body.handle; };
  if (std::any_of(out.bodies.begin(), out.bodies.end(), same)) return false;
  return out.bodies.push_back(body);
}

void add_point(NdiTracking& out, const NdiPoint& point) {
  if (!out.points.push_back(point)) ++out.points_dropped;
}

}  // namespace trocar
