#include "tools/trocar/session_export.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "engine/runtime/session_setup.hpp"
#include "engine/session/session_messages.hpp"
#include "engine/session/session_reader.hpp"
#include "tools/trocar/export_points.hpp"
#include "tools/trocar/export_sequence.hpp"
#include "tools/trocar/export_table.hpp"
#include "tools/trocar/export_transform.hpp"

namespace trocar {
namespace {

const std::vector<std::string> guidance_columns{"sequence",
                                                "utc_ns",
                                                "session_s",
                                                "state",
                                                "tool",
                                                "pose",
                                                "acquired_s",
                                                "age_ms",
                                                "tip_l_mm",
                                                "tip_p_mm",
                                                "tip_s_mm",
                                                "tip_bound_95_mm",
                                                "structure",
                                                "distance",
                                                "tip_to_structure_mm",
                                                "tip_distance_bound_95_mm",
                                                "shaft_clearance_mm",
                                                "shaft_bound_95_mm",
                                                "zone",
                                                "uncertain"};
const std::vector<std::string> event_columns{"utc_ns", "session_s", "kind", "text"};

std::string text(std::string_view s) { return std::string(s); }

// A name of the plan, for a file's name: it cannot lead to another folder.
std::string file_part(std::string name) {
  const auto is_plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
  };
  for (char& c : name) c = is_plain(c) ? c : '_';
  return name;
}

// The same rows as CSV and in the database.
class Table {
 public:
  static Result<Table> open(const std::filesystem::path& folder,
                            const std::shared_ptr<Database>& database, const std::string& name,
                            const std::vector<std::string>& columns) {
    Table table;
    auto csv = csv_table(folder / (name + ".csv"), columns);
    if (!csv) return csv.error();
    auto sql = sqlite_table(database, name, columns);
    if (!sql) return sql.error();
    table.sinks_.push_back(std::move(csv).value());
    table.sinks_.push_back(std::move(sql).value());
    return table;
  }
  Status add(const std::vector<Cell>& row) {
    for (auto& sink : sinks_) {
      if (Status added = sink->add(row); !added) return added;
    }
    return Done{};
  }
  Status finish() {
    for (auto& sink : sinks_) {
      if (Status done = sink->finish(); !done) return done;
    }
    return Done{};
  }

 private:
  std::vector<std::unique_ptr<TableSink>> sinks_;
};

class Exporter {
 public:
  Exporter(std::filesystem::path folder, SessionSetup setup)
      : folder_(std::move(folder)), setup_(std::move(setup)) {}

  Status take(const mcap::Message& m) {
    const auto topic = static_cast<Topic>(m.channel);
    if (topic == Topic::guidance) {
      const auto g = decode<Guidance>(m.data);
      return g ? take(g.value()) : Status(g.error());
    }
    if (topic == Topic::state || topic == Topic::alarm) {
      const auto line = decode<StateLine>(m.data);
      if (!line) return line.error();
      return event(line.value().at, text(to_string(line.value().kind)), line.value().text.view());
    }
    if (topic == Topic::registration) {
      const auto step = decode<Step>(m.data);
      return step ? take(std::get<Registration>(step.value().event)) : Status(step.error());
    }
    if (topic != Topic::command) return Done{};
    const auto c = decode<CommandRecord>(m.data);
    if (!c) return c.error();
    const std::string said = text(c.value().name.view()) + ": " + text(c.value().answer.view());
    return event(c.value().received, "command", said);
  }

  Result<Exported> finish(const SessionEnd& end) {
    if (Status begun = begin(); !begun) return begun.error();  // of a session without a message
    for (const Status& done : {guidance_->finish(), events_->finish(), database_->finish(),
                               poses_->finish(), sequence_->finish()}) {
      if (!done) return done.error();
    }
    exported_.files = {"guidance.csv", "events.csv", "session.db", "tools.igs.mha",
                       "tools.seq.nrrd"};
    const auto points = export_points(setup_.plan, folder_);
    if (!points) return points.error();
    exported_.files.insert(exported_.files.end(), points.value().begin(), points.value().end());
    if (const Status done = write_registrations(); !done) return done.error();
    exported_.whole = end.closed;
    if (end.fault) exported_.end = end.fault->why;
    return exported_;
  }

 private:
  Status begin() {
    if (guidance_) return Done{};
    auto database = Database::create(folder_ / "session.db");
    if (!database) return database.error();
    database_ = std::move(database).value();
    auto guidance = Table::open(folder_, database_, "guidance", guidance_columns);
    if (!guidance) return guidance.error();
    auto events = Table::open(folder_, database_, "events", event_columns);
    if (!events) return events.error();
    std::vector<std::string> tools;
    for (const ToolModel& t : setup_.tools) tools.push_back(t.name);
    guidance_.emplace(std::move(guidance).value());
    events_.emplace(std::move(events).value());
    poses_.emplace(SequenceFile::Kind::metaimage, folder_ / "tools.igs.mha", tools);
    sequence_.emplace(SequenceFile::Kind::nrrd, folder_ / "tools.seq.nrrd", std::move(tools));
    return Done{};
  }

  [[nodiscard]] std::int64_t utc_ns(Timestamp t) const {
    return setup_.utc_at_zero_ns + t.time_since_epoch().count();
  }

  Status event(Timestamp at, const std::string& kind, std::string_view what) {
    if (Status begun = begin(); !begun) return begun;
    ++exported_.events;
    return events_->add({utc_ns(at), seconds(at.time_since_epoch()), kind, text(what)});
  }

  Status take(const Registration& r) {
    if (r.vertebra && r.vertebra->index >= setup_.plan.vertebrae.size()) {
      return Error{Code::malformed, "a registration of a vertebra that is not in the plan"};
    }
    const std::string of =
        r.vertebra ? "_" + file_part(setup_.plan.vertebrae[r.vertebra->index].name) : "";
    registrations_.insert_or_assign("registration" + of + ".h5", r);
    return Done{};
  }

  Status take(const Guidance& g) {
    if (Status begun = begin(); !begun) return begun;
    if (!is_of_this_plan(g)) return Error{Code::malformed, "a guidance of another set-up"};
    ++exported_.guidances;
    poses_->add(g);
    sequence_->add(g);
    for (const ToolGuidance& t : g.tools) {
      std::vector<Cell> row = row_of(g, t);
      const std::size_t shared = row.size();
      for (const StructureGuidance& s : t.structures) {
        row.resize(shared);
        add_structure(s, row);
        if (Status added = guidance_->add(row); !added) return added;
      }
    }
    return Done{};
  }

  [[nodiscard]] bool is_of_this_plan(const Guidance& g) const {
    return std::ranges::all_of(g.tools, [&](const ToolGuidance& t) {
      return t.tool.index < setup_.tools.size() &&
             std::ranges::all_of(t.structures, [&](const StructureGuidance& s) {
               return s.structure.index < setup_.plan.structures.size();
             });
    });
  }

  std::vector<Cell> row_of(const Guidance& g, const ToolGuidance& t) const {
    std::vector<Cell> row{static_cast<std::int64_t>(g.sequence), utc_ns(g.now),
                          seconds(g.now.time_since_epoch()), text(to_string(g.state)),
                          setup_.tools.at(t.tool.index).name};
    const auto* pose = std::get_if<ToolPose>(&t.pose);
    if (pose == nullptr) {
      row.emplace_back(text(to_string(std::get<Withheld>(t.pose))));
      row.resize(row.size() + 6);
      return row;
    }
    const Eigen::Vector3d tip = pose->preop_from_tip.matrix().translation();
    for (const Cell& cell : std::initializer_list<Cell>{
             "shown", seconds(t.acquired.time_since_epoch()), milliseconds_of(t.age), tip.x(),
             tip.y(), tip.z(), pose->tip_bound_95_mm}) {
      row.push_back(cell);
    }
    return row;
  }

  void add_structure(const StructureGuidance& s, std::vector<Cell>& row) const {
    row.emplace_back(setup_.plan.structures.at(s.structure.index).id);
    const auto* d = std::get_if<StructureDistance>(&s.distance);
    if (d == nullptr) {
      row.emplace_back(text(to_string(std::get<Withheld>(s.distance))));
      row.resize(guidance_columns.size());
      return;
    }
    for (const Cell& cell : std::initializer_list<Cell>{
             "shown", d->tip_to_structure_mm, d->tip_bound_95_mm, d->shaft_clearance_mm,
             d->shaft_bound_95_mm, text(to_string(d->zone)),
             static_cast<std::int64_t>(d->uncertain ? 1 : 0)}) {
      row.push_back(cell);
    }
  }

  // The last that held of each vertebra, or of the spine as one.
  Status write_registrations() {
    for (const auto& [name, r] : registrations_) {
      Status done = write_transform(folder_ / name, r.preop_from_reference.matrix());
      if (!done) return done;
      exported_.files.push_back(name);
    }
    return Done{};
  }

  std::filesystem::path folder_;
  SessionSetup setup_;
  std::shared_ptr<Database> database_;
  std::optional<Table> guidance_;
  std::optional<Table> events_;
  std::optional<SequenceFile> poses_;
  std::optional<SequenceFile> sequence_;
  std::map<std::string, Registration> registrations_;  // by the name of their file
  Exported exported_;
};

}  // namespace

Result<Exported> export_session(const std::filesystem::path& session,
                                const std::filesystem::path& folder) {
  auto reader = SessionReader::open(session);
  if (!reader) return reader.error();
  std::error_code why;
  if (!std::filesystem::create_directory(folder, why)) {
    return Error{Code::io, folder.string() + ": " +
                               (why ? why.message() : "is there already; nothing is written over")};
  }
  std::optional<Exporter> exporter;
  while (const SessionReader::Item* item = reader.value()->next()) {
    if (const auto* a = std::get_if<mcap::Attachment>(item)) {
      if (a->name != SessionSetup::attachment) continue;
      auto setup = decode_setup(a->data);
      if (!setup) return setup.error();
      exporter.emplace(folder, std::move(setup).value());
    }
    const auto* m = std::get_if<mcap::Message>(item);
    if (m == nullptr) continue;
    if (!exporter) return Error{Code::not_found, "expected the attachment setup.pb, found none"};
    if (const Status taken = exporter->take(*m); !taken) return taken.error();
  }
  if (!exporter) return Error{Code::not_found, "expected the attachment setup.pb, found none"};
  return exporter->finish(reader.value()->end());
}

}  // namespace trocar
