#include "tools/trocar/replay_report.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tools/trocar/json_text.hpp"
#include "tools/trocar/replay_verdict.hpp"

namespace trocar {
namespace {

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

}  // namespace

void print_json(const Played& played, const Report& report) {
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
  if (played.stopped) j["stopped"] = true;
  if (report.verdict) {
    j["verified"] = report.verdict->exit_code == exit_ok;
    j["verdict"] = report.verdict->why;
  }
  if (report.recomputed) {
    j["registrations"] = nlohmann::json::array();
    for (const Recomputed& r : played.recompute.all()) j["registrations"].push_back(json_of(r));
    j["registrations_without_inputs"] = played.recompute.without_inputs();
  }
  std::puts(json_text(j).c_str());
}

namespace {

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

}  // namespace

void print_text(const Played& played, const Report& report) {
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
  if (report.recomputed) print_recomputed(played.recompute);
  if (report.verdict) {
    std::printf("%s: %s\n", report.verdict->exit_code == exit_ok ? "verified" : "NOT verified",
                report.verdict->why.c_str());
  }
}

}  // namespace trocar
