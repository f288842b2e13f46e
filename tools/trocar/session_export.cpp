#include "tools/trocar/session_export.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "engine/navigation/registration_state.hpp"
#include "engine/runtime/session_setup.hpp"
#include "engine/session/session_messages.hpp"
#include "engine/session/session_reader.hpp"
#include "tools/trocar/export_exposures.hpp"
#include "tools/trocar/export_points.hpp"
#include "tools/trocar/export_rows.hpp"
#include "tools/trocar/export_sequence.hpp"
#include "tools/trocar/export_transform.hpp"
#include "tools/trocar/progress_bar.hpp"
#include "tools/trocar/stop_flag.hpp"
#include "tools/trocar/unfinished.hpp"

namespace trocar {
namespace {

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
                            const std::vector<Column>& columns) {
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
      : folder_(std::move(folder)), setup_(std::move(setup)), exposures_(setup_.tools.size()) {}

  Status take(const mcap::Message& m) {
    if (Status begun = begin(); !begun) return begun;
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
    if (is_step(topic)) {
      const auto step = decode<Step>(m.data);
      return step ? take(step.value()) : Status(step.error());
    }
    if (topic != Topic::command) return Done{};
    const auto c = decode<CommandRecord>(m.data);
    if (!c) return c.error();
    const std::string said = text(c.value().name.view()) + ": " + text(c.value().answer.view());
    return event(c.value().received, "command", said);
  }

  Result<Exported> finish(const SessionEnd& end) {
    if (Status begun = begin(); !begun) return begun.error();  // of a session without a message
    if (const Status put = put_exposures(true); !put) return put.error();
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
    exported_.late = exposures_.late();
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
    auto guidance = Table::open(folder_, database_, "guidance", guidance_columns());
    if (!guidance) return guidance.error();
    auto events = Table::open(folder_, database_, "events", event_columns());
    if (!events) return events.error();
    std::vector<SequenceTool> tools;
    for (const ToolModel& t : setup_.tools) tools.push_back({t.name, t.role == ToolRole::tool});
    guidance_.emplace(std::move(guidance).value());
    events_.emplace(std::move(events).value());
    poses_.emplace(SequenceFile::Kind::metaimage, folder_ / "tools.igs.mha", tools);
    sequence_.emplace(SequenceFile::Kind::nrrd, folder_ / "tools.seq.nrrd", std::move(tools));
    return Done{};
  }

  Status event(Timestamp at, const std::string& kind, std::string_view what) {
    ++exported_.events;
    return events_->add({utc_ns_of(at, setup_), seconds(at.time_since_epoch()), kind, text(what)});
  }

  // What holds is what the navigator's own gate let through, and nobody cleared.
  Status take(const Step& step) {
    exposures_.take(std::get_if<TrackerFrame>(&step.event), step.now);
    if (const auto* r = std::get_if<Registration>(&step.event)) {
      registrations_.accept(*r, setup_.plan.vertebrae.size(), setup_.navigator.error);
    }
    if (std::holds_alternative<RegistrationCleared>(step.event)) registrations_.clear();
    return put_exposures(false);
  }

  Status put_exposures(bool at_end) {
    while (const auto exposure = exposures_.next(at_end)) {
      ++exported_.exposures;
      for (const Status& put : {poses_->add(*exposure), sequence_->add(*exposure)}) {
        if (!put) return put;
      }
    }
    return Done{};
  }

  Status take(const Guidance& g) {
    const auto rows = rows_of(g, setup_);
    if (!rows) return rows.error();
    ++exported_.guidances;
    exposures_.take(g);
    for (const std::vector<Cell>& row : rows.value()) {
      if (Status added = guidance_->add(row); !added) return added;
    }
    return Done{};
  }

  // A file for each vertebra that has its own, and one for the spine where that still holds.
  Status write_registrations() {
    const std::vector<Vertebra>& all = setup_.plan.vertebrae;
    std::map<std::string, const Registration*> files;
    for (std::size_t i = 0; i < std::min(all.size(), max_vertebrae); ++i) {
      const auto* r = registrations_.of(VertebraId{static_cast<std::uint16_t>(i)});
      if (r == nullptr) continue;
      const std::string of = r->vertebra ? "_" + file_part(all[i].name) : "";
      files.insert_or_assign("registration" + of + ".h5", r);
    }
    for (const auto& [name, r] : files) {
      Status done = write_transform(folder_ / name, r->preop_from_reference.matrix());
      if (!done) return done;
      exported_.files.push_back(name);
    }
    return Done{};
  }

  std::filesystem::path folder_;
  SessionSetup setup_;
  Exposures exposures_;
  RegistrationState registrations_;
  std::shared_ptr<Database> database_;
  std::optional<Table> guidance_;
  std::optional<Table> events_;
  std::optional<SequenceFile> poses_;
  std::optional<SequenceFile> sequence_;
  Exported exported_;
};

Error without_setup(const std::filesystem::path& session) {
  return {Code::not_found, session.string() + ": expected the attachment setup.pb, found none"};
}

// All of a session into a folder that is there.
Result<Exported> write_all(SessionReader& reader, const std::filesystem::path& session,
                           const std::filesystem::path& folder) {
  std::optional<Exporter> exporter;
  ProgressBar bar("exported");
  while (const SessionReader::Item* item = reader.next()) {
    if (stop_wanted()) return Error{Code::io, session.string() + ": stopped before it was read"};
    bar.tell(reader.end().whole_bytes, reader.end().file_bytes);
    if (const auto* a = std::get_if<mcap::Attachment>(item)) {
      if (a->name != SessionSetup::attachment) continue;
      auto setup = decode_setup(a->data);
      if (!setup) return setup.error();
      exporter.emplace(folder, std::move(setup).value());
    }
    const auto* m = std::get_if<mcap::Message>(item);
    if (m == nullptr) continue;
    if (!exporter) return without_setup(session);
    if (const Status taken = exporter->take(*m); !taken) return taken.error();
  }
  return exporter ? exporter->finish(reader.end()) : without_setup(session);
}

}  // namespace

Result<Exported> export_session(const std::filesystem::path& session,
                                const std::filesystem::path& folder) {
  auto reader = SessionReader::open(session);
  if (!reader) return reader.error();
  auto out = Unfinished::of(folder);
  if (!out) return out.error();
  std::error_code why;
  if (!std::filesystem::create_directory(out.value().part(), why)) {
    return Error{Code::io, folder.string() + ": " + why.message()};
  }
  auto exported = write_all(*reader.value(), session, out.value().part());
  if (!exported) return exported;
  if (const Status kept = out.value().keep(); !kept) return kept.error();
  return exported;
}

}  // namespace trocar
