#include "tools/trocar/check_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/base/config_reader.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/json_text.hpp"
#include "tools/trocar/or_setup.hpp"

namespace trocar {
namespace {

constexpr const char* about =
    "Validate a configuration and all it names (plan, CT, meshes, tool definitions) without\n"
    "starting anything: no device is opened, no port is bound.\n\n"
    "Example:  trocar check or.toml && trocar run or.toml\n"
    "Warnings (thick slices, say) do not fail the check; read them.";

struct Asked {
  std::string config;
  bool json = false;
};

nlohmann::json summary(const OrSetup& setup) {
  nlohmann::json j;
  j["ok"] = true;
  j["plan"] = setup.plan.id;
  for (const Vertebra& v : setup.plan.vertebrae) j["vertebrae"].push_back(v.name);
  for (const Structure& s : setup.plan.structures) {
    j["structures"].push_back({{"id", s.id},
                               {"kind", to_string(s.kind)},
                               {"vertebra", setup.plan.vertebrae[s.vertebra.index].name},
                               {"triangles", s.surface->triangles.size()},
                               {"surface_sigma_mm", s.surface_sigma_mm},
                               {"stop_mm", s.zones.stop_mm},
                               {"warn_mm", s.zones.warn_mm}});
  }
  for (const ToolModel& t : setup.tools) {
    j["tools"].push_back({{"name", t.name}, {"markers", t.markers.size()}});
  }
  j["fiducials"] = setup.plan.fiducials.size();
  j["warnings"] = nlohmann::json::array();
  for (const InputWarning& w : setup.plan.warnings) {
    j["warnings"].push_back({{"issue", to_string(w.issue)}, {"detail", w.detail}});
  }
  return j;
}

void print(const OrSetup& setup) {
  std::printf("plan %s: %zu vertebrae, %zu structures, %zu fiducials\n", setup.plan.id.c_str(),
              setup.plan.vertebrae.size(), setup.plan.structures.size(),
              setup.plan.fiducials.size());
  for (const Structure& s : setup.plan.structures) {
    std::printf("  %-12s %-13s moves with %s, %zu triangles, stop %g mm, warn %g mm\n",
                s.id.c_str(), std::string(to_string(s.kind)).c_str(),
                setup.plan.vertebrae[s.vertebra.index].name.c_str(), s.surface->triangles.size(),
                s.zones.stop_mm, s.zones.warn_mm);
  }
  for (const ToolModel& t : setup.tools) {
    std::printf("tool %s: %zu markers, %s\n", t.name.c_str(), t.markers.size(),
                t.role == ToolRole::tool ? "instrument" : "reference");
  }
  for (const InputWarning& w : setup.plan.warnings) {
    std::printf("warning %s: %s\n", std::string(to_string(w.issue)).c_str(), w.detail.c_str());
  }
  std::puts("ok");
}

int run(const Asked& asked) {
  try {
    const OrSetup setup = read_or_setup(asked.config);
    if (asked.json) {
      std::puts(json_text(summary(setup)).c_str());
    } else {
      print(setup);
    }
    return exit_ok;
  } catch (const ConfigError& e) {
    if (!asked.json) throw;
    std::puts(json_text(nlohmann::json{{"ok", false}, {"error", e.what()}}).c_str());
    return exit_configuration;
  }
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("check", about);
  const auto asked = std::make_shared<Asked>();
  command->add_option("config", asked->config, "configuration of `trocar run`")->required();
  command->add_flag("--json", asked->json, "one JSON object on stdout");
  command->callback([asked, &exit_code] { exit_code = run(*asked); });
}

}  // namespace trocar
