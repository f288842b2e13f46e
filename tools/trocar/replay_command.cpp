#include "tools/trocar/replay_command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/log.hpp"
#include "engine/runtime/replay.hpp"
#include "tools/trocar/decimal.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/or_setup.hpp"
#include "tools/trocar/progress_bar.hpp"
#include "tools/trocar/replay_report.hpp"
#include "tools/trocar/replay_stage.hpp"
#include "tools/trocar/replay_stepper.hpp"
#include "tools/trocar/replay_verdict.hpp"
#include "tools/trocar/stop_flag.hpp"

namespace trocar {
namespace {

constexpr const char* about =
    "Take a recorded session through the navigator again: the recorded inbox, in the recorded\n"
    "order, with the recorded times, and the set-up that is kept in the file.\n"
    "Research software, not a cleared medical device.\n\n"
    "  trocar replay FILE --verify           compare every output with the recorded one, byte by\n"
    "                                        byte. Exit code 5 when one differs (the first is\n"
    "                                        printed), when the file is damaged or altered, and\n"
    "                                        when there is nothing to compare; 1 when it was\n"
    "                                        stopped; 0 for a recording that was merely cut "
    "short,\n"
    "                                        as far as it goes\n"
    "  trocar replay FILE --listen 18944     serve it over OpenIGTLink like a live engine, in "
    "real\n"
    "                                        time; --speed 4 four times as fast, --speed max as\n"
    "                                        fast as it goes; from --from SECONDS on\n"
    "  trocar replay FILE --step             tell each step and wait for a line on stdin: empty "
    "one\n"
    "                                        more, a number so many, `g` up to the next "
    "difference,\n"
    "                                        `q` no more; from --from SECONDS on\n"
    "  trocar replay FILE --recompute        register again by the recorded touches, and how far\n"
    "                                        that is from the recorded registrations\n"
    "  trocar replay FILE --with CONFIG      the same inbox under another configuration, and what\n"
    "                                        that changes, field by field";

struct Asked {
  std::string file;
  bool verify = false;
  bool recompute = false;
  bool json = false;
  std::string speed;  // "": real time with displays, else as fast as it goes
  bool step = false;
  double from_s = 0;
  std::optional<std::uint16_t> port;
  std::string with;
};

int fail(const Error& why) {
  std::fprintf(stderr, "trocar: %s\n", why.detail.c_str());
  return exit_run_time;
}

// How many times as fast as it was; none: as fast as it goes.
std::optional<double> speed_of(const Asked& asked) {
  if (asked.step || asked.speed == "max") return std::nullopt;
  if (asked.speed.empty()) return asked.port ? std::optional(1.0) : std::nullopt;
  return decimal_of(asked.speed);
}

// What the steps from --from on are shown to: displays, a person, or nobody.
class Audience {
 public:
  explicit Audience(const Asked& asked) : asked_(asked), speed_(speed_of(asked)) {}

  // False to end: a person has seen enough.
  Result<bool> show(Played& played, const Step& step) {
    if (step.now - *played.first < duration_from_ms(asked_.from_s * 1e3)) return true;
    played.shown = true;
    if (asked_.port && !stage_) {
      if (const Status begun = open_stage(played, step); !begun) return begun.error();
    }
    if (speed_ && !time_) time_.emplace(step.now, *speed_);
    if (time_) time_->wait_until(step.now);
    if (stage_) stage_->show(played.replay.navigator(), played.replay.was_published());
    return !asked_.step || stepper_.after(step, played.replay);
  }

 private:
  Status open_stage(const Played& played, const Step& step) {
    // A clock of their own for the displays: what is shown as fast as it goes is always just now.
    stage_.emplace(step.now, speed_.value_or(1));
    const auto port = stage_->open(played.replay.setup(), *asked_.port);
    if (!port) return port.error();
    log::info("replaying " + asked_.file + ", serving OpenIGTLink on port " +
              std::to_string(port.value()));
    return Done{};
  }

  const Asked& asked_;
  std::optional<double> speed_;
  std::optional<PlayerTime> time_;
  std::optional<ReplayStage> stage_;
  ReplayStepper stepper_;
};

// Runs to the end, to Ctrl-C, or until a person has seen enough.
Status play(const Asked& asked, Played& played) {
  Audience audience(asked);
  ProgressBar bar("verified", asked.verify && !asked.step && !asked.port);
  while (const Step* step = played.replay.advance()) {
    if (!played.first) played.first = step->now;
    played.last = step->now;
    if (asked.recompute) played.recompute.take(*step, played.replay.navigator());
    const auto shown = audience.show(played, *step);
    if (!shown) return shown.error();
    played.stopped = !shown.value() || stop_wanted();
    if (played.stopped) break;
    bar.tell(played.replay.end().whole_bytes, played.replay.end().file_bytes);
  }
  return Done{};
}

// The recorded frames name tools by their place, so another configuration must have the same.
Status use_other(const std::string& config, Replay& replay) {
  OrSetup other = read_or_setup(config);
  const std::vector<ToolModel>& tools = replay.setup().tools;
  const auto same_name = [](const ToolModel& a, const ToolModel& b) { return a.name == b.name; };
  if (!std::ranges::equal(tools, other.tools, same_name)) {
    return Error{Code::inconsistent, config + ": expected the session's tools in its order"};
  }
  replay.use(std::make_unique<Navigator>(other.navigator, other.tools, std::move(other.model)));
  return Done{};
}

int fail_from(const Asked& asked, const Played& played) {
  std::fprintf(stderr, "trocar replay: --from %g: the session is %.1f s long\n", asked.from_s,
               played.session_s());
  return exit_usage;
}

int replay_one(const Asked& asked) {
  const auto began = std::chrono::steady_clock::now();
  auto opened = Replay::open(asked.file);
  if (!opened) return fail(opened.error());
  Replay& replay = *opened.value();
  if (!asked.with.empty()) {
    if (const Status used = use_other(asked.with, replay); !used) return fail(used.error());
    replay.keep_fields();
  }
  Played played(replay);
  if (const Status done = play(asked, played); !done) return fail(done.error());
  played.took_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  if (asked.from_s > 0 && !played.shown && !played.stopped && !replay.error()) {
    return fail_from(asked, played);
  }
  Verdict verdict;
  if (asked.verify) verdict = verdict_of(asked.file, played);
  const Report report{asked.recompute, asked.verify ? &verdict : nullptr};
  asked.json ? print_json(played, report) : print_text(played, report);
  if (replay.error()) return fail(*replay.error());
  return verdict.exit_code;
}

}  // namespace

void add_replay(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("replay", about);
  const auto asked = std::make_shared<Asked>();
  command->add_option("FILE", asked->file, "session")->required();
  command->add_flag("--verify", asked->verify, "exit code 5 unless all is as it was recorded");
  command->add_flag("--recompute", asked->recompute, "run the registrations again");
  command->add_option("--listen", asked->port, "serve OpenIGTLink on this port of this host");
  command->add_flag("--step", asked->step, "one step per line on stdin");
  command->add_option("--speed", asked->speed, "times as fast as it was, or max")
      ->check(decimal_within(0.01, 1000, "max"));
  command->add_option("--from", asked->from_s, "show from so many seconds after the beginning on")
      ->check(decimal_within(0, 1e7));
  command->add_option("--with", asked->with, "replay under this configuration");
  command->add_flag("--json", asked->json, "one JSON object");
  command->callback([asked, &exit_code] { exit_code = replay_one(*asked); });
}

}  // namespace trocar
