#pragma once
#include <vector>

#include "engine/navigation/navigation_model.hpp"
#include "engine/navigation/navigator_config.hpp"
#include "engine/navigation/tool_model.hpp"

namespace trocar {

// Whether configuration, tools and plan together make a navigator. Throws ConfigError that says
// what is missing; `trocar check` calls it without starting anything.
void check_navigator(const NavigatorConfig& config, const std::vector<ToolModel>& tools,
                     const NavigationModel& model);

}  // namespace trocar
