#include "tools/qa/session_row.hpp"

#include <utility>

namespace trocar::qa {
namespace {

using Json = nlohmann::ordered_json;

// {"not_computable": why}, or the number that `key` names in it; without a key, itself.
Computed<double> figure(const Json& value, const char* key = nullptr) {
  if (value.is_object() && value.contains("not_computable")) {
    return NotComputable{value.at("not_computable").get<std::string>()};
  }
  return key != nullptr ? value.at(key).get<double>() : value.get<double>();
}

Computed<double> dropped(const Json& rate) {
  Computed<double> drops = figure(rate, "drops");
  if (std::holds_alternative<NotComputable>(drops)) return drops;
  const double lost = std::get<double>(drops);
  const double all = lost + rate.at("n").get<double>();
  if (!(all > 0)) return NotComputable{"no exposure"};
  return lost / all;
}

void add_tracked(const std::string& name, const Json& tracked, SessionRow& row) {
  row.measures[name + "tracked_uptime"] = figure(tracked.at("uptime"));
  row.measures[name + "tracked_jitter_mm"] = figure(tracked.at("jitter"), "median_rms_mm");
  row.measures[name + "rate_hz"] = figure(tracked.at("rate"), "hz");
  row.measures[name + "dropped"] = dropped(tracked.at("rate"));
}

void add_structure(const std::string& of, const Json& s, SessionRow& row) {
  row.measures[of + "nearest_mm"] = figure(s.at("nearest"), "tip_to_structure_mm");
  row.measures[of + "least_clearance_mm"] = figure(s.at("least_clearance"), "shaft_clearance_mm");
  row.measures[of + "predicted_tre_mm"] = figure(s.at("nearest"), "predicted_tre_mm");
  if (s.at("role") == "target") {
    row.measures[of + "in_target_s"] = s.at("inside").at("total_s").get<double>();
  } else {
    row.measures[of + "breaches"] = s.at("breaches").at("n").get<double>();
  }
}

void add_tool(const Json& tool, SessionRow& row) {
  const std::string name = tool.at("name").get<std::string>() + "/";
  add_tracked(name, tool.at("tracked"), row);
  const Json& shown = tool.at("shown");
  row.measures[name + "shown_uptime"] = figure(shown.at("uptime"));
  row.measures[name + "shown_jitter_mm"] = figure(shown.at("jitter"), "median_rms_mm");
  row.measures[name + "age_p99_ms"] = figure(shown.at("age"), "p99_ms");
  for (const Json& s : tool.at("structures")) {
    add_structure(name + s.at("id").get<std::string>() + "/", s, row);
  }
}

// nlohmann-json throws where a value is missing or of another kind.
template <class F>
Result<SessionRow> read(F fill) {
  try {
    SessionRow row;
    fill(row);
    return row;
  } catch (const nlohmann::json::exception& why) {
    return Error{Code::malformed, why.what()};
  }
}

void read_head(const Json& from, SessionRow& row) {
  row.session = from.at("session").get<std::string>();
  row.chain = from.at("chain").get<std::string>();
  row.utc_at_start_ns = from.at("utc_at_start_ns").get<std::int64_t>();
  row.plan = from.at("plan").get<std::string>();
  row.whole = from.at("whole").get<bool>();
  row.duration_s = from.at("duration_s").get<double>();
}

}  // namespace

Result<SessionRow> row_of_report(const Json& report) {
  return read([&](SessionRow& row) {
    read_head(report, row);
    row.measures["fre_mm"] = figure(report.at("fre_mm"));
    row.measures["drift_mm"] = figure(report.at("drift_mm"));
    row.measures["handling_p99_ms"] = figure(report.at("handling"), "p99_ms");
    row.measures["reference_jump_mm"] = figure(report.at("reference_movement"), "jump_mm");
    for (const Json& one : report.at("references")) {
      add_tracked(one.at("name").get<std::string>() + "/", one.at("tracked"), row);
    }
    for (const Json& tool : report.at("tools")) add_tool(tool, row);
  });
}

Json json_of(const SessionRow& row) {
  Json measures = Json::object();
  for (const auto& [name, value] : row.measures) {
    const auto* no = std::get_if<NotComputable>(&value);
    measures[name] =
        no != nullptr ? Json{{"not_computable", no->why}} : Json(std::get<double>(value));
  }
  return {{"session", row.session}, {"chain", row.chain}, {"utc_at_start_ns", row.utc_at_start_ns},
          {"plan", row.plan},       {"whole", row.whole}, {"duration_s", row.duration_s},
          {"measures", measures}};
}

Result<SessionRow> row_of_json(const Json& from) {
  return read([&](SessionRow& row) {
    read_head(from, row);
    for (const auto& [name, value] : from.at("measures").items())
      row.measures[name] = figure(value);
  });
}

}  // namespace trocar::qa
