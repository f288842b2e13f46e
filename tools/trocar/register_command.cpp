#include "tools/trocar/register_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/base/config_reader.hpp"
#include "tools/trocar/decimal.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/json_text.hpp"
#include "tools/trocar/progress_bar.hpp"
#include "tools/trocar/register_job.hpp"
#include "tools/trocar/register_pictures.hpp"
#include "tools/trocar/stop_flag.hpp"

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
    "vertebrae = [\"L2\", \"L3\"] and, if wanted, start and pictures. One line of JSON per job; "
    "one "
    "whose\n"
    "files cannot be used says so on its line, and the others are done.\n"
    "Pictures: DIR/index.html shows each vertebra, accepted or refused: both scans in a "
    "checkerboard, and\n"
    "the label's contour on the intraoperative one, so that a person can judge.\n"
    "Exit code 0 when all are accepted, 5 when any is refused, 3 for files that cannot be used,\n"
    "1 when pictures cannot be written.";

struct Options {
  std::string preop, intraop, labels, start, batch, pictures;
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

void say_failure(const Error& why) { std::fprintf(stderr, "trocar: %s\n", why.detail.c_str()); }

RegisterReport registered(const RegisterJob& job, const Options& o) {
  ProgressBar bar("vertebrae registered");
  return run_register_job(job, limits_of(o), {},
                          [&](std::size_t done, std::size_t of) { bar.tell(done, of); });
}

Status ready_to_draw(const RegisterJob& job) {
  return job.pictures ? prepare_pictures(*job.pictures) : Done{};
}

Status draw(const RegisterReport& report) {
  if (!report.job.pictures) return Done{};
  ProgressBar bar("vertebrae drawn");
  return write_register_pictures(report, *report.job.pictures,
                                 [&](std::size_t done, std::size_t of) { bar.tell(done, of); });
}

void say_unusable(const RegisterJob& job, const std::string& why) {
  const nlohmann::ordered_json line{
      {"intraop", job.intraop.string()}, {"accepted", false}, {"error", why}};
  std::printf("%s\n", json_text(line).c_str());
}

int show(const RegisterReport& report, const Options& o) {
  std::printf("%s",
              o.json ? (json_text(to_json(report), 2) + "\n").c_str() : to_text(report).c_str());
  std::fflush(stdout);  // drawing takes longer than registering
  if (const Status s = draw(report); !s) {
    say_failure(s.error());
    return exit_run_time;
  }
  if (report.job.pictures && !o.json)
    std::printf("pictures: %s\n", (*report.job.pictures / "index.html").c_str());
  return report.accepted() ? exit_ok : exit_check_failed;
}

void run_one(const Options& o, int& exit_code) {
  require_files(o);
  RegisterJob job{o.preop, o.intraop, o.labels, o.vertebrae, std::nullopt};
  if (!o.start.empty()) job.start = o.start;
  if (!o.pictures.empty()) job.pictures = o.pictures;
  exit_code = exit_run_time;
  if (const Status s = ready_to_draw(job); !s) {
    return o.json ? say_unusable(job, s.error().detail) : say_failure(s.error());
  }
  try {
    exit_code = show(registered(job, o), o);
  } catch (const ConfigError& e) {
    if (!o.json) throw;
    say_unusable(job, e.what());
    exit_code = exit_configuration;
  }
}

int run_in_batch(const RegisterJob& job, const Options& o) {
  if (const Status s = ready_to_draw(job); !s) {
    say_unusable(job, s.error().detail);
    return exit_run_time;
  }
  const RegisterReport report = registered(job, o);
  std::printf("%s\n", json_text(to_json(report)).c_str());
  if (const Status s = draw(report); !s) {
    say_failure(s.error());
    return exit_run_time;
  }
  return report.accepted() ? exit_ok : exit_check_failed;
}

// A job that cannot be run is said on its line, and the rest goes on.
void run_batch(const Options& o, int& exit_code) {
  for (const RegisterJob& job : read_register_batch(o.batch)) {
    int of_job = exit_ok;
    try {
      of_job = run_in_batch(job, o);
    } catch (const ConfigError& e) {
      say_unusable(job, e.what());
      of_job = exit_configuration;
    }
    std::fflush(stdout);
    if (of_job == exit_check_failed && exit_code != exit_ok) continue;  // less than what was said
    if (of_job != exit_ok) exit_code = of_job;
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
  ct->add_option(
        "--shift-mm", o->shift_mm,
        "how far off the start may be, along each axis; a result more than 1.5 times as far "
        "off is refused")
      ->check(decimal_within(0, 60))
      ->capture_default_str();
  ct->add_option("--turn-deg", o->turn_deg,
                 "and turned, about each axis; refused beyond 2 times as much")
      ->check(decimal_within(0, 45))
      ->capture_default_str();
  CLI::Option* batch =
      ct->add_option("--batch", o->batch, "FILE.toml with [[job]] tables; one line of JSON each");
  ct->add_option("--pictures", o->pictures,
                 "DIR: pictures of each vertebra and index.html; made when it is not there");
  for (const char* of_one :
       {"--preop", "--intraop", "--labels", "--vertebra", "--start", "--pictures"}) {
    ct->get_option(of_one)->excludes(batch);
  }
  ct->add_flag("--json", o->json, "report as JSON");
  ct->callback([o, &exit_code] {
    end_on_signals("trocar register ct: stopped; what it had not told is not done\n");
    o->batch.empty() ? run_one(*o, exit_code) : run_batch(*o, exit_code);
  });
}

}  // namespace trocar
