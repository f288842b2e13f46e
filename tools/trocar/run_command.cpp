#include "tools/trocar/run_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "engine/base/log.hpp"
#include "engine/runtime/control_endpoint.hpp"
#include "engine/runtime/engine_report.hpp"
#include "engine/runtime/resume.hpp"
#include "tools/trocar/decimal.hpp"
#include "tools/trocar/engine_parts.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/json_text.hpp"
#include "tools/trocar/or_setup.hpp"
#include "tools/trocar/plan_scene.hpp"
#include "tools/trocar/scan_road.hpp"
#include "tools/trocar/session_start.hpp"
#include "tools/trocar/stop_flag.hpp"

namespace trocar {
namespace {

constexpr const char* about =
    "Connect to the tracker and stream distances over OpenIGTLink until Ctrl-C.\n"
    "Research software, not a cleared medical device.\n\n"
    "The configuration names plan, tools, tracker, limits and server; every key is explained in\n"
    "configs/run_ndi.toml. Validate it first with `trocar check`. Watch with `trocar watch`.";

struct Asked {
  std::string config;
  std::string resume;
  std::optional<double> seconds;
  bool json = false;
};

// What stands between the engine's thread and the network's, and outlives both.
struct Outlets {
  SteadyTime time;
  Latest<Guidance> newest;
  StateLineRing lines;
  StateLineRing to_log;
  Latest<ImageFrame> images;
  StateLineRing remarks;  // of the server, for the log
  Latest<StreamView> view;
  Signal published;
};

void log_news(StateLineRing& news) {
  StateLine line;
  while (news.pop(line)) {
    const std::string text = fmt::format("[{:.3f} s] {}: {}", seconds(line.at.time_since_epoch()),
                                         to_string(line.kind), line.text.view());
    if (line.kind == StateKind::alarm) {
      log::warn(text);
    } else {
      log::info(text);
    }
  }
}

WallClock wall_clock_now(const TimeSource& time) {
  const auto utc = std::chrono::system_clock::now().time_since_epoch();
  return {time.now(), std::chrono::duration_cast<std::chrono::nanoseconds>(utc).count()};
}

void report(const EngineMetrics& metrics, const ServerStats& server, bool json) {
  const auto us = [](Duration d) { return static_cast<double>(d.count()) / 1e3; };
  const auto& latency = metrics.received_to_published;
  if (json) {
    const nlohmann::json j{{"frames", metrics.frames.value()},
                           {"published", metrics.published.value()},
                           {"received_to_published_us",
                            {{"p50", us(latency.quantile(0.5))},
                             {"p99", us(latency.quantile(0.99))},
                             {"n", latency.count()}}},
                           {"clients_accepted", server.accepted.value()},
                           {"bytes_sent", server.bytes_sent.value()}};
    std::puts(json_text(j).c_str());
    return;
  }
  log::info(
      fmt::format("stopped after {} tracker frames; received to published p50 {:.0f} us, "
                  "p99 {:.0f} us",
                  metrics.frames.value(), us(latency.quantile(0.5)), us(latency.quantile(0.99))));
}

void log_until_end(const Asked& asked, Outlets& outlets) {
  const auto began = std::chrono::steady_clock::now();
  const auto at_most = std::chrono::duration<double>(asked.seconds.value_or(0));
  while (!stop_wanted() && (!asked.seconds || std::chrono::steady_clock::now() < began + at_most)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    log_news(outlets.to_log);
    log_news(outlets.remarks);
  }
}

// Called on the endpoint's thread, the one reader of `view`.
ControlPages pages_of(const EngineMetrics& engine, const ServerStats& server,
                      Latest<StreamView>& view, const ScanRoad& scans) {
  const auto shown = std::make_shared<StreamView>();
  return {[&] { return metrics_text(engine, server, scans.refused()); },
          [&, shown] {
            if (const StreamView* newer = view.take()) *shown = *newer;
            return state_json(engine, server, *shown, scans.refused());
          }};
}

int refuse_port(const Error& why, const char* table, const std::string& config) {
  std::fprintf(stderr,
               "trocar: %s; stop the program that listens there, or choose another port in %s of "
               "%s\n",
               why.detail.c_str(), table, config.c_str());
  return exit_run_time;
}

void log_start(const OrSetup& setup, std::uint16_t port, std::uint16_t control_port) {
  log::info("trocar " TROCAR_VERSION ": research software, not a cleared medical device");
  if (!setup.session) log::warn("no session is kept: the configuration has no [session]");
  for (const InputWarning& w : setup.plan.warnings) {
    log::warn(fmt::format("input gate: {}: {}", to_string(w.issue), w.detail));
  }
  log::info(
      fmt::format("plan {}, serving OpenIGTLink on {} port {}, /metrics and /state on 127.0.0.1 "
                  "port {}",
                  setup.plan.id, setup.server.bind, port, control_port));
}

// Parts with the recorder of a set-up that keeps a session; and what displays may do to it.
struct Recorded {
  EngineParts parts;
  std::unique_ptr<RecordingControl> control;
  std::filesystem::path file;

  // A run that did not begin leaves no session behind.
  void forget() const {
    std::error_code ignored;
    if (!file.empty()) std::filesystem::remove(file, ignored);
  }
};

Result<Recorded> recorded_parts(OrSetup& setup, const TimeSource& time, WallClock wall) {
  Recorded r;
  if (setup.session) {
    auto started = start_session(setup, time, wall);
    if (!started) return started.error();
    log::info(fmt::format("session {}, {} MB free; recording {}", started.value().file.string(),
                          started.value().free_mb,
                          setup.session->record_at_start ? "from now on" : "when a display asks"));
    r.file = started.value().file;
    r.control = recording_control(started.value(), time, !setup.session->record_at_start);
    r.parts.recorder = std::move(started.value().recorder);
    r.parts.record_at_start = setup.session->record_at_start;
  }
  take_parts(setup, r.parts);
  return r;
}

// H9: whoever starts again is unregistered, unless the session proves what stood at its end.
std::vector<Registration> resumed(const Asked& asked, const OrSetup& setup, WallClock wall) {
  if (asked.resume.empty()) return {};
  auto standing = registrations_to_resume(asked.resume, session_setup_of(setup, wall));
  if (!standing) {
    log::warn("not resumed, the engine is unregistered: " + standing.error().detail);
    return {};
  }
  log::info(fmt::format("{} replays to every recorded byte: {} registrations resumed", asked.resume,
                        standing.value().size()));
  return std::move(standing).value();
}

int run(const Asked& asked) {
  OrSetup setup = read_or_setup(asked.config);
  if (setup.log_file) log::to_file(*setup.log_file);
  Outlets outlets;
  const WallClock wall = wall_clock_now(outlets.time);
  const StreamScene scene = scene_of(setup.plan, setup.names);
  std::vector<Registration> known = resumed(asked, setup, wall);
  auto recorded = recorded_parts(setup, outlets.time, wall);
  if (!recorded) {
    std::fprintf(stderr, "trocar: no session can be kept: %s\n", recorded.error().detail.c_str());
    return exit_run_time;
  }
  recorded.value().parts.registrations = std::move(known);
  auto scans = ScanRoad::prepare(setup, recorded.value().parts);
  if (!scans) {
    recorded.value().forget();
    std::fprintf(stderr, "trocar: %s\n", scans.error().detail.c_str());
    return exit_run_time;
  }
  auto server = GuidanceServer::start(
      setup.server, scene,
      {outlets.newest, outlets.lines, outlets.published, outlets.time, wall, &outlets.images,
       &outlets.remarks, &outlets.view, recorded.value().control.get()});
  if (!server) {
    recorded.value().forget();
    return refuse_port(server.error(), "[server]", asked.config);
  }
  Engine engine(
      std::move(recorded.value().parts), outlets.time,
      {outlets.newest, outlets.lines, outlets.to_log, outlets.published, &outlets.images});
  auto control = ControlEndpoint::start(
      setup.control_port,
      pages_of(engine.metrics(), server.value()->stats(), outlets.view, scans.value()));
  if (!control) {
    recorded.value().forget();
    return refuse_port(control.error(), "[control]", asked.config);
  }
  if (const Status opened = scans.value().open(setup); !opened) {
    recorded.value().forget();
    return refuse_port(opened.error(), "[dicom]", asked.config);
  }
  log_start(setup, server.value()->port(), control.value()->port());
  engine.start();
  log_until_end(asked, outlets);
  scans.value().close();
  control.value()->stop();
  engine.stop();
  server.value()->stop();
  report(engine.metrics(), server.value()->stats(), asked.json);
  log::flush();
  return exit_ok;
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("run", about);
  const auto asked = std::make_shared<Asked>();
  command->add_option("config", asked->config, "configuration file")->required();
  command->add_option("--for", asked->seconds, "end after so many seconds")
      ->check(decimal_within(0.001, 1e7));
  command->add_option("--resume", asked->resume,
                      "session of the run that broke off: its registration is taken over when the "
                      "whole session replays to every recorded byte under this configuration");
  command->add_flag("--json", asked->json, "print counters and latencies as JSON at the end");
  command->callback([asked, &exit_code] { exit_code = run(*asked); });
}

}  // namespace trocar
