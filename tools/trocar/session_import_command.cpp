#include "tools/trocar/session_import_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/session_import.hpp"

namespace trocar {
namespace {

constexpr const char* about =
    "Write a sequence that PLUS or 3D Slicer recorded (.igs.mha, .mhd, .igs.nrrd) as a session, "
    "to\n"
    "be replayed, exported and reported like our own. A sequence says nothing of instruments, "
    "plan\n"
    "or limits: these are the configuration's. A transform StylusToTracker is the tool `Stylus`, "
    "or\n"
    "the one that --tool Stylus=Needle names. Poses only, no pixels.\n\n"
    "  trocar session import rec.igs.mha --config or.toml --tool Stylus=Needle --out rec.mcap";

struct Asked {
  std::string file;
  std::string config;
  std::string to;
  std::vector<std::string> tools;
  double time_bound_ms = 5;
  bool json = false;
};

int fail(const Error& why) {
  std::fprintf(stderr, "trocar: %s\n", why.detail.c_str());
  return exit_run_time;
}

ImportOptions options_of(const Asked& asked) {
  ImportOptions options;
  options.time_bound = duration_from_ms(asked.time_bound_ms);
  for (const std::string& pair : asked.tools) {
    const std::size_t at = pair.find('=');
    if (at == 0 || at == std::string::npos || at + 1 == pair.size()) {
      throw CLI::ValidationError("--tool", "expected NAME=TOOL, found " + pair);
    }
    options.tool_of[pair.substr(0, at)] = pair.substr(at + 1);
  }
  return options;
}

void print(const Asked& asked, const Imported& imported) {
  if (asked.json) {
    const nlohmann::json j{{"frames", imported.frames},
                           {"repeated", imported.repeated},
                           {"not_rigid", imported.not_rigid},
                           {"unused", imported.unused},
                           {"unseen", imported.unseen}};
    std::puts(j.dump().c_str());
    return;
  }
  std::printf("%llu frames in %s; time of a frame taken as known to %g ms\n",
              static_cast<unsigned long long>(imported.frames), asked.to.c_str(),
              asked.time_bound_ms);
  if (imported.repeated > 0) {
    std::printf("left out: %llu frames with the time of the one before\n",
                static_cast<unsigned long long>(imported.repeated));
  }
  if (imported.not_rigid > 0) {
    std::printf("left out: %llu poses that are no rigid motion\n",
                static_cast<unsigned long long>(imported.not_rigid));
  }
  for (const std::string& field : imported.unused) std::printf("no tool takes %s\n", field.c_str());
  for (const std::string& tool : imported.unseen) {
    std::printf("tool %s is in no transform: it is never seen\n", tool.c_str());
  }
}

int import_one(const Asked& asked) {
  const ImportOptions options = options_of(asked);
  const auto sequence = read_sequence(asked.file);
  if (!sequence) return fail(sequence.error());
  const auto imported =
      import_sequence(sequence.value(), read_or_setup(asked.config), options, asked.to);
  if (!imported) return fail(imported.error());
  print(asked, imported.value());
  return exit_ok;
}

}  // namespace

void add_session_import(CLI::App& session, int& exit_code) {
  CLI::App* command = session.add_subcommand("import", about);
  const auto asked = std::make_shared<Asked>();
  command->add_option("FILE", asked->file, "sequence")->required();
  command->add_option("--config", asked->config, "configuration, as for trocar run")->required();
  command->add_option("--tool", asked->tools, "NAME=TOOL: the sequence's name for a tool");
  command->add_option("--time-bound-ms", asked->time_bound_ms, "how well its times are known")
      ->check(CLI::Range(0.1, 50.0));
  command->add_option("--out", asked->to, "the new session")->required();
  command->add_flag("--json", asked->json, "one JSON object");
  command->callback([asked, &exit_code] { exit_code = import_one(*asked); });
}

}  // namespace trocar
