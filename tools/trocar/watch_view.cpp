#include "tools/trocar/watch_view.hpp"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/base/fixed_number.hpp"
#include "tools/trocar/json_text.hpp"

namespace trocar {

namespace {

std::string left(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text + ' ';
}

std::string right(const std::string& text, std::size_t width) {
  return (text.size() < width ? std::string(width - text.size(), ' ') : "") + text + ' ';
}

std::string with_bound(const std::string& value, const std::string& bound) {
  return value.empty() ? "-" : value + " +-" + bound;
}

std::string colour_of(const WatchRow& r) {
  if (r.stale) return "\033[90m";
  if (!r.why.empty()) return "\033[35m";
  if (r.zone == "stop") return "\033[1;41;97m";
  if (r.zone == "warn") return "\033[1;33m";
  return r.zone == "clear" ? "\033[32m" : "";
}

std::string row_text(const WatchRow& r) {
  std::string state = r.why.empty() ? r.zone : "no distance: " + r.why;
  if (r.structure.empty()) state = r.why.empty() ? "at " + r.position : "no pose: " + r.why;
  if (r.uncertain) state += ", uncertain: outside the registered region";
  return left(r.tool, 14) + left(r.structure, 16) + right(with_bound(r.tip, r.tip_bound), 18) +
         right(with_bound(r.shaft, r.shaft_bound), 18) + right(fixed_number(r.age_ms, 0), 8) + " " +
         state;
}

}  // namespace

std::string watch_table(const WatchModel& model, const std::string& server, Timestamp now,
                        bool colours) {
  std::string out = server + "   " + model.heartbeat(now) + "\n";
  for (const auto& w : model.warnings()) out += "! " + w + "\n";
  out += left("tool", 14) + left("structure", 16) + right("tip mm", 18) + right("shaft mm", 18) +
         right("age ms", 8) + " zone\n";
  for (const auto& row : model.rows(now)) {
    const std::string colour = colours ? colour_of(row) : "";
    out += colour + row_text(row) + (colour.empty() ? "\n" : "\033[0m\n");
  }
  return out;
}

std::string watch_json(const WatchModel& model, const std::string& server, Timestamp now) {
  nlohmann::ordered_json all;
  all["server"] = server;
  all["stale"] = model.is_stale(now);
  all["heartbeat"] = model.heartbeat(now);
  all["warnings"] = model.warnings();
  all["rows"] = nlohmann::ordered_json::array();
  for (const auto& r : model.rows(now)) {
    nlohmann::ordered_json row;
    row["tool"] = r.tool;
    const std::array<std::pair<const char*, const std::string*>, 8> texts = {
        {{"structure", &r.structure},
         {"tip_mm", &r.tip},
         {"tip_bound_95_mm", &r.tip_bound},
         {"shaft_mm", &r.shaft},
         {"shaft_bound_95_mm", &r.shaft_bound},
         {"zone", &r.zone},
         {"position_ras_mm", &r.position},
         {"withheld", &r.why}}};
    for (const auto& [key, text] : texts) {
      if (!text->empty()) row[key] = *text;
    }
    row["uncertain"] = r.uncertain;
    row["stale"] = r.stale;
    row["age_ms"] = std::round(10 * r.age_ms) / 10;
    all["rows"].push_back(row);
  }
  return json_text(all);
}

}  // namespace trocar
