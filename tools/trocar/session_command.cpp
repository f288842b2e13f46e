#include "tools/trocar/session_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/session/session_messages.hpp"
#include "engine/session/session_reader.hpp"
#include "engine/session/session_writer.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/session_export.hpp"
#include "tools/trocar/session_import_command.hpp"

namespace trocar {
namespace {

constexpr const char* about = "what a session file holds, and what can be saved of a damaged one";
constexpr const char* about_info =
    "Read a session to its end and say what it holds: each length, CRC and link of the chain is\n"
    "checked. Exit code 5 when it is cut or damaged; what is whole before that is counted.";
constexpr const char* about_recover =
    "Write what is whole of a cut or damaged session to a new file, which is ended as it should "
    "be,\n"
    "and say how much was lost. Nothing is written over.";
constexpr const char* about_cut =
    "Write the piece between two times to a new file. What was recorded of the device and said to\n"
    "the displays before it is left out; the steps of the navigator stay, so that the piece "
    "replays\n"
    "to the same bytes.";
constexpr const char* about_export =
    "Write a session for other programs, into a new folder:\n"
    "  guidance.csv, events.csv   a row per guidance, tool and structure; per state, alarm, "
    "command\n"
    "  session.db                 the same two tables in SQLite, for pandas and DuckDB\n"
    "  tools.igs.mha, tools.seq.nrrd   the tools' poses in RAS, each with its status, for PLUS "
    "and\n"
    "                             3D Slicer (Sequences)\n"
    "  registration*.h5           what held last, of each vertebra: a transform for 3D Slicer\n"
    "  *.mrk.json                 fiducials and planned trajectory, for 3D Slicer";

// What a first pass over a file finds.
struct Contents {
  std::vector<mcap::Schema> schemas;
  std::vector<mcap::Channel> channels;
  std::vector<mcap::Attachment> attachments;
  std::map<std::uint16_t, std::uint64_t> messages;  // per channel
  std::uint64_t first_ns = 0;
  std::uint64_t last_ns = 0;
  SessionEnd end;
};

template <class OnMessage>
Result<Contents> read_contents(const std::string& file, const OnMessage& on_message) {
  auto reader = SessionReader::open(file);
  if (!reader) return reader.error();
  Contents all;
  while (const SessionReader::Item* item = reader.value()->next()) {
    if (const auto* s = std::get_if<mcap::Schema>(item)) all.schemas.push_back(*s);
    if (const auto* c = std::get_if<mcap::Channel>(item)) all.channels.push_back(*c);
    if (const auto* a = std::get_if<mcap::Attachment>(item)) all.attachments.push_back(*a);
    const auto* m = std::get_if<mcap::Message>(item);
    if (m == nullptr) continue;
    if (all.messages.empty()) all.first_ns = m->log_time_ns;
    all.last_ns = std::max(all.last_ns, m->log_time_ns);
    ++all.messages[m->channel];
    if (const Status taken = on_message(all, *m); !taken) return taken.error();
  }
  all.end = reader.value()->end();
  return all;
}

nlohmann::json json_of(const Contents& all) {
  nlohmann::json channels = nlohmann::json::object();
  for (const mcap::Channel& c : all.channels) {
    const auto n = all.messages.find(c.id);
    channels[c.topic] = n == all.messages.end() ? 0 : n->second;
  }
  nlohmann::json attachments = nlohmann::json::array();
  for (const mcap::Attachment& a : all.attachments) {
    attachments.push_back({{"name", a.name}, {"bytes", a.data.size()}});
  }
  nlohmann::json j{{"file_bytes", all.end.file_bytes},
                   {"whole_bytes", all.end.whole_bytes},
                   {"chunks", all.end.chunks},
                   {"messages", all.end.messages},
                   {"seconds", static_cast<double>(all.last_ns - all.first_ns) / 1e9},
                   {"closed", all.end.closed},
                   {"chain", hex_of(all.end.digest)},
                   {"channels", channels},
                   {"attachments", attachments}};
  if (all.end.fault) j["damage"] = {{"at_byte", all.end.fault->at}, {"why", all.end.fault->why}};
  return j;
}

using Big = unsigned long long;

void print_end(const SessionEnd& end) {
  if (!end.fault) {
    std::printf("whole: ended as a recording that was ended; chain %s\n",
                hex_of(end.digest).c_str());
    return;
  }
  std::printf("NOT whole: at byte %llu of %llu, %s\n", static_cast<Big>(end.fault->at),
              static_cast<Big>(end.file_bytes), end.fault->why.c_str());
}

void print(const Contents& all) {
  std::printf("%llu bytes, %llu chunks, %llu messages, %.1f s\n",
              static_cast<Big>(all.end.file_bytes), static_cast<Big>(all.end.chunks),
              static_cast<Big>(all.end.messages),
              static_cast<double>(all.last_ns - all.first_ns) / 1e9);
  for (const mcap::Channel& c : all.channels) {
    const auto n = all.messages.find(c.id);
    if (n == all.messages.end()) continue;
    std::printf("  %-22s %10llu\n", c.topic.c_str(), static_cast<Big>(n->second));
  }
  for (const mcap::Attachment& a : all.attachments) {
    std::printf("  attached: %s, %zu bytes\n", a.name.c_str(), a.data.size());
  }
  print_end(all.end);
}

int fail(const Error& why) {
  std::fprintf(stderr, "trocar: %s\n", why.detail.c_str());
  return exit_run_time;
}

int info(const std::string& file, bool json) {
  const auto all =
      read_contents(file, [](const Contents&, const mcap::Message&) { return Status(Done{}); });
  if (!all) return fail(all.error());
  if (json) {
    std::puts(json_of(all.value()).dump().c_str());
  } else {
    print(all.value());
  }
  return all.value().end.closed ? exit_ok : exit_check_failed;
}

Result<std::unique_ptr<SessionWriter>> begin_copy(const std::string& to, const Contents& all) {
  auto created = create_append_file(to);
  if (!created) return created.error();
  return SessionWriter::begin(
      std::move(created).value(),
      {"trocar " TROCAR_VERSION " (recovered)", all.schemas, all.channels, all.attachments});
}

// Which messages of a session a copy keeps; `at_s` from the first message on.
using Keep = std::function<bool(Topic topic, double at_s)>;

// The prologue is whole when the first message comes; the copy begins then.
Result<Contents> copy_session(const std::string& from, const std::string& to, const Keep& keep) {
  constexpr std::size_t chunk_bytes = std::size_t{1} << 20U;
  std::unique_ptr<SessionWriter> writer;
  auto all = read_contents(from, [&](const Contents& read, const mcap::Message& m) -> Status {
    if (!writer) {
      auto begun = begin_copy(to, read);
      if (!begun) return begun.error();
      writer = std::move(begun).value();
    }
    if (m.channel < 1 || m.channel > read.channels.size()) {
      return Error{Code::malformed, from + ": a message of a channel that is not declared"};
    }
    const auto passed_ns = static_cast<std::int64_t>(m.log_time_ns - read.first_ns);
    if (!keep(static_cast<Topic>(m.channel), static_cast<double>(passed_ns) / 1e9)) return Done{};
    writer->add(m.channel, m.log_time_ns, m.data);
    return writer->pending_bytes() < chunk_bytes ? Status(Done{}) : writer->commit();
  });
  if (!all) return all;
  if (!writer) return Error{Code::malformed, from + ": no message in it is whole"};
  if (const Status closed = writer->close(); !closed) return closed.error();
  return all;
}

int recover(const std::string& from, const std::string& to) {
  const auto all = copy_session(from, to, [](Topic, double) { return true; });
  if (!all) return fail(all.error());
  const SessionEnd& end = all.value().end;
  print_end(end);
  std::printf("recovered %llu messages into %s; %llu bytes behind them are lost\n",
              static_cast<Big>(end.messages), to.c_str(),
              static_cast<Big>(end.file_bytes - end.whole_bytes));
  return exit_ok;
}

struct Cut {
  std::string from;
  std::string to;
  double begin_s = 0;
  double end_s = 0;
};

// Steps before the piece stay: without them nothing in it could be replayed.
int cut(const Cut& asked) {
  std::uint64_t kept = 0;
  const auto all = copy_session(asked.from, asked.to, [&](Topic topic, double at_s) {
    const bool keep = at_s < asked.end_s && (at_s >= asked.begin_s || is_step(topic));
    kept += keep ? 1 : 0;
    return keep;
  });
  if (!all) return fail(all.error());
  std::printf("%llu of %llu messages are in %s\n", static_cast<Big>(kept),
              static_cast<Big>(all.value().end.messages), asked.to.c_str());
  return exit_ok;
}

int export_to(const std::string& session, const std::string& folder, bool json) {
  const auto exported = export_session(session, folder);
  if (!exported) return fail(exported.error());
  const Exported& e = exported.value();
  if (json) {
    std::puts(nlohmann::json{
        {"files", e.files}, {"guidances", e.guidances}, {"events", e.events}, {"whole", e.whole}}
                  .dump()
                  .c_str());
  } else {
    std::printf("%llu guidances and %llu events in %s:", static_cast<Big>(e.guidances),
                static_cast<Big>(e.events), folder.c_str());
    for (const std::string& file : e.files) std::printf(" %s", file.c_str());
    std::printf("\n");
    if (!e.whole) std::printf("the session ends early: %s\n", e.end.c_str());
  }
  return exit_ok;
}

void add_cut(CLI::App& command, int& exit_code) {
  const auto asked = std::make_shared<Cut>();
  CLI::App* c = command.add_subcommand("cut", about_cut);
  c->add_option("FILE", asked->from, "session")->required();
  c->add_option("--from", asked->begin_s, "seconds after its first message")
      ->check(CLI::Range(0.0, 1e7));
  c->add_option("--to", asked->end_s, "seconds after its first message")
      ->required()
      ->check(CLI::Range(0.0, 1e7));
  c->add_option("--out", asked->to, "the new file")->required();
  c->callback([asked, &exit_code] {
    if (!(asked->begin_s < asked->end_s)) {
      throw CLI::ValidationError("--to", "expected more than --from");
    }
    exit_code = cut(*asked);
  });
}

void add_export(CLI::App& command, int& exit_code) {
  const auto file = std::make_shared<std::string>();
  const auto folder = std::make_shared<std::string>();
  const auto json = std::make_shared<bool>(false);
  CLI::App* c = command.add_subcommand("export", about_export);
  c->add_option("FILE", *file, "session")->required();
  c->add_option("--out", *folder, "a folder that is not there yet")->required();
  c->add_flag("--json", *json, "one JSON object");
  c->callback([=, &exit_code] { exit_code = export_to(*file, *folder, *json); });
}

}  // namespace

void add_session(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("session", about);
  command->require_subcommand(1);
  const auto file = std::make_shared<std::string>();
  const auto json = std::make_shared<bool>(false);
  CLI::App* info_command = command->add_subcommand("info", about_info);
  info_command->add_option("FILE", *file, "session")->required();
  info_command->add_flag("--json", *json, "one JSON object");
  info_command->callback([file, json, &exit_code] { exit_code = info(*file, *json); });
  const auto to = std::make_shared<std::string>();
  CLI::App* recover_command = command->add_subcommand("recover", about_recover);
  recover_command->add_option("FILE", *file, "session")->required();
  recover_command->add_option("--out", *to, "the new file")->required();
  recover_command->callback([file, to, &exit_code] { exit_code = recover(*file, *to); });
  add_cut(*command, exit_code);
  add_export(*command, exit_code);
  add_session_import(*command, exit_code);
}

}  // namespace trocar
