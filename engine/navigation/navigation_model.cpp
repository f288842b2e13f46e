#include "engine/navigation/navigation_model.hpp"

#include <algorithm>

namespace trocar {
namespace {

std::optional<VertebraId> find_vertebra(const Plan& plan, const std::string& name) {
  for (std::size_t i = 0; i < plan.vertebrae.size(); ++i) {
    if (plan.vertebrae[i].name == name) return VertebraId{static_cast<std::uint16_t>(i)};
  }
  return std::nullopt;
}

Status check_sizes(const Plan& plan) {
  if (plan.vertebrae.size() > max_vertebrae || plan.structures.size() > max_structures) {
    return Error{Code::out_of_range, std::to_string(plan.vertebrae.size()) + " vertebrae and " +
                                         std::to_string(plan.structures.size()) +
                                         " structures in plan " + plan.id + ", there is room for " +
                                         std::to_string(max_vertebrae) + " and " +
                                         std::to_string(max_structures)};
  }
  return Done{};
}

}  // namespace

Result<NavigationModel> build_navigation_model(const Plan& plan,
                                               const std::string& reference_vertebra) {
  const Status sizes = check_sizes(plan);
  if (!sizes) return sizes.error();
  const auto carrier = find_vertebra(plan, reference_vertebra);
  if (!carrier) {
    return Error{Code::not_found, "no vertebra '" + reference_vertebra +
                                      "' to carry the reference in plan " + plan.id};
  }
  NavigationModel model;
  for (const Vertebra& v : plan.vertebrae) model.vertebrae.push_back(v.name);
  model.reference_vertebra = *carrier;
  for (const Structure& s : plan.structures) {
    Result<SurfaceDistance> surface = SurfaceDistance::build(*s.surface);
    if (!surface) {
      return Error{surface.error().code, "structure " + s.id + ": " + surface.error().detail};
    }
    model.structures.push_back(
        {s.id, s.vertebra, s.zones, s.surface_sigma_mm, std::move(surface.value())});
  }
  if (!plan.trajectories.empty()) model.trajectory = plan.trajectories.front();
  model.fiducials = plan.fiducials;
  return model;
}

}  // namespace trocar
