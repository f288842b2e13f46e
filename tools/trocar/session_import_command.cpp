#include "tools/trocar/session_import_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "tools/trocar/decimal.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/json_text.hpp"
#include "tools/trocar/session_import.hpp"

namespace trocar {
namespace {

constexpr const char* about =
    "Write a sequence that PLUS or 3D Slicer recorded (.igs.mha, .mhd, .igs.nrrd) as a session,\n"
    "with its images, to be replayed, exported and reported like our own. A sequence says nothing\n"
    "of instruments, plan or limits: these are the configuration's. A transform StylusToTracker "
    "is\n"
    "the tool `Stylus`, or the one that --tool Stylus=Needle names. When no tool has one, poses\n"
    "relative to the reference (StylusToReference) are taken: the reference then stands still, at\n"
    "the middle of the configuration's distances from the tracker.\n\n"
    "  trocar session import rec.igs.mha --config or.toml --tool Stylus=Needle --out rec.mcap";

struct Asked {
  std::string file;
  std::string config;
  std::string to;
  std::vector<std::string> tools;
  double time_bound_ms = 5;
  bool no_images = false;
  bool json = false;
};

int fail(const Error& why) {
  std::fprintf(stderr, "trocar: %s\n", why.detail.c_str());
  return exit_run_time;
}

ImportOptions options_of(const Asked& asked) {
  ImportOptions options;
  options.time_bound = duration_from_ms(asked.time_bound_ms);
  options.images = !asked.no_images;
  for (const std::string& pair : asked.tools) {
    const std::size_t at = pair.find('=');
    if (at == 0 || at == std::string::npos || at + 1 == pair.size()) {
      throw CLI::ValidationError("--tool", "expected NAME=TOOL, found " + pair);
    }
    options.tool_of[pair.substr(0, at)] = pair.substr(at + 1);
  }
  return options;
}

void print_json(const Imported& imported) {
  nlohmann::json j{{"frames", imported.frames},
                   {"repeated", imported.repeated},
                   {"not_rigid", imported.not_rigid},
                   {"images", imported.images},
                   {"invalid_images", imported.invalid_images},
                   {"unused", imported.unused},
                   {"unseen", imported.unseen}};
  if (!imported.relative_to.empty()) {
    j["relative_to"] = imported.relative_to;
    j["reference_distance_mm"] = imported.reference_distance_mm;
  }
  std::puts(json_text(j).c_str());
}

void print_left_out(std::uint64_t count, const char* what) {
  if (count == 0) return;
  std::printf("left out: %llu %s\n", static_cast<unsigned long long>(count), what);
}

void print_text(const Asked& asked, const Imported& imported) {
  std::printf("%llu frames and %llu images in %s; time of a frame taken as known to %g ms\n",
              static_cast<unsigned long long>(imported.frames),
              static_cast<unsigned long long>(imported.images), asked.to.c_str(),
              asked.time_bound_ms);
  print_left_out(imported.repeated, "frames with the time of the one before");
  print_left_out(imported.not_rigid, "poses that are no rigid motion");
  print_left_out(imported.invalid_images, "images whose status is not OK");
  if (!imported.relative_to.empty()) {
    const char* name = imported.relative_to.c_str();
    std::printf(
        "poses are relative to %s: the tracker's axes are taken as those of %s, which stands "
        "still\n"
        "at %g mm, the middle of the configuration's distances\n",
        name, name, imported.reference_distance_mm);
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
  asked.json ? print_json(imported.value()) : print_text(asked, imported.value());
  return exit_ok;
}

}  // namespace

void add_session_import(CLI::App& session, int& exit_code) {
  CLI::App* command = session.add_subcommand("import", about);
  const auto asked = std::make_shared<Asked>();
  command->add_option("FILE", asked->file, "sequence")->required();
  command->add_option("--config", asked->config, "configuration, as for trocar run")->required();
  command->add_option("--tool", asked->tools, "NAME=TOOL: the sequence's name for a tool")
      ->allow_extra_args(false);  // one each: FILE may follow
  command->add_option("--time-bound-ms", asked->time_bound_ms, "how well its times are known")
      ->check(decimal_within(0.1, 50));
  command->add_flag("--no-images", asked->no_images, "poses alone");
  command->add_option("--out", asked->to, "the new session")->required();
  command->add_flag("--json", asked->json, "one JSON object");
  command->callback([asked, &exit_code] { exit_code = import_one(*asked); });
}

}  // namespace trocar
