#include "tools/qa/merge.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <tuple>

#include "tools/qa/report.hpp"

namespace trocar::qa {
namespace {

using Json = nlohmann::ordered_json;

// A cut session without one whole link has no chain of its own: then its name tells it.
std::string key_of(const SessionRow& row) {
  const bool is_linked = row.chain.find_first_not_of('0') != std::string::npos;
  return is_linked ? row.chain : row.chain + row.session;
}

bool comes_before(const SessionRow* a, const SessionRow* b) {
  return std::tie(a->utc_at_start_ns, a->session, a->chain) <
         std::tie(b->utc_at_start_ns, b->session, b->chain);
}

Error wrong(const char* expected) {
  return {Code::malformed, std::string("expected a report of trocar qa or a merge, ") + expected};
}

Result<int> schema_of(const Json& j) {
  const auto schema = j.find("schema");
  if (schema == j.end() || !schema->is_number_integer()) return wrong("found no schema");
  return schema->get<int>();
}

Json json_of(const Chart& chart) {
  Json j{{"measure", chart.measure},
         {"n", chart.values.size()},
         {"not_computable", chart.not_computable}};
  if (const auto* no = std::get_if<NotComputable>(&chart.limits)) {
    j["limits"] = {{"not_computable", no->why}};
    return j;
  }
  const auto& limits = std::get<ControlLimits>(chart.limits);
  j["limits"] = {{"mean", limits.mean},
                 {"lower", limits.lower},
                 {"upper", limits.upper},
                 {"moving_range_mean", limits.moving_range_mean},
                 {"moving_range_upper", limits.moving_range_upper},
                 {"provisional", chart.values.size() < enough_for_limits}};
  j["outside"] = Json::array();
  for (const std::size_t i : outside(chart.values, limits)) {
    j["outside"].push_back(chart.sessions[i]->session);
  }
  return j;
}

}  // namespace

Status Merge::add(SessionRow row) {
  const std::string key = key_of(row);
  const auto there = rows_.find(key);
  if (there == rows_.end()) {
    rows_.emplace(key, std::move(row));
    return Done{};
  }
  SessionRow& known = there->second;
  const std::string name = std::min(known.session, row.session);
  known.session = row.session = name;  // a copy under another name
  if (qa::json_of(known) == qa::json_of(row)) return Done{};
  return Error{Code::inconsistent,
               "two reports of session " + name + " differ: make both again with one trocar qa"};
}

Status Merge::add_text(const std::string& text) {
  const Json j = Json::parse(text, nullptr, false);
  if (!j.is_object()) return wrong("found no JSON object");
  const auto schema = schema_of(j);
  if (!schema) return schema.error();
  if (j.value("kind", Json()) == kind) {
    if (schema.value() != schema_version) return wrong("found a merge of another schema");
    const auto all = j.find("sessions");
    if (all == j.end() || !all->is_array()) return wrong("found a merge without sessions");
    for (const Json& one : *all) {
      auto row = row_of_json(one);
      if (!row) return row.error();
      if (Status added = add(std::move(row).value()); !added) return added;
    }
    return Done{};
  }
  if (schema.value() != Report::schema_version) {
    return wrong("found one of another schema: make it again with this trocar");
  }
  auto row = row_of_report(j);
  return row ? add(std::move(row).value()) : Status(row.error());
}

Status Merge::add_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{Code::io, file.string() + ": cannot be read"};
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const Status added = add_text(text);
  if (added) return Done{};
  return Error{added.error().code, file.string() + ": " + added.error().detail};
}

Status Merge::add_folder(const std::filesystem::path& folder) {
  const auto files = reports_in(folder);
  if (!files) return files.error();
  for (const std::filesystem::path& file : files.value()) {
    if (Status added = add_file(file); !added) return added;
  }
  return Done{};
}

Result<std::vector<std::filesystem::path>> reports_in(const std::filesystem::path& folder) {
  std::error_code why;
  std::set<std::filesystem::path> files;
  for (std::filesystem::directory_iterator at(folder, why), end; !why && at != end;
       at.increment(why)) {
    if (at->path().extension() == ".json") files.insert(at->path());
  }
  if (why) return Error{Code::io, folder.string() + ": " + why.message()};
  if (files.empty())
    return Error{Code::not_found, folder.string() + ": expected reports, found none"};
  return std::vector<std::filesystem::path>(files.begin(), files.end());
}

bool is_merge_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string first = std::string("{\n \"kind\": \"") + Merge::kind + "\",";
  std::string begin(first.size(), ' ');
  in.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  return in.good() && begin == first;
}

std::vector<const SessionRow*> Merge::sessions() const {
  std::vector<const SessionRow*> all;
  for (const auto& [chain, row] : rows_) all.push_back(&row);
  std::ranges::sort(all, comes_before);
  return all;
}

std::vector<Chart> Merge::charts() const {
  std::map<std::string, Chart> by_name;
  for (const SessionRow* row : sessions()) {
    for (const auto& [measure, value] : row->measures) {
      Chart& chart = by_name[measure];
      chart.measure = measure;
      if (std::holds_alternative<NotComputable>(value)) {
        ++chart.not_computable;
        continue;
      }
      chart.sessions.push_back(row);
      chart.values.push_back(std::get<double>(value));
    }
  }
  std::vector<Chart> all;
  for (auto& [measure, chart] : by_name) {
    chart.limits = control_limits(chart.values);
    all.push_back(std::move(chart));
  }
  return all;
}

Json Merge::json() const {
  Json rows = Json::array();
  for (const SessionRow* row : sessions()) rows.push_back(qa::json_of(*row));
  Json all_charts = Json::array();
  for (const Chart& chart : charts()) all_charts.push_back(json_of(chart));
  return {{"kind", kind}, {"schema", schema_version}, {"sessions", rows}, {"charts", all_charts}};
}

}  // namespace trocar::qa
