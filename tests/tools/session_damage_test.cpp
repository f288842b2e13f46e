#include <functional>
#include <memory>
#include <vector>

#include "engine/session/session_messages.hpp"
#include "engine/session/session_reader.hpp"
#include "engine/session/session_writer.hpp"
#include "tests/tools/golden_sessions.hpp"

// trocar session and trocar replay on what is damaged, altered, empty, stopped, or does not fit.
using namespace trocar;
using namespace trocar::golden;

namespace {

struct Read {
  std::vector<std::string> messages;
  std::vector<std::size_t> ends;         // of the prologue and each chunk, behind its link
  std::vector<std::size_t> messages_at;  // how many messages stand before each of these
};

Read read(const std::filesystem::path& file) {
  Read all;
  auto reader = SessionReader::open(file);
  REQUIRE(reader);
  const auto look = [&] {
    const auto linked = static_cast<std::size_t>(reader.value()->end().linked_bytes);
    if (linked == 0 || (!all.ends.empty() && all.ends.back() == linked)) return;
    all.ends.push_back(linked);
    all.messages_at.push_back(all.messages.size());
  };
  while (const SessionReader::Item* item = reader.value()->next()) {
    look();
    const auto* m = std::get_if<mcap::Message>(item);
    if (m == nullptr) continue;
    all.messages.emplace_back(reinterpret_cast<const char*>(m->data.data()), m->data.size());
  }
  look();
  return all;
}

// The golden session as a new file: `keep` of its messages, then what `more` adds.
void rewrite(const std::filesystem::path& to, const std::function<bool(Topic)>& keep,
             const std::function<void(SessionWriter&)>& more = {}) {
  auto reader = SessionReader::open(whole);
  REQUIRE(reader);
  SessionPrologue prologue{"a test", session_schemas(), session_channels(), {}};
  std::unique_ptr<SessionWriter> writer;
  while (const SessionReader::Item* item = reader.value()->next()) {
    if (const auto* a = std::get_if<mcap::Attachment>(item)) prologue.attachments.push_back(*a);
    const auto* m = std::get_if<mcap::Message>(item);
    if (m == nullptr) continue;
    if (!writer) {
      writer = SessionWriter::begin(create_append_file(to).value(), prologue).value();
    }
    if (keep(static_cast<Topic>(m->channel))) writer->add(m->channel, m->log_time_ns, m->data);
  }
  if (more) more(*writer);
  REQUIRE(writer->close());
}

std::string piece(const std::string& bytes, std::size_t from, std::size_t to) {
  return bytes.substr(from, to - from);
}

void write(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream out(file, std::ios::binary);
  out << bytes;
  REQUIRE(out.flush());
}

std::string flipped(std::string bytes, std::size_t at) {
  bytes.at(at) ^= 1;
  return bytes;
}

}  // namespace

TEST_CASE("replay --verify says 0 only of what it has compared to its end") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "s.mcap";
  const std::string bytes = content(whole);
  const auto verify = [&](const std::string& damaged, int expected, const std::string& why) {
    write(file, damaged);
    CHECK_THAT(run("replay --verify " + file.string(), expected).said, Catch::Contains(why));
  };
  verify(bytes, exit_ok, "\nverified: to its end");
  verify(content(cut), exit_ok, "\nverified: as far as it goes; the recording was not ended, 1112");
  const std::size_t end = read(whole).ends.back();
  verify(bytes.substr(0, end), exit_ok, "the recording was not ended, 0 bytes of a torn end");
  verify(flipped(bytes, bytes.size() / 2), exit_check_failed,
         "\nNOT verified: the file is damaged");
  verify(flipped(bytes, end - 1), exit_check_failed, "the chain link at byte");
  verify(bytes + 'x', exit_check_failed, "\nNOT verified: the file is damaged");
  verify(flipped(bytes, bytes.size() - 40), exit_check_failed, "the summary behind the data");
}

TEST_CASE("replay --verify does not agree with a record that says nothing") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "s.mcap";
  rewrite(file, [](Topic topic) { return topic != Topic::guidance; });
  CHECK_THAT(run("replay --verify " + file.string(), exit_check_failed).said,
             Catch::Contains("NOT verified: nothing to compare"));
}

TEST_CASE("replay --verify that is stopped has verified nothing of the rest, and says so") {
  const Ran ran = shell(TROCAR_PROGRAM " replay --verify --json --speed 0.02 " + whole +
                        " & p=$!; sleep 1; kill -INT $p; wait $p");
  INFO(ran.said);
  CHECK(ran.exit_code == exit_run_time);
  CHECK_THAT(ran.said, Catch::Contains("\"stopped\":true") &&
                           Catch::Contains("\"verified\":false") &&
                           Catch::Contains("what follows was not compared"));
}

TEST_CASE("recover does not put a false chunk under a chain that holds") {
  const TemporaryFolder folder;
  const Read truth = read(whole);
  const std::string bytes = content(whole);
  REQUIRE(truth.ends.size() > 6);
  const auto chunk = [&](std::size_t n) { return piece(bytes, truth.ends[n - 1], truth.ends[n]); };
  const std::string before = bytes.substr(0, truth.ends[2]);
  const std::string behind = bytes.substr(truth.ends[4]);
  std::string altered;
  std::size_t last_whole = 2;
  SECTION("a chunk twice") {
    altered = before + chunk(3) + chunk(3) + chunk(4) + behind;
    last_whole = 3;
  }
  SECTION("two chunks swapped") { altered = before + chunk(4) + chunk(3) + behind; }
  SECTION("a chunk removed") { altered = before + chunk(4) + behind; }
  SECTION("a chunk without its link") {
    altered = before + chunk(3).substr(0, chunk(3).size() - link_record_bytes) + chunk(4) + behind;
  }
  const auto file = folder.path() / "altered.mcap";
  const auto saved = folder.path() / "saved.mcap";
  write(file, altered);
  run("session info " + file.string(), exit_check_failed);
  CHECK_THAT(run("session recover " + file.string() + " --out " + saved.string(), exit_ok).said,
             Catch::StartsWith("NOT whole: at byte " + std::to_string(truth.ends[last_whole])));
  const std::size_t held = truth.messages_at[last_whole];
  CHECK(read(saved).messages ==
        std::vector<std::string>(truth.messages.begin(),
                                 truth.messages.begin() + static_cast<std::ptrdiff_t>(held)));
}

TEST_CASE("with only its index damaged, a session has lost no message, and recover says that") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "s.mcap";
  const std::string bytes = content(whole);
  write(file, flipped(bytes, bytes.size() - 40));
  CHECK_THAT(
      run("session recover " + file.string() + " --out " + file.string() + ".new", exit_ok).said,
      Catch::Contains("recovered 89 messages") &&
          Catch::Contains("all messages are whole; only the index behind them was damaged") &&
          !Catch::Contains("lost"));
}

TEST_CASE("recover, cut and export that are stopped end soon, say so, and leave nothing") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "long.mcap";
  rewrite(
      file, [](Topic) { return true; },
      [](SessionWriter& writer) {
        const std::vector<std::byte> raw(std::size_t{1} << 20U);
        for (int i = 0; i < 128; ++i) {
          writer.add(static_cast<std::uint16_t>(Topic::raw), 2'000'000'000, raw);
          REQUIRE(writer.commit());
        }
      });
  const auto out = folder.path() / "out";
  for (const char* command : {"recover", "cut --to 10", "export"}) {
    const Ran ran = shell(TROCAR_PROGRAM " session " + std::string(command) + " " + file.string() +
                          " --out " + out.string() + " & p=$!; until [ -e " + out.string() +
                          ".$p.part ]; do :; done; kill -INT $p; wait $p");
    INFO(command << ": " << ran.said);
    CHECK(ran.exit_code == exit_run_time);
    CHECK_THAT(ran.said, Catch::EndsWith(": stopped before it was read\n"));
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  }
}

TEST_CASE("on a full disk recover, cut and export leave nothing, and can be tried again") {
  const TemporaryFolder folder;
  const auto out = folder.path() / "out";
  for (const std::string& command :
       {"recover " + whole, "cut --to 10 " + whole, "export " + whole}) {
    const std::string line = "session " + command + " --out " + out.string();
    // A limit on a file's length: the system refuses a write in its middle, as it does when full.
    const Ran ran = shell("trap '' XFSZ; ulimit -f 16; " TROCAR_PROGRAM " " + line);
    INFO(command << ": " << ran.said);
    CHECK(ran.exit_code == exit_run_time);
    CHECK(ran.said.starts_with("trocar: "));
    CHECK(std::filesystem::is_empty(folder.path()));
    run(line, exit_ok);
    std::filesystem::remove_all(out);
  }
}

TEST_CASE("numbers that are none, or not as a person writes them, are refused") {
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "o.mcap").string();
  for (const char* n : {"nan", "-nan", "inf", "0x10", "+4", "' 4'", "'4 '", "4s", "1e400", "''"}) {
    const std::string number(n);
    run("replay --speed " + number + " " + whole, exit_usage);
    run("replay --from " + number + " " + whole, exit_usage);
    run("session cut " + whole + " --out " + out + " --to 9 --from " + number, exit_usage);
    run("session cut " + whole + " --out " + out + " --to " + number, exit_usage);
    run("run any.toml --for " + number, exit_usage);
    run("watch localhost:1 --for " + number, exit_usage);
  }
  CHECK(run("replay --speed nan " + whole, exit_usage)
            .said.starts_with("trocar replay: --speed: expected a number from 0.01 to 1000 or max, "
                              "found \"nan\""));
  CHECK(std::filesystem::is_empty(folder.path()));
  run("replay --speed 1e3 --from .2 " + whole, exit_ok);
}

TEST_CASE("on a terminal long work says how far it is, elsewhere it does not") {
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "out").string();
  for (const std::string& command :
       {"replay --verify " + whole, "session recover " + whole + " --out " + out + "1",
        "session cut " + whole + " --to 9 --out " + out + "2",
        "session export " + whole + " --out " + out + "3"}) {
    const Ran ran = shell("script -qec '" TROCAR_PROGRAM " " + command + "' /dev/null </dev/null");
    INFO(ran.said);
    CHECK(ran.exit_code == exit_ok);
    CHECK_THAT(ran.said, Catch::Contains("\r[#####") && Catch::Contains(" %  "));
  }
  CHECK_THAT(run("session recover " + whole + " --out " + out + "4", exit_ok).said,
             !Catch::Contains("%"));
}
