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

Computed<double> last_fre(const Json& registrations) {
  Computed<double> fre = NotComputable{"no registration was accepted"};
  for (const Json& r : registrations) {
    if (r.contains("fre_mm")) fre = r.at("fre_mm").get<double>();
  }
  return fre;
}

Computed<double> dropped(const Json& rate) {
  Computed<double> drops = figure(rate, "drops");
  if (std::holds_alternative<NotComputable>(drops)) return drops;
  const double lost = std::get<double>(drops);
  const double all = lost + rate.at("n").get<double>();
  if (!(all > 0)) return NotComputable{"no exposure"};
  return lost / all;
}

void add_tool(const Json& tool, SessionRow& row) {
  const std::string name = tool.at("name").get<std::string>() + "/";
  row.measures[name + "uptime"] = figure(tool.at("uptime"));
  row.measures[name + "jitter_mm"] = figure(tool.at("jitter"), "median_rms_mm");
  row.measures[name + "age_p99_ms"] = figure(tool.at("age"), "p99_ms");
  row.measures[name + "rate_hz"] = figure(tool.at("rate"), "hz");
  row.measures[name + "dropped"] = dropped(tool.at("rate"));
  for (const Json& s : tool.at("structures")) {
    const std::string of = name + s.at("id").get<std::string>() + "/";
    row.measures[of + "nearest_mm"] = figure(s.at("nearest"), "tip_to_structure_mm");
    row.measures[of + "predicted_tre_mm"] = figure(s.at("nearest"), "predicted_tre_mm");
    row.measures[of + "breaches"] = s.at("breaches").at("n").get<double>();
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
    row.measures["fre_mm"] = last_fre(report.at("registrations"));
    row.measures["drift_mm"] = figure(report.at("drift_mm"));
    row.measures["handling_p99_ms"] = figure(report.at("handling"), "p99_ms");
    row.measures["reference_seen"] = figure(report.at("reference_seen"));
    row.measures["reference_jump_mm"] = figure(report.at("reference_movement"), "jump_mm");
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
