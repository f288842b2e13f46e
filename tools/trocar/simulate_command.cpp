#include "tools/trocar/simulate_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "drivers/simulators/ndi_server.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/json_text.hpp"
#include "tools/trocar/stop_flag.hpp"

namespace trocar {
namespace {

constexpr const char* about =
    "Plays an NDI tracker from a scenario: tools that move as scripted, noise, faults.\n\n"
    "  trocar simulate ndi configs/simulate_ndi.toml --listen 8765\n"
    "  trocar probe ndi 127.0.0.1:8765      (in a second terminal)\n\n"
    "--listen serves TCP on loopback, as a Vega or Lyra would; 0 takes any free port.\n"
    "--pty makes a serial port and prints its path, as for an older Polaris.\n"
    "--write-roms DIR writes the tool definition of every tool that the scenario gives by its\n"
    "markers; the driver needs these files. The scenario's format: docs/simulator.md.\n"
    "Ctrl-C stops it.";

struct Options {
  std::string scenario;
  std::uint16_t port = 8765;
  bool pty = false;
  bool json = false;
  std::string ready_file;
  std::string roms;
};

void say(const Options& options, const std::string& event, const std::string& detail) {
  if (options.json) {
    std::puts(json_text(nlohmann::json{{"event", event}, {"detail", detail}}).c_str());
  } else {
    std::printf("%s: %s\n", event.c_str(), detail.c_str());
  }
  std::fflush(stdout);
}

bool write_file(const std::string& path, const char* data, std::size_t size) {
  std::ofstream out(path, std::ios::binary);
  out.write(data, static_cast<std::streamsize>(size));
  out.close();
  if (!out) std::fprintf(stderr, "trocar: cannot write %s\n", path.c_str());
  return static_cast<bool>(out);
}

bool write_roms(const NdiScenario& scenario, const std::string& folder) {
  for (const auto& tool : scenario.tools) {
    const auto* data = reinterpret_cast<const char*>(tool.rom_image.data());
    if (!write_file(folder + "/" + tool.name + ".rom", data, tool.rom_image.size())) return false;
  }
  return true;
}

int simulate(const Options& options) {
  NdiScenario scenario = read_ndi_scenario(ConfigReader::open(options.scenario));
  if (!options.roms.empty() && !write_roms(scenario, options.roms)) return exit_run_time;
  NdiServerHooks hooks;
  hooks.on_event = [&options](const std::string& line) { say(options, "simulator", line); };
  auto server = options.pty ? NdiServer::open_pty(std::move(scenario), hooks)
                            : NdiServer::listen(std::move(scenario), options.port, hooks);
  if (!server) {
    std::fprintf(stderr, "trocar: %s\n", server.error().detail.c_str());
    return exit_run_time;
  }
  const std::string where = options.pty ? server.value()->device_path()
                                        : fmt::format("127.0.0.1:{}", server.value()->port());
  const std::string line = where + "\n";
  if (!options.ready_file.empty() && !write_file(options.ready_file, line.data(), line.size())) {
    return exit_run_time;
  }
  say(options, "listening", where);
  // When nobody can read what it says any more, nobody is left to end it.
  while (!stop_wanted() && std::ferror(stdout) == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  return exit_ok;
}

}  // namespace

void add_simulate(CLI::App& app, int& exit_code) {
  auto* group = app.add_subcommand("simulate", "Play a device without hardware");
  group->require_subcommand(1);
  auto* ndi = group->add_subcommand("ndi", about);
  auto options = std::make_shared<Options>();
  ndi->add_option("scenario", options->scenario, "Scenario file (TOML)")->required();
  auto* listen = ndi->add_option("--listen", options->port, "TCP port on loopback, 0: any free")
                     ->capture_default_str();
  ndi->add_flag("--pty", options->pty, "Serve a serial port instead of TCP")->excludes(listen);
  ndi->add_option("--ready-file", options->ready_file, "Write where it listens to this file");
  ndi->add_option("--write-roms", options->roms, "Write the tools' .rom files to this folder")
      ->check(CLI::ExistingDirectory);
  ndi->add_flag("--json", options->json, "One JSON object per line");
  ndi->callback([options, &exit_code] { exit_code = simulate(*options); });
}

}  // namespace trocar
