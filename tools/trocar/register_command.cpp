#include "tools/trocar/register_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/base/config_reader.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/register_job.hpp"

namespace trocar {
namespace {

constexpr const char* about =
    "Registers vertebrae of an intraoperative CT to the preoperative one, each on its own, and "
    "says\n"
    "whether one may rely on it. A result that is refused must not be used: wrong level "
    "possible.\n\n"
    "  trocar register ct --preop ct.nrrd --labels labels.nrrd --intraop or_ct/ --vertebra "
    "L2,L3,L4\n\n"
    "Poses are matrices in LPS, mm: intraop_from_preop takes a point of the preoperative CT to "
    "the\n"
    "intraoperative one, preop_from_intraop the way back.\n"
    "Start: POSE.toml holds  preop_from_intraop = [16 numbers, row by row].  Without it identity; "
    "when\n"
    "the scan does not hold the vertebrae's place so, their middle is laid on the middle of the "
    "scan.\n"
    "Batch: FILE.toml holds [[job]] tables with preop, intraop, labels (paths from FILE's "
    "folder),\n"
    "vertebrae = [\"L2\", \"L3\"] and, if known, start. One line of JSON per job.\n"
    "Exit code 0 when all are accepted, 5 when any is refused, 3 for files that cannot be used.";

struct Options {
  std::string preop, intraop, labels, start, batch;
  std::vector<std::string> vertebrae;
  double shift_mm = 30, turn_deg = 25;
  bool json = false;
};

CtLimits limits_of(const Options& o) {
  CtLimits limits;
  limits.shift_mm = o.shift_mm;
  limits.turn_rad = o.turn_deg * M_PI / 180;
  return limits;
}

void require_files(const Options& o) {
  const auto require = [](const std::string& value, const char* name) {
    if (value.empty()) throw CLI::RequiredError(name);
  };
  require(o.preop, "--preop");
  require(o.intraop, "--intraop");
  require(o.labels, "--labels");
  if (o.vertebrae.empty()) throw CLI::RequiredError("--vertebra");
}

std::string line_of(const nlohmann::ordered_json& json, int indent) {
  return json.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

void run_one(const Options& o, int& exit_code) {
  require_files(o);
  RegisterJob job{o.preop, o.intraop, o.labels, o.vertebrae, std::nullopt};
  if (!o.start.empty()) job.start = o.start;
  const RegisterReport report = run_register_job(job, limits_of(o), {});
  std::printf("%s",
              o.json ? (line_of(to_json(report), 2) + "\n").c_str() : to_text(report).c_str());
  exit_code = report.accepted() ? exit_ok : exit_check_failed;
}

// A job that cannot be run is said on its line, and the rest goes on.
void run_batch(const Options& o, int& exit_code) {
  for (const RegisterJob& job : read_register_batch(o.batch)) {
    try {
      const RegisterReport report = run_register_job(job, limits_of(o), {});
      std::printf("%s\n", line_of(to_json(report), -1).c_str());
      if (!report.accepted() && exit_code == exit_ok) exit_code = exit_check_failed;
    } catch (const ConfigError& e) {
      const nlohmann::ordered_json line{{"intraop", job.intraop.string()}, {"error", e.what()}};
      std::printf("%s\n", line_of(line, -1).c_str());
      exit_code = exit_configuration;
    }
    std::fflush(stdout);
  }
}

}  // namespace

void add_register(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("register", "where the vertebrae lie in an intraoperative CT");
  command->require_subcommand(1);
  CLI::App* ct = command->add_subcommand("ct", about);
  auto o = std::make_shared<Options>();
  ct->add_option("--preop", o->preop, "preoperative CT: NRRD, MetaImage, NIfTI or DICOM folder");
  ct->add_option("--intraop", o->intraop, "intraoperative CT, the same kinds");
  ct->add_option("--labels", o->labels, "label map of the preoperative CT");
  ct->add_option("--vertebra", o->vertebrae, "names (L1, T12) or labels, separated by commas")
      ->delimiter(',');
  ct->add_option("--start", o->start, "POSE.toml: where to search from");
  ct->add_option("--shift-mm", o->shift_mm, "how far off the start may be, along each axis")
      ->check(CLI::Range(0.0, 60.0))
      ->capture_default_str();
  ct->add_option("--turn-deg", o->turn_deg, "and turned, about each axis")
      ->check(CLI::Range(0.0, 45.0))
      ->capture_default_str();
  ct->add_option("--batch", o->batch, "FILE.toml with [[job]] tables; one line of JSON each");
  ct->add_flag("--json", o->json, "report as JSON");
  ct->callback(
      [o, &exit_code] { o->batch.empty() ? run_one(*o, exit_code) : run_batch(*o, exit_code); });
}

}  // namespace trocar
