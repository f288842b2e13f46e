#include "tools/trocar/replay_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>

#include "engine/base/log.hpp"
#include "engine/igtl/guidance_server.hpp"
#include "engine/runtime/replay.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/or_setup.hpp"
#include "tools/trocar/plan_scene.hpp"
#include "tools/trocar/stop_flag.hpp"

namespace trocar {
namespace {

constexpr const char* about =
    "Take a recorded session through the navigator again: the recorded inbox, in the recorded\n"
    "order, with the recorded times, and the set-up that is kept in the file.\n"
    "Research software, not a cleared medical device.\n\n"
    "  trocar replay FILE --verify           compare every output with the recorded one, byte by\n"
    "                                        byte; the first that differs is printed, exit code 5\n"
    "  trocar replay FILE --listen 18944     serve it over OpenIGTLink like a live engine, at\n"
    "                                        --speed 1 (the default then), from --from SECONDS\n"
    "  trocar replay FILE --with CONFIG      the same inbox under another configuration, and what\n"
    "                                        that changes";

struct Asked {
  std::string file;
  bool verify = false;
  bool json = false;
  std::optional<double> speed;
  double from_s = 0;
  std::optional<std::uint16_t> port;
  std::string with;
};

// Recorded time, as it passes for the display clients: `speed` times as fast as it did.
class PlayerTime final : public TimeSource {
 public:
  PlayerTime(Timestamp from, double speed) : from_(from), speed_(speed) {}
  [[nodiscard]] Timestamp now() const override {
    const std::chrono::duration<double, std::nano> passed =
        std::chrono::steady_clock::now() - began_;
    return from_ + std::chrono::duration_cast<Duration>(passed * speed_);
  }
  void wait_until(Timestamp t) const {
    const std::chrono::duration<double, std::nano> left = (t - now()) / speed_;
    if (left.count() > 0) std::this_thread::sleep_for(left);
  }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  Timestamp from_;
  double speed_;
};

// What a replay is streamed through.
struct Stage {
  Latest<Guidance> newest;
  StateLineRing lines;
  Signal published;
  std::unique_ptr<PlayerTime> time;
  std::unique_ptr<GuidanceServer> server;

  void show(const Navigator& navigator, bool was_published) {
    for (const StateLine& line : navigator.lines()) lines.push(line);
    if (!was_published) return;
    newest.publish(navigator.guidance());
    published.notify();
  }
};

Status open_stage(const Asked& asked, const SessionSetup& setup, Timestamp from, Stage& stage) {
  std::vector<std::string> tools;
  for (const ToolModel& t : setup.tools) {
    tools.push_back(t.role == ToolRole::tool ? t.name : "");
  }
  std::vector<StreamNames::StructureNames> structures;
  for (const Structure& s : setup.plan.structures) {
    structures.push_back({s.id, setup.plan.vertebrae[s.vertebra.index].name});
  }
  auto names = StreamNames::check(tools, structures);
  if (!names) return names.error();
  ServerConfig config;
  config.port = *asked.port;
  stage.time = std::make_unique<PlayerTime>(from, asked.speed.value_or(1));
  auto server = GuidanceServer::start(config, scene_of(setup.plan, names.value()),
                                      {stage.newest,
                                       stage.lines,
                                       stage.published,
                                       *stage.time,
                                       {Timestamp{}, setup.utc_at_zero_ns}});
  if (!server) return server.error();
  stage.server = std::move(server).value();
  log::info(fmt::format("replaying {}, serving OpenIGTLink on {} port {}", asked.file, config.bind,
                        stage.server->port()));
  return Done{};
}

int fail(const Error& why) {
  std::fprintf(stderr, "trocar: %s\n", why.detail.c_str());
  return exit_run_time;
}

void print_json(const Replay& replay, double took_s, double session_s) {
  const ReplayStats& stats = replay.stats();
  nlohmann::json j{{"steps", stats.steps},
                   {"guidances_compared", stats.guidances},
                   {"state_lines_compared", stats.lines},
                   {"differences", stats.differences},
                   {"session_s", session_s},
                   {"took_s", took_s},
                   {"chain", hex_of(replay.end().digest)},
                   {"closed", replay.end().closed}};
  if (stats.first) {
    j["first_difference"] = {{"sequence", stats.first->sequence}, {"field", stats.first->what}};
  }
  if (replay.end().fault) j["damage"] = replay.end().fault->why;
  std::puts(j.dump().c_str());
}

void print_text(const Replay& replay, double took_s, double session_s) {
  const ReplayStats& stats = replay.stats();
  std::printf(
      "%llu steps, %.1f s of session in %.2f s; %llu guidances and %llu state lines compared, "
      "%llu differ\n",
      static_cast<unsigned long long>(stats.steps), session_s, took_s,
      static_cast<unsigned long long>(stats.guidances),
      static_cast<unsigned long long>(stats.lines),
      static_cast<unsigned long long>(stats.differences));
  if (stats.first) {
    std::printf("first difference: sequence %llu: %s\n",
                static_cast<unsigned long long>(stats.first->sequence), stats.first->what.c_str());
  }
  if (const auto& fault = replay.end().fault) {
    std::printf("the file ends at byte %llu: %s\n", static_cast<unsigned long long>(fault->at),
                fault->why.c_str());
  }
}

// Runs to the end, or to Ctrl-C.
Status play(const Asked& asked, Replay& replay, Timestamp& first, Timestamp& last) {
  Stage stage;
  bool any = false;
  while (const Step* step = replay.advance()) {
    if (!any) first = step->now;
    any = true;
    last = step->now;
    const bool shown = step->now - first >= duration_from_ms(asked.from_s * 1e3);
    if (asked.port && shown) {
      if (!stage.server) {
        Status opened = open_stage(asked, replay.setup(), step->now, stage);
        if (!opened) return opened;
      }
      stage.time->wait_until(step->now);
      stage.show(replay.navigator(), replay.was_published());
    }
    if (stop_wanted()) break;
  }
  if (stage.server) stage.server->stop();
  return Done{};
}

int replay_one(const Asked& asked) {
  const auto began = std::chrono::steady_clock::now();
  auto opened = Replay::open(asked.file);
  if (!opened) return fail(opened.error());
  Replay& replay = *opened.value();
  if (!asked.with.empty()) {
    OrSetup other = read_or_setup(asked.with);
    replay.use(std::make_unique<Navigator>(other.navigator, other.tools, std::move(other.model)));
  }
  Timestamp first{};
  Timestamp last{};
  if (const Status played = play(asked, replay, first, last); !played) return fail(played.error());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  if (asked.json) {
    print_json(replay, took.count(), seconds(last - first));
  } else {
    print_text(replay, took.count(), seconds(last - first));
  }
  if (replay.error()) return fail(*replay.error());
  return asked.verify && replay.stats().differences > 0 ? exit_check_failed : exit_ok;
}

}  // namespace

void add_replay(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("replay", about);
  const auto asked = std::make_shared<Asked>();
  command->add_option("FILE", asked->file, "session")->required();
  command->add_flag("--verify", asked->verify, "exit code 5 when an output differs");
  command->add_option("--listen", asked->port, "serve OpenIGTLink on this port of this host");
  command->add_option("--speed", asked->speed, "times as fast, with --listen")
      ->check(CLI::Range(0.01, 1000.0));
  command->add_option("--from", asked->from_s, "seconds after the beginning, with --listen")
      ->check(CLI::Range(0.0, 1e7));
  command->add_option("--with", asked->with, "replay under this configuration");
  command->add_flag("--json", asked->json, "one JSON object");
  command->callback([asked, &exit_code] { exit_code = replay_one(*asked); });
}

}  // namespace trocar
