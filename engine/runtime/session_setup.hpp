#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/plan.hpp"
#include "engine/navigation/navigator.hpp"
#include "engine/registration/point_registration.hpp"

namespace trocar {

// Everything a navigator is built from, as a session keeps it: docs/decisions/0051. Of the plan
// only what navigation and the stream's scene need: no paths, no voxels.
struct SessionSetup {
  static constexpr const char* attachment = "setup.pb";
  std::string trocar_version;
  std::int64_t utc_at_zero_ns = 0;  // UTC of session time 0
  Plan plan;
  std::vector<ToolModel> tools;
  NavigatorConfig navigator;
  PointRegistrationConfig registration{};
};

// What decode reads back builds the same navigator, bit for bit.
std::string encode(const SessionSetup& setup);
// Code::malformed, with what is wrong with it.
Result<SessionSetup> decode_setup(const std::string& bytes);

// Error: what build_navigation_model or check_navigator refuses.
Result<std::unique_ptr<Navigator>> build_navigator(const SessionSetup& setup);

}  // namespace trocar
