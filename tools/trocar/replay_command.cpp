#include "tools/trocar/replay_command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/log.hpp"
#include "engine/runtime/recompute.hpp"
#include "engine/runtime/replay.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/or_setup.hpp"
#include "tools/trocar/replay_stage.hpp"
#include "tools/trocar/replay_stepper.hpp"
#include "tools/trocar/stop_flag.hpp"

namespace trocar {
namespace {

constexpr const char* about =
    "Take a recorded session through the navigator again: the recorded inbox, in the recorded\n"
    "order, with the recorded times, and the set-up that is kept in the file.\n"
    "Research software, not a cleared medical device.\n\n"
    "  trocar replay FILE --verify           compare every output with the recorded one, byte by\n"
    "                                        byte; the first that differs is printed, exit code 5\n"
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

// One way through a session, and what came of it.
struct Played {
  explicit Played(Replay& r) : replay(r), recompute(r.setup()) {}
  Replay& replay;
  Recompute recompute;
  std::optional<Timestamp> first;
  Timestamp last{};
  double took_s = 0;
  [[nodiscard]] double session_s() const { return first ? seconds(last - *first) : 0; }
};

nlohmann::json json_of(const Recomputed& r) {
  nlohmann::json j{
      {"sequence", r.sequence}, {"was_accepted", r.was_accepted}, {"is_accepted", r.is_accepted}};
  if (!r.was_accepted || !r.is_accepted) return j;
  j["shift_mm"] = r.shift_mm;
  j["turn_rad"] = r.turn_rad;
  j["fre_difference_mm"] = r.fre_difference_mm;
  return j;
}

// Those that changed most often first.
std::vector<std::pair<std::string, ChangedField>> sorted_fields(const ReplayStats& stats) {
  std::vector<std::pair<std::string, ChangedField>> all(stats.fields.begin(), stats.fields.end());
  std::ranges::stable_sort(
      all, [](const auto& a, const auto& b) { return a.second.times > b.second.times; });
  return all;
}

void print_json(const Played& played, bool recomputed) {
  const Replay& replay = played.replay;
  const ReplayStats& stats = replay.stats();
  nlohmann::json j{{"steps", stats.steps},
                   {"guidances_compared", stats.guidances},
                   {"state_lines_compared", stats.lines},
                   {"differences", stats.differences},
                   {"session_s", played.session_s()},
                   {"took_s", played.took_s},
                   {"chain", hex_of(replay.end().digest)},
                   {"closed", replay.end().closed}};
  if (stats.first) {
    j["first_difference"] = {{"sequence", stats.first->sequence}, {"field", stats.first->what}};
  }
  for (const auto& [path, field] : sorted_fields(stats)) {
    j["changed"].push_back({{"field", path},
                            {"times", field.times},
                            {"first_sequence", field.first.sequence},
                            {"first", field.first.what}});
  }
  if (replay.end().fault) j["damage"] = replay.end().fault->why;
  if (recomputed) {
    j["registrations"] = nlohmann::json::array();
    for (const Recomputed& r : played.recompute.all()) j["registrations"].push_back(json_of(r));
    j["registrations_without_inputs"] = played.recompute.without_inputs();
  }
  std::puts(j.dump().c_str());
}

void print_recomputed(const Recompute& recompute) {
  const auto word = [](bool accepted) { return accepted ? "accepted" : "refused"; };
  for (const Recomputed& r : recompute.all()) {
    std::printf("registration of sequence %llu: was %s, is %s",
                static_cast<unsigned long long>(r.sequence), word(r.was_accepted),
                word(r.is_accepted));
    if (r.was_accepted && r.is_accepted) {
      std::printf("; %.3g mm apart at the worst fiducial, turned by %.3g rad, FRE %+.3g mm",
                  r.shift_mm, r.turn_rad, r.fre_difference_mm);
    }
    std::printf("\n");
  }
  if (recompute.without_inputs() > 0) {
    std::printf(
        "%llu registrations are not computable: what they were made of is not in the "
        "record\n",
        static_cast<unsigned long long>(recompute.without_inputs()));
  }
  if (recompute.all().empty() && recompute.without_inputs() == 0) {
    std::printf("no registration in the record\n");
  }
}

void print_fields(const ReplayStats& stats) {
  constexpr std::size_t most = 20;
  const auto all = sorted_fields(stats);
  for (std::size_t i = 0; i < std::min(most, all.size()); ++i) {
    std::printf("%8llu times, first in sequence %llu: %s\n",
                static_cast<unsigned long long>(all[i].second.times),
                static_cast<unsigned long long>(all[i].second.first.sequence),
                all[i].second.first.what.c_str());
  }
  if (all.size() > most) std::printf("         and %zu fields more\n", all.size() - most);
}

void print_text(const Played& played) {
  const ReplayStats& stats = played.replay.stats();
  std::printf(
      "%llu steps, %.1f s of session in %.2f s; %llu guidances and %llu state lines compared, "
      "%llu differ\n",
      static_cast<unsigned long long>(stats.steps), played.session_s(), played.took_s,
      static_cast<unsigned long long>(stats.guidances),
      static_cast<unsigned long long>(stats.lines),
      static_cast<unsigned long long>(stats.differences));
  if (stats.first) {
    std::printf("first difference: sequence %llu: %s\n",
                static_cast<unsigned long long>(stats.first->sequence), stats.first->what.c_str());
  }
  print_fields(stats);
  if (const auto& fault = played.replay.end().fault) {
    std::printf("the file ends at byte %llu: %s\n", static_cast<unsigned long long>(fault->at),
                fault->why.c_str());
  }
}

// How many times as fast as it was; none: as fast as it goes.
std::optional<double> speed_of(const Asked& asked) {
  if (asked.step || asked.speed == "max") return std::nullopt;
  if (asked.speed.empty()) return asked.port ? std::optional(1.0) : std::nullopt;
  double times = 1;  // from_chars: the same in every locale (H11)
  std::from_chars(asked.speed.data(), asked.speed.data() + asked.speed.size(), times);
  return times;
}

// What the steps from --from on are shown to: displays, a person, or nobody.
class Audience {
 public:
  explicit Audience(const Asked& asked) : asked_(asked), speed_(speed_of(asked)) {}

  // False to end: a person has seen enough.
  Result<bool> show(const Played& played, const Step& step) {
    if (step.now - *played.first < duration_from_ms(asked_.from_s * 1e3)) return true;
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
  while (const Step* step = played.replay.advance()) {
    if (!played.first) played.first = step->now;
    played.last = step->now;
    if (asked.recompute) played.recompute.take(*step, played.replay.navigator());
    const auto shown = audience.show(played, *step);
    if (!shown) return shown.error();
    if (!shown.value() || stop_wanted()) break;
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
  if (asked.json) {
    print_json(played, asked.recompute);
  } else {
    print_text(played);
    if (asked.recompute) print_recomputed(played.recompute);
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
  command->add_flag("--recompute", asked->recompute, "run the registrations again");
  command->add_option("--listen", asked->port, "serve OpenIGTLink on this port of this host");
  command->add_flag("--step", asked->step, "one step per line on stdin");
  command->add_option("--speed", asked->speed, "times as fast as it was, or max")
      ->check(CLI::Range(0.01, 1000.0) | CLI::IsMember({"max"}));
  command->add_option("--from", asked->from_s, "show from so many seconds after the beginning on")
      ->check(CLI::Range(0.0, 1e7));
  command->add_option("--with", asked->with, "replay under this configuration");
  command->add_flag("--json", asked->json, "one JSON object");
  command->callback([asked, &exit_code] { exit_code = replay_one(*asked); });
}

}  // namespace trocar
