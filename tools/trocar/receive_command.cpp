#include "tools/trocar/receive_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "drivers/ct_intake.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/json_text.hpp"
#include "tools/trocar/stop_flag.hpp"

namespace trocar {
namespace {

constexpr const char* about =
    "Receives CT series by DICOM (C-STORE) or from a watched folder, checks and decodes them as "
    "the\n"
    "engine would, and says what came: a line for each series, and for each sender refused.\n\n"
    "  trocar receive my-or.toml                    the table [dicom] of a configuration\n"
    "  trocar receive --aet TROCAR --port 11112 --spool /tmp/spool\n"
    "  storescu -aec TROCAR 127.0.0.1 11112 +sd DIR (in a second terminal, Debian package dcmtk)\n"
    "  trocar receive --spool /tmp/spool --watch /media/usb\n\n"
    "Without a configuration it listens on this host alone. --once ends it after the first "
    "series:\n"
    "exit code 0 when it was good, 5 when it was refused. Ctrl-C stops it.";

struct Options {
  std::string config;
  std::string ae_title = "TROCAR";
  int port = -1;
  std::string spool;
  std::string watch;
  std::string ready_file;
  bool json = false;
  bool once = false;
};

using nlohmann::json;

json to_json(const std::vector<InputWarning>& issues) {
  json out = json::array();
  for (const InputWarning& i : issues) {
    out.push_back({{"issue", std::string(to_string(i.issue))}, {"detail", i.detail}});
  }
  return out;
}

json to_json(const IntakeTimes& t) {
  return {{"received_ms", milliseconds_of(t.received)},
          {"judged_ms", milliseconds_of(t.judged)},
          {"decoded_ms", milliseconds_of(t.decoded)}};
}

// No patient identity (UIDs of study and series say enough).
json to_json(const SeriesReady& s) {
  const VolumeGeometry& g = s.volume->geometry;
  return {{"event", "series_ready"},
          {"from", s.from},
          {"objects", s.objects},
          {"series_uid", s.first.series_uid},
          {"frame_of_reference_uid", s.volume->frame_of_reference_uid},
          {"size", g.size},
          {"spacing_mm", {g.spacing_mm.x(), g.spacing_mm.y(), g.spacing_mm.z()}},
          {"warnings", to_json(s.warnings)},
          {"times", to_json(s.times)}};
}

json to_json(const SeriesBegun& s) { return {{"event", "series_begun"}, {"from", s.from}}; }

json to_json(const SeriesRefused& s) {
  return {{"event", "series_refused"},   {"from", s.from},
          {"objects", s.objects},        {"reason", s.reason},
          {"issues", to_json(s.issues)}, {"times", to_json(s.times)}};
}

json to_json(const RegistrationArrived& r) {
  json frames = json::array();
  for (const RegisteredFrame& f : r.registration.frames) {
    const Eigen::Matrix<double, 4, 4, Eigen::RowMajor> m = f.registered_from_frame.matrix();
    frames.push_back({{"frame_of_reference_uid", f.frame_of_reference_uid},
                      {"registered_from_frame", std::vector<double>(m.data(), m.data() + 16)}});
  }
  return {{"event", "registration"},
          {"from", r.from},
          {"frame_of_reference_uid", r.registration.frame_of_reference_uid},
          {"frames", frames}};
}

json to_json(const IntakeRefusal& r) {
  return {{"event", "refused"}, {"reason", r.what}, {"detail", r.detail}};
}

std::string line_of(const SeriesReady& s) {
  const VolumeGeometry& g = s.volume->geometry;
  std::string line = fmt::format(
      "series ready: {} slices of {} x {}, {:.2f} mm apart, from {}; received in {:.2f} s, decoded "
      "after {:.2f} s",
      g.size[2], g.size[0], g.size[1], g.spacing_mm.z(), s.from, seconds(s.times.received),
      seconds(s.times.decoded));
  for (const InputWarning& w : s.warnings) {
    line += fmt::format("\n  warning: {}: {}", to_string(w.issue), w.detail);
  }
  return line;
}

std::string line_of(const SeriesBegun& s) { return "a series begins to arrive from " + s.from; }

std::string line_of(const SeriesRefused& s) {
  return fmt::format("series refused: {} objects from {}: {}", s.objects, s.from, s.reason);
}

std::string line_of(const RegistrationArrived& r) {
  return fmt::format("registration: {} frames of reference, from {}", r.registration.frames.size(),
                     r.from);
}

std::string line_of(const IntakeRefusal& r) {
  return fmt::format("refused: {}: {}", r.what, r.detail);
}

CtIntakeConfig config_of(const Options& options) {
  if (!options.config.empty()) return read_dicom(ConfigReader::open(options.config).table("dicom"));
  CtIntakeConfig c;
  c.spool = options.spool;
  if (options.port >= 0) {
    c.port.emplace();
    c.port->ae_title = options.ae_title;
    c.port->port = static_cast<std::uint16_t>(options.port);
  }
  if (!options.watch.empty()) {
    c.watched.emplace();
    c.watched->folder = options.watch;
  }
  return c;
}

// Prints what comes. Called by threads of the intake, one at a time.
class Printer {
 public:
  explicit Printer(bool as_json) : as_json_(as_json) {}
  void operator()(const IntakeEvent& event) {
    const std::string line = std::visit(
        [&](const auto& e) { return as_json_ ? json_text(to_json(e)) : line_of(e); }, event);
    std::puts(line.c_str());
    std::fflush(stdout);
    if (std::holds_alternative<SeriesReady>(event)) seen_ = exit_ok;
    if (std::holds_alternative<SeriesRefused>(event)) seen_ = exit_check_failed;
  }
  // The exit code of the newest series; negative while none came.
  [[nodiscard]] int seen() const { return seen_; }

 private:
  const bool as_json_;
  std::atomic<int> seen_{-1};
};

int receive(const Options& options) {
  Printer print(options.json);
  const CtIntakeConfig config = config_of(options);
  const auto intake = CtIntake::start(config, [&](const IntakeEvent& e) { print(e); });
  if (!intake) {
    std::fprintf(stderr, "trocar: %s\n", intake.error().detail.c_str());
    return exit_run_time;
  }
  const auto port = intake.value()->port();
  const std::string where =
      port ? fmt::format("{}:{}", config.port->bind, *port) : "the watched folder alone";
  if (!options.ready_file.empty()) std::ofstream(options.ready_file) << where << "\n";
  std::fprintf(stderr, "trocar receive: %s, AE title %s; research software\n", where.c_str(),
               config.port ? config.port->ae_title.c_str() : "none");
  while (!stop_wanted() && std::ferror(stdout) == 0) {
    if (options.once && print.seen() >= 0) return print.seen();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return exit_ok;
}

struct DecodeOptions {
  std::string folder;
  std::size_t memory_bytes = 0;
  std::int64_t cpu_s = 1;
  std::size_t file_bytes = 0;
  int processes = 1;
};

void add_decode(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("decode-series", "Decodes a series for another process");
  command->group("");  // nobody types this
  auto o = std::make_shared<DecodeOptions>();
  command->add_option("folder", o->folder)->required();
  command->add_option("--memory-bytes", o->memory_bytes)->required();
  command->add_option("--cpu-s", o->cpu_s)->required();
  command->add_option("--file-bytes", o->file_bytes)->required();
  command->add_option("--processes", o->processes)->required()->check(CLI::Range(1, 64));
  command->callback([o, &exit_code] {
    exit_code = run_decoder(
        o->folder, {o->memory_bytes, std::chrono::seconds(o->cpu_s), o->file_bytes}, o->processes);
  });
}

}  // namespace

void add_receive(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("receive", about);
  auto o = std::make_shared<Options>();
  auto* config = command->add_option("config", o->config, "Configuration with a table [dicom]");
  auto* aet = command->add_option("--aet", o->ae_title, "AE title that senders call")
                  ->capture_default_str();
  auto* port = command->add_option("--port", o->port, "TCP port on loopback, 0: any free")
                   ->check(CLI::Range(0, 65535));
  auto* spool = command->add_option("--spool", o->spool, "Folder for what is being received");
  auto* watch =
      command->add_option("--watch", o->watch, "Folder to watch")->check(CLI::ExistingDirectory);
  for (auto* option : {aet, port, spool, watch}) option->excludes(config);
  command->add_option("--ready-file", o->ready_file, "Write where it listens to this file");
  command->add_flag("--json", o->json, "One JSON object per line");
  command->add_flag("--once", o->once, "End after the first series");
  command->callback([o, &exit_code] {
    const bool told =
        !o->config.empty() || (!o->spool.empty() && (o->port >= 0 || !o->watch.empty()));
    if (!told) {
      throw CLI::ValidationError("expected a configuration, or --spool with --port or --watch");
    }
    exit_code = receive(*o);
  });
  add_decode(app, exit_code);
}

}  // namespace trocar
