#include "tools/qa/report_json.hpp"

namespace trocar::qa {
namespace {

using Json = nlohmann::ordered_json;

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

Json of(const std::vector<Span>& spans) {
  Json all = Json::array();
  for (const Span& s : spans) {
    all.push_back({{"from_s", s.from_s}, {"to_s", s.to_s}, {"what", s.what}});
  }
  return all;
}

// Pieces of the time in which nothing was shown are left out.
Json curve_of(const Envelope& curve) {
  Json pieces = Json::array();
  for (std::size_t i = 0; i < curve.pieces().size(); ++i) {
    const Envelope::Piece& p = curve.pieces()[i];
    if (!p.any) continue;
    pieces.push_back(
        {curve.piece_s() * static_cast<double>(i), p.low, p.high, p.band_low, p.band_high});
  }
  return {{"piece_s", curve.piece_s()},
          {"columns", {"from_s", "least_mm", "greatest_mm", "band_low_mm", "band_high_mm"}},
          {"pieces", pieces}};
}

Json of(const OfStructure& s) {
  Json breaches = Json::array();
  for (const Breach& b : s.breaches) {
    breaches.push_back(
        {{"from_s", b.from_s}, {"duration_s", b.duration_s}, {"depth_mm", b.depth_mm}});
  }
  Json zones = Json::object();
  for (const auto& [zone, zone_s] : s.zone_s) zones[zone] = zone_s;
  return {{"id", s.id},
          {"nearest", maybe(s.nearest,
                            [](const Nearest& n) {
                              return Json{{"tip_to_structure_mm", n.tip_mm},
                                          {"bound_95_mm", n.bound_95_mm},
                                          {"predicted_tre_mm", n.predicted_tre_mm},
                                          {"at_s", n.at_s}};
                            })},
          {"predicted_tre",
           maybe(s.predicted_tre,
                 [](const Tre& t) {
                   return Json{{"least_mm", t.least_mm}, {"greatest_mm", t.greatest_mm}};
                 })},
          {"stop_mm", s.stop_mm},
          {"warn_mm", s.warn_mm},
          {"time_in_zone_s", zones},
          {"breaches", {{"n", s.breach_count}, {"first", breaches}}},
          {"curve", curve_of(s.curve)}};
}

Json of(const OfTool& t) {
  Json structures = Json::array();
  for (const OfStructure& s : t.structures) structures.push_back(of(s));
  return {{"name", t.name},
          {"uptime", maybe(t.uptime, [](double u) { return Json(u); })},
          {"gaps", {{"n", t.gap_count}, {"first", of(t.gaps)}}},
          {"rate", maybe(t.rate,
                         [](const Rate& r) {
                           return Json{{"hz", r.hz}, {"drops", r.drops}, {"n", r.exposures}};
                         })},
          {"jitter", maybe(t.jitter,
                           [](const Jitter& j) {
                             return Json{{"median_rms_mm", j.median_mm}, {"n", j.windows}};
                           })},
          {"age", maybe(t.age, [](const Latency& l) { return of(l); })},
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

Json of(const std::vector<OfRegistration>& registrations) {
  Json all = Json::array();
  for (const OfRegistration& r : registrations) {
    if (r.accepted) {
      all.push_back({{"at_s", r.at_s},
                     {"fre_mm", r.fre_mm},
                     {"points", r.points},
                     {"moved_mm", maybe(r.moved_mm, [](double mm) { return Json(mm); })}});
    } else {
      all.push_back({{"at_s", r.at_s}, {"refused", r.refused}});
    }
  }
  return all;
}

}  // namespace

nlohmann::ordered_json json_of(const Report& r) {
  Json tools = Json::array();
  for (const OfTool& t : r.tools) tools.push_back(of(t));
  return {
      {"schema", Report::schema_version},
      {"session", r.session},
      {"trocar", r.trocar_version},
      {"plan", r.plan},
      {"chain", r.chain},
      {"utc_at_start_ns", r.utc_at_start_ns},
      {"duration_s", r.duration_s},
      {"whole", r.whole},
      {"ends_early", r.end},
      {"guidances", r.guidances},
      {"states", of(r.states)},
      {"events", {{"n", r.event_count}, {"first", of(r.events)}}},
      {"registrations", of(r.registrations)},
      {"verifications", of(r.verifications)},
      {"device", maybe(r.device, [](const Latency& l) { return of(l); })},
      {"handling", maybe(r.handling, [](const Latency& l) { return of(l); })},
      {"reference_seen", maybe(r.reference_seen, [](double u) { return Json(u); })},
      {"reference_movement",
       maybe(r.reference,
             [](const Movement& m) {
               return Json{{"jump_mm", m.jump_mm}, {"noise_rms_mm", m.noise_mm}, {"at_s", m.at_s}};
             })},
      {"reference_change_point", maybe(r.change, [](const Change& c) { return of(c); })},
      {"drift_mm", maybe(r.drift_mm, [](double d) { return Json(d); })},
      {"tools", tools}};
}

}  // namespace trocar::qa
