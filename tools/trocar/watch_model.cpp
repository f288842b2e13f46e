#include "tools/trocar/watch_model.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/base/fixed_number.hpp"

namespace trocar {

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

Fields split_fields(std::string_view line) {
  Fields out;
  while (!line.empty()) {
    const auto end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    const auto equals = word.find('=');
    if (equals == std::string_view::npos) continue;
    out.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return out;
}

std::string field(const Fields& fields, std::string_view key) {
  for (const auto& [k, v] : fields) {
    if (k == key) return v;
  }
  return {};
}

// The structures a line speaks of, in its order.
std::vector<std::string> structures_of(const Fields& fields) {
  std::vector<std::string> out;
  for (const auto& [key, value] : fields) {
    const auto dot = key.find('.');
    if (dot == std::string::npos || key.substr(0, dot) == "trajectory") continue;
    const std::string id = key.substr(0, dot);
    if (std::find(out.begin(), out.end(), id) == out.end()) out.push_back(id);
  }
  return out;
}

double number_of(const std::string& text) {
  double v = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), v);
  return parsed.ec == std::errc() ? v : 0.0;
}

// Of a peer that anyone may have written: nothing that could steer the terminal.
std::string printable(std::string_view text) {
  std::string out(text.substr(0, 400));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7E; }, '?');
  return out;
}

std::array<float, 3> place_of(const igtl::Columns& c) { return {c[9], c[10], c[11]}; }

std::string status_of(const igtl::Message& m, const std::string& key) {
  const std::string* status = m.find(key);
  return status != nullptr ? printable(*status) : "";
}

bool ends_with(const std::string& text, std::string_view end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

bool WatchModel::wants(std::string_view type) {
  return type == "STATUS" || type == "STRING" || type == "TRANSFORM" || type == "POSITION" ||
         type == "TDATA" || type == "QTDATA";
}

void WatchModel::take(const igtl::Message& m, Timestamp now) {
  heard_ = now;
  ++messages_;
  const std::string device = printable(m.header.device);
  if (const auto* s = std::get_if<igtl::StatusBody>(&m.body)) {
    status_ = printable(s->message.empty() ? s->error_name : s->message);
    status_heard_ = now;
  } else if (const auto* text = std::get_if<igtl::StringBody>(&m.body)) {
    if (ends_with(device, "State")) {
      if (news_.size() < 1000) news_.push_back(printable(text->text));
      return;
    }
    if (device == "TrocarWarnings") return take_warnings(text->text);
    Fields fields = split_fields(std::string_view(text->text).substr(0, 8192));
    const std::string name = printable(field(fields, "tool"));
    if (name.empty() || field(fields, "sequence").empty() || tools_.size() > 64) return;
    for (auto& [key, value] : fields) value = printable(value);
    Tool& tool = tools_[name];
    std::string sequence = field(fields, "sequence");
    if (sequence != tool.sequence) tool.advanced = now;
    tool.sequence = std::move(sequence);
    tool.arrived = now;
    tool.fields = std::move(fields);
    poses_.erase(name + "ToRas");
  } else if (const auto* t = std::get_if<igtl::TransformBody>(&m.body)) {
    take_pose(device, place_of(t->columns), status_of(m, "TransformStatus"), now);
  } else if (const auto* p = std::get_if<igtl::PositionBody>(&m.body)) {
    take_pose(device, p->position, status_of(m, "TransformStatus"), now);
  } else if (const auto* all = std::get_if<igtl::TrackingBody>(&m.body)) {
    for (const auto& e : all->elements) {
      take_pose(printable(e.name), place_of(e.columns), status_of(m, e.name + "Status"), now);
    }
  } else if (const auto* q = std::get_if<igtl::QuaternionTrackingBody>(&m.body)) {
    for (const auto& e : q->elements) {
      take_pose(printable(e.name), e.position, status_of(m, e.name + "Status"), now);
    }
  }
}

void WatchModel::take_pose(const std::string& name, const std::array<float, 3>& mm,
                           const std::string& status, Timestamp now) {
  if (poses_.size() > 64) return;
  Pose& pose = poses_[name];
  pose.arrived = now;
  pose.status = status;
  pose.position.clear();
  for (const float v : mm) {
    if (!std::isfinite(v)) pose.status = "NOT_FINITE";
    pose.position += (pose.position.empty() ? "" : " ") + fixed_number(double{v}, 1);
  }
}

void WatchModel::take_warnings(std::string_view text) {
  warnings_.clear();
  if (text == "none") return;
  while (!text.empty() && warnings_.size() < 100) {
    const auto end = std::min(text.find('\n'), text.size());
    warnings_.push_back(printable(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void WatchModel::forget() { *this = WatchModel(); }

bool WatchModel::is_stale(Timestamp now) const {
  return !heard_ || now - status_heard_.value_or(*heard_) > stale_after;
}

std::string WatchModel::heartbeat(Timestamp now) const {
  if (!status_heard_) return is_stale(now) ? "no message" : "no heartbeat from this server";
  if (!is_stale(now)) return status_;
  return "STALE: last heartbeat " + fixed_number(seconds(now - *status_heard_), 1) + " s ago";
}

void WatchModel::add_tool_rows(const std::string& name, const Tool& tool, Timestamp now,
                               std::vector<WatchRow>& out) {
  WatchRow common;
  common.tool = name;
  common.age_ms = number_of(field(tool.fields, "age_ms")) + milliseconds_of(now - tool.arrived);
  common.stale = now - tool.arrived > stale_after || now - tool.advanced > stale_after ||
                 common.age_ms > milliseconds_of(stale_after);
  common.why = field(tool.fields, "withheld");
  const auto structures = structures_of(tool.fields);
  for (const auto& id : structures) {
    WatchRow row = common;
    row.structure = id;
    if (const auto why = field(tool.fields, id + ".withheld"); !why.empty()) row.why = why;
    if (row.stale) row.why = "stale";
    if (row.why.empty()) {
      row.tip = field(tool.fields, id + ".tip_mm");
      row.tip_bound = field(tool.fields, id + ".tip_bound_95_mm");
      row.shaft = field(tool.fields, id + ".shaft_mm");
      row.shaft_bound = field(tool.fields, id + ".shaft_bound_95_mm");
      row.zone = field(tool.fields, id + ".zone");
      row.uncertain = field(tool.fields, id + ".uncertain") == "yes";
    }
    out.push_back(std::move(row));
  }
  if (structures.empty()) {
    if (common.stale) common.why = "stale";
    out.push_back(std::move(common));
  }
}

std::vector<WatchRow> WatchModel::rows(Timestamp now) const {
  std::vector<WatchRow> out;
  for (const auto& [name, tool] : tools_) add_tool_rows(name, tool, now, out);
  for (const auto& [name, pose] : poses_) {
    if (ends_with(name, "ToRas") && tools_.contains(name.substr(0, name.size() - 5))) continue;
    WatchRow row;
    row.tool = name;
    row.age_ms = milliseconds_of(now - pose.arrived);
    row.stale = now - pose.arrived > stale_after;
    if (!pose.status.empty() && pose.status != "OK") row.why = pose.status;
    if (row.stale) row.why = "stale";
    if (row.why.empty()) row.position = pose.position;
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace trocar
