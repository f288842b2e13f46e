#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/time.hpp"
#include "engine/data/source.hpp"
#include "engine/igtl/guidance_server.hpp"
#include "engine/model/plan.hpp"
#include "engine/navigation/navigation_model.hpp"
#include "engine/navigation/navigator_config.hpp"
#include "engine/navigation/tool_model.hpp"
#include "engine/registration/point_registration.hpp"
#include "engine/session/session_config.hpp"
#include "tools/trocar/intraop_setup.hpp"

namespace trocar {

// A file the set-up was read from, for the session.
struct SetupFile {
  std::string role;  // config, plan, tool, volume
  std::filesystem::path path;
  bool is_text = true;  // otherwise a volume: by reference
};

// Everything a run needs, read from one configuration file and all it names, and checked against
// each other. `trocar check` is this and nothing more; `trocar run` goes on from here.
struct OrSetup {
  Plan plan;
  std::vector<ToolModel> tools;  // by ToolId::index, markers filled
  NavigatorConfig navigator;
  NavigationModel model;
  PointRegistrationConfig registration{};
  ServerConfig server;
  std::uint16_t control_port = 0;  // on this host; 0: any free one
  StreamNames names;
  Duration tick{};
  std::optional<std::filesystem::path> log_file;
  std::optional<SessionConfig> session;
  std::optional<IntraopSetup> intraop;  // scans on the table
  std::vector<SetupFile> files;
  std::unique_ptr<Source> source;
};

// Throws ConfigError: file, line, key, expected, found.
OrSetup read_or_setup(const std::filesystem::path& file);

}  // namespace trocar
