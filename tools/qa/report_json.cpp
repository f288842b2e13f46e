#include "tools/qa/report_json.hpp"

#include <fmt/format.h>

#include <fstream>

namespace trocar::qa {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* bytes_key = "bytes";

template <class T, class F>
Json maybe(const Computed<T>& value, F json) {
  if (const auto* no = std::get_if<NotComputable>(&value)) return {{"not_computable", no->why}};
  return json(std::get<T>(value));
}

Json of(const Latency& l) {
  Json bars = Json::array();
  for (const Latency::Bar& b : l.bars) {
    bars.push_back({{"from_ms", b.from_ms}, {"to_ms", b.to_ms}, {"n", b.n}});
  }
  return {{"p50_ms", l.p50_ms},
          {"p99_ms", l.p99_ms},
          {"max_ms", l.max_ms},
          {"n", l.n},
          {"histogram", bars}};
}

Json of(const Span& s) { return {{"from_s", s.from_s}, {"to_s", s.to_s}, {"what", s.what}}; }

Json of(const Breach& b) {
  return {{"from_s", b.from_s}, {"duration_s", b.duration_s}, {"depth_mm", b.depth_mm}};
}

Json of(const OfRegistration& r) {
  if (!r.accepted) return {{"at_s", r.at_s}, {"refused", r.refused}};
  return {{"at_s", r.at_s},
          {"fre_mm", r.fre_mm},
          {"points", r.points},
          {"moved_mm", maybe(r.moved_mm, [](double mm) { return Json(mm); })}};
}

template <class T, std::size_t most>
Json of(const FirstOf<T, most>& many) {
  Json first = Json::array();
  for (const T& one : many.first()) first.push_back(of(one));
  return {{"n", many.n()}, {"first", first}};
}

Json of(const SecondsOf& all) {
  Json seconds = Json::object();
  for (const auto& [what, s] : all) seconds[what] = s;
  return seconds;
}

Json number(const Computed<double>& value) {
  return maybe(value, [](double v) { return Json(v); });
}

Json jitter_of(const Computed<Jitter>& value) {
  return maybe(value, [](const Jitter& j) {
    return Json{{"median_rms_mm", j.median_mm}, {"n", j.windows}};
  });
}

// Pieces of the time in which nothing was shown are left out.
Json curve_of(const Envelope& curve) {
  Json pieces = Json::array();
  for (std::size_t i = 0; i < curve.pieces().size(); ++i) {
    const Envelope::Piece& p = curve.pieces()[i];
    if (!p.any) continue;
    pieces.push_back({curve.from_s() + curve.piece_s() * static_cast<double>(i), p.low, p.high,
                      p.band_low, p.band_high});
  }
  return {{"piece_s", curve.piece_s()},
          {"columns", {"from_s", "least_mm", "greatest_mm", "band_low_mm", "band_high_mm"}},
          {"pieces", pieces}};
}

Json of(const Nearest& n) {
  return {{"tip_to_structure_mm", n.tip_mm},
          {"bound_95_mm", n.bound_95_mm},
          {"predicted_tre_mm", n.predicted_tre_mm},
          {"at_s", n.at_s}};
}

Json of(const Clearance& c) {
  return {{"shaft_clearance_mm", c.shaft_mm},
          {"bound_95_mm", c.bound_95_mm},
          {"shaft_at_mm", c.behind_tip_mm},
          {"at_s", c.at_s}};
}

// A target is reached, a critical structure breached: the same times, not the same news.
Json of(const OfStructure& s) {
  Json inside = of(s.inside);
  inside["total_s"] = s.inside_s;
  return {{"id", s.id},
          {"kind", s.kind},
          {"role", s.is_target ? "target" : "critical"},
          {"nearest", maybe(s.nearest, [](const Nearest& n) { return of(n); })},
          {"least_clearance", maybe(s.least_clearance, [](const Clearance& c) { return of(c); })},
          {"clearance_below_stop_s", s.below_stop_s},
          {"clearance_below_warn_s", s.below_warn_s},
          {"predicted_tre",
           maybe(s.predicted_tre,
                 [](const Tre& t) {
                   return Json{{"least_mm", t.least_mm}, {"greatest_mm", t.greatest_mm}};
                 })},
          {"stop_mm", s.stop_mm},
          {"warn_mm", s.warn_mm},
          {"time_in_zone_s", of(s.zone_s)},
          {s.is_target ? "inside" : "breaches", inside},
          {"curve", curve_of(s.curve)}};
}

Json of(const Tracked& t) {
  return {{"uptime", number(t.uptime)},
          {"missing_s", of(t.missing_s)},
          {"gaps", of(t.gaps)},
          {"rate", maybe(t.rate,
                         [](const Rate& r) {
                           return Json{{"hz", r.hz}, {"drops", r.drops}, {"n", r.exposures}};
                         })},
          {"jitter", jitter_of(t.jitter)}};
}

Json of(const Shown& s) {
  return {{"uptime", number(s.uptime)},
          {"withheld_s", of(s.withheld_s)},
          {"gaps", of(s.gaps)},
          {"jitter", jitter_of(s.jitter)},
          {"age", maybe(s.age, [](const Latency& l) { return of(l); })}};
}

Json of(const OfTool& t) {
  Json structures = Json::array();
  for (const OfStructure& s : t.structures) structures.push_back(of(s));
  return {{"name", t.name},
          {"tracked", of(t.tracked)},
          {"shown", of(t.shown)},
          {"reached", maybe(t.reached,
                            [](const Reached& r) {
                              return Json{{"entry_mm", r.entry_mm},
                                          {"target_mm", r.target_mm},
                                          {"angle_rad", r.angle_rad},
                                          {"depth_to_target_mm", r.depth_to_target_mm},
                                          {"at_s", r.at_s}};
                            })},
          {"structures", structures}};
}

Json of(const Change& c) {
  return {{"found", c.found}, {"at_s", c.at_s},         {"shift_mm", c.shift_mm},
          {"score", c.score}, {"noise_mm", c.noise_mm}, {"n", c.seconds}};
}

Json of(const Movement& m) {
  return {{"jump_mm", m.jump_mm}, {"noise_rms_mm", m.noise_mm}, {"at_s", m.at_s}};
}

}  // namespace

nlohmann::ordered_json json_of(const Report& r) {
  Json references = Json::array();
  for (const OfReference& one : r.references) {
    references.push_back({{"name", one.name}, {"tracked", of(one.tracked)}});
  }
  Json tools = Json::array();
  for (const OfTool& t : r.tools) tools.push_back(of(t));
  return {{"schema", Report::schema_version},
          {"session", r.session},
          {bytes_key, r.bytes},
          {"chain", r.chain},
          {"trocar", r.trocar_version},
          {"plan", r.plan},
          {"utc_at_start_ns", r.utc_at_start_ns},
          {"begins_s", r.begins_s},
          {"duration_s", r.duration_s},
          {"whole", r.whole},
          {"ends_early", r.end},
          {"guidances", r.guidances},
          {"states", of(r.states)},
          {"time_in_state_s", of(r.state_s)},
          {"events", of(r.events)},
          {"alarms", r.alarms},
          {"registrations", of(r.registrations)},
          {"fre_mm", number(r.fre_mm)},
          {"verifications", of(r.verifications)},
          {"device", maybe(r.device, [](const Latency& l) { return of(l); })},
          {"handling", maybe(r.handling, [](const Latency& l) { return of(l); })},
          {"reference_movement", maybe(r.reference, [](const Movement& m) { return of(m); })},
          {"reference_change_point", maybe(r.change, [](const Change& c) { return of(c); })},
          {"drift_mm", number(r.drift_mm)},
          {"references", references},
          {"tools", tools}};
}

std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

bool is_report_of(const std::filesystem::path& report, std::uint64_t session_bytes) {
  std::ifstream in(report, std::ios::binary);
  const std::string schema = fmt::format(" \"schema\": {},", Report::schema_version);
  const std::string bytes = fmt::format(" \"{}\": {},", bytes_key, session_bytes);
  std::size_t found = 0;
  std::string line;
  for (int i = 0; i < 5 && std::getline(in, line); ++i) {
    found += line == schema || line == bytes ? 1 : 0;
  }
  return found == 2;
}

}  // namespace trocar::qa
