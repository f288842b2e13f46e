#include "tools/trocar/session_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "tools/trocar/decimal.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/json_text.hpp"
#include "tools/trocar/session_contents.hpp"
#include "tools/trocar/session_copy.hpp"
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
    "and say how much was lost. A chunk that does not fit the chain is not written. Nothing is "
    "written over.";
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
    "  tools.igs.mha, tools.seq.nrrd   each exposure: the tracker's poses of all bodies "
    "(ToTracker)\n"
    "                             and the tools' in RAS, with status, for PLUS, 3D Slicer and\n"
    "                             `trocar session import`\n"
    "  registration*.h5           what holds at the end, of each vertebra, for 3D Slicer\n"
    "  *.mrk.json                 fiducials and planned trajectories, for 3D Slicer\n"
    "Nothing is left behind when it fails or is stopped.";

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
  nlohmann::json j{{"file_bytes", all.end.file_bytes}, {"whole_bytes", all.end.whole_bytes},
                   {"chunks", all.end.chunks},         {"messages", all.end.messages},
                   {"seconds", all.seconds()},         {"closed", all.end.closed},
                   {"chain", hex_of(all.end.digest)},  {"channels", channels},
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
              static_cast<Big>(all.end.messages), all.seconds());
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
  const auto all = read_contents(
      file, "read", [](const Contents&, const mcap::Message&) { return Status(Done{}); });
  if (!all) return fail(all.error());
  if (json) {
    std::puts(json_text(json_of(all.value())).c_str());
  } else {
    print(all.value());
  }
  return all.value().end.closed ? exit_ok : exit_check_failed;
}

std::string lost(const SessionEnd& end) {
  if (end.data_ended && end.fault) {
    return "all messages are whole; only the index behind them was damaged";
  }
  return std::to_string(end.file_bytes - end.whole_bytes) + " bytes behind them are lost";
}

int recover(const std::string& from, const std::string& to) {
  auto copy = copy_session(from, to, "recovered", [](Topic, double) { return true; });
  if (!copy) return fail(copy.error());
  if (const Status kept = copy.value().to.keep(); !kept) return fail(kept.error());
  const SessionEnd& end = copy.value().from.end;
  print_end(end);
  std::printf("recovered %llu messages into %s; %s\n", static_cast<Big>(end.messages), to.c_str(),
              lost(end).c_str());
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
  bool is_reached = false;
  auto copy = copy_session(asked.from, asked.to, "cut", [&](Topic topic, double at_s) {
    const bool is_begun = at_s >= asked.begin_s;
    const bool keep = at_s < asked.end_s && (is_begun || is_step(topic));
    is_reached = is_reached || is_begun;
    kept += keep ? 1 : 0;
    return keep;
  });
  if (!copy) return fail(copy.error());
  const Contents& all = copy.value().from;
  if (!is_reached) {
    std::fprintf(stderr, "trocar session cut: --from %g: the session is %.1f s long\n",
                 asked.begin_s, all.seconds());
    return exit_usage;
  }
  if (const Status done = copy.value().to.keep(); !done) return fail(done.error());
  std::printf("%llu of %llu messages are in %s\n", static_cast<Big>(kept),
              static_cast<Big>(all.end.messages), asked.to.c_str());
  return exit_ok;
}

int export_to(const std::string& session, const std::string& folder, bool json) {
  const auto exported = export_session(session, folder);
  if (!exported) return fail(exported.error());
  const Exported& e = exported.value();
  if (json) {
    const nlohmann::json j{{"files", e.files},         {"guidances", e.guidances},
                           {"events", e.events},       {"exposures", e.exposures},
                           {"late_exposures", e.late}, {"whole", e.whole}};
    std::puts(json_text(j).c_str());
  } else {
    std::printf("%llu guidances and %llu events in %s:", static_cast<Big>(e.guidances),
                static_cast<Big>(e.events), folder.c_str());
    for (const std::string& file : e.files) std::printf(" %s", file.c_str());
    std::printf("\n");
    if (e.late > 0) {
      std::printf("%llu exposures came too late for their place in the sequences\n",
                  static_cast<Big>(e.late));
    }
    if (!e.whole) std::printf("the session ends early: %s\n", e.end.c_str());
  }
  return exit_ok;
}

void add_cut(CLI::App& command, int& exit_code) {
  constexpr double longest_s = 1e7;
  const auto asked = std::make_shared<Cut>();
  CLI::App* c = command.add_subcommand("cut", about_cut);
  c->add_option("FILE", asked->from, "session")->required();
  c->add_option("--from", asked->begin_s, "seconds after its first message")
      ->check(decimal_within(0, longest_s));
  c->add_option("--to", asked->end_s, "seconds after its first message")
      ->required()
      ->check(decimal_within(0, longest_s));
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
