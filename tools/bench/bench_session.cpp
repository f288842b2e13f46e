#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>
#include <thread>

#include "engine/session/session_reader.hpp"
#include "tools/bench/quantiles.hpp"
#include "tools/bench/session_load.hpp"

// docs/benchmarks.md says what is measured and how to read it.
namespace {

using namespace trocar;
using namespace trocar::bench;
using Clock = std::chrono::steady_clock;

struct Options {
  bool json = false;
  bool quick = false;
  double seconds = 10;
  int rounds = 3;
  int kills = 100;
  std::string folder = ".";
};

// Like the recorder's chunks: so many bytes each 1/30 s.
constexpr auto chunk_period = std::chrono::microseconds(33'333);

struct Row {
  std::string what;
  Quantiles ms;
  double mb_per_s = 0;
};

template <class Commit>
Row paced(const std::string& what, double seconds, std::size_t chunk_bytes, Commit commit) {
  std::vector<double> took_ms;
  const auto began = Clock::now();
  while (Clock::now() - began < std::chrono::duration<double>(seconds)) {
    std::this_thread::sleep_until(began + took_ms.size() * chunk_period);
    const auto from = Clock::now();
    commit();
    took_ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - from).count());
  }
  const double mb = static_cast<double>(took_ms.size() * chunk_bytes) / 1e6;
  return {what, quantiles(took_ms), mb / seconds};
}

std::vector<char> noise(std::size_t n) {
  std::vector<char> bytes(n);
  std::mt19937 random(2);
  for (char& b : bytes) b = static_cast<char>(random());
  return bytes;
}

Row bare(const std::filesystem::path& file, double seconds, std::size_t chunk_bytes) {
  const std::vector<char> chunk = noise(chunk_bytes);
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  if (fd < 0) throw std::runtime_error("cannot create " + file.string());
  Row row = paced("bare append and fdatasync", seconds, chunk_bytes, [&] {
    if (::write(fd, chunk.data(), chunk.size()) != static_cast<ssize_t>(chunk.size()) ||
        ::fdatasync(fd) != 0) {
      throw std::runtime_error("cannot write " + file.string());
    }
  });
  ::close(fd);
  return row;
}

void must(int code, sqlite3* db) {
  if (code == SQLITE_OK || code == SQLITE_DONE) return;
  throw std::runtime_error(std::string("sqlite: ") + sqlite3_errmsg(db));
}

// A row per message, a transaction per chunk, synced: what a recorder on SQLite would do.
Row sqlite_wal(const std::filesystem::path& file, double seconds, std::size_t chunk_bytes,
               std::size_t messages) {
  const std::vector<char> image = noise(std::size_t{2} << 20U);
  const std::size_t rest = chunk_bytes > image.size() ? chunk_bytes - image.size() : 0;
  const std::size_t small = std::max<std::size_t>(rest / std::max<std::size_t>(messages, 1), 1);
  sqlite3* db = nullptr;
  must(sqlite3_open(file.c_str(), &db), db);
  must(sqlite3_exec(db,
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                    "CREATE TABLE m(topic INTEGER, t INTEGER, data BLOB)",
                    nullptr, nullptr, nullptr),
       db);
  sqlite3_stmt* insert = nullptr;
  must(sqlite3_prepare_v2(db, "INSERT INTO m VALUES(?,?,?)", -1, &insert, nullptr), db);
  const auto add = [&](int topic, std::size_t bytes) {
    sqlite3_bind_int(insert, 1, topic);
    sqlite3_bind_int64(insert, 2, 1);
    sqlite3_bind_blob(insert, 3, image.data(), static_cast<int>(bytes), SQLITE_STATIC);
    must(sqlite3_step(insert), db);
    sqlite3_reset(insert);
  };
  Row row = paced("SQLite, WAL, synchronous=FULL", seconds, chunk_bytes, [&] {
    must(sqlite3_exec(db, "BEGIN", nullptr, nullptr, nullptr), db);
    add(14, image.size());
    for (std::size_t i = 0; i < messages; ++i) add(3, small);
    must(sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr), db);
  });
  sqlite3_finalize(insert);
  sqlite3_close(db);
  return row;
}

struct Ours {
  Row row;
  LoadReport report;
  std::size_t chunks = 0;
};

Ours ours(const std::filesystem::path& file, double seconds) {
  Ours o;
  o.row.what = "trocar's recorder";
  o.report = record_load(
      file, {}, seconds, [](std::uint64_t) {},
      [&](const RecorderMetrics& m) {
        const auto ms = [&](double q) { return milliseconds_of(m.commit.quantile(q)); };
        o.row.ms = {ms(0.5), ms(0.99), ms(0.999), ms(1), m.commit.count()};
        o.chunks = m.commit.count();
      });
  o.row.mb_per_s = static_cast<double>(o.report.bytes) / 1e6 / seconds;
  return o;
}

// How many messages of a file are whole; the file's own end does not matter.
std::uint64_t whole_messages(const std::filesystem::path& file) {
  auto reader = SessionReader::open(file);
  if (!reader) return 0;
  while (reader.value()->next() != nullptr) {
  }
  return reader.value()->end().messages;
}

struct Kills {
  int done = 0;
  int unreadable = 0;              // files without a whole message though some were acknowledged
  std::uint64_t missing = 0;       // acknowledged and not there: must be 0
  std::uint64_t acknowledged = 0;  // in all
};

[[noreturn]] void be_killed(const std::filesystem::path& file, int to_parent) {
  try {
    record_load(
        file, {}, 60,
        [&](std::uint64_t n) {
          if (::write(to_parent, &n, sizeof n) != sizeof n) ::_exit(1);
        },
        [](const RecorderMetrics&) {});
  } catch (const std::exception&) {
    ::_exit(1);
  }
  ::_exit(0);
}

// The recorder under full load, killed at a random time: how much of what it had acknowledged is
// not in its file?
void kill_one(const std::filesystem::path& file, std::chrono::milliseconds after, Kills& kills) {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) be_killed(file, pipe[1]);
  ::close(pipe[1]);
  std::thread killer([&] {
    std::this_thread::sleep_for(after);
    ::kill(child, SIGKILL);
  });
  std::uint64_t acknowledged = 0;
  for (std::uint64_t n = 0; ::read(pipe[0], &n, sizeof n) == sizeof n;) acknowledged = n;
  killer.join();
  ::close(pipe[0]);
  ::waitpid(child, nullptr, 0);
  const std::uint64_t there = whole_messages(file);
  ++kills.done;
  kills.acknowledged += acknowledged;
  kills.unreadable += acknowledged > 0 && there == 0 ? 1 : 0;
  kills.missing += acknowledged > there ? acknowledged - there : 0;
  std::filesystem::remove(file);
}

Kills kill_many(const std::filesystem::path& folder, int n) {
  Kills kills;
  std::mt19937 random(9);
  for (int i = 0; i < n; ++i) {
    std::fprintf(stderr, "\rkilling %d of %d ", i + 1, n);
    kill_one(folder / "killed.mcap", std::chrono::milliseconds(20 + random() % 1000), kills);
  }
  std::fprintf(stderr, "\n");
  return kills;
}

void print(const Row& r) {
  std::printf("%-34s %8.2f %8.2f %8.2f %8.2f %7zu %7.1f\n", r.what.c_str(), r.ms.p50, r.ms.p99,
              r.ms.p999, r.ms.max, r.ms.n, r.mb_per_s);
}

nlohmann::json json_of(const Row& r) {
  return {{"what", r.what}, {"p50_ms", r.ms.p50}, {"p99_ms", r.ms.p99},
          {"n", r.ms.n},    {"max_ms", r.ms.max}, {"mb_per_s", r.mb_per_s}};
}

int run(const Options& o) {
  const std::filesystem::path folder = std::filesystem::path(o.folder) / "trocar-bench-session";
  std::filesystem::create_directories(folder);
  nlohmann::json all = nlohmann::json::array();
  std::printf("%-34s %8s %8s %8s %8s %7s %7s\n", "commit of a chunk, ms", "p50", "p99", "p99.9",
              "max", "n", "MB/s");
  bool whole = true;
  for (int round = 0; round < o.rounds; ++round) {
    const Ours mine = ours(folder / "ours.mcap", o.seconds);
    const std::size_t chunks = std::max<std::size_t>(mine.chunks, 1);
    const std::size_t chunk_bytes = mine.report.bytes / chunks;
    const Row plain = bare(folder / "bare", o.seconds, chunk_bytes);
    const Row sqlite =
        sqlite_wal(folder / "sqlite.db", o.seconds, chunk_bytes, mine.report.messages / chunks);
    for (const Row* r : {&mine.row, &plain, &sqlite}) {
      print(*r);
      all.push_back(json_of(*r));
    }
    const std::uint64_t said = 2 * mine.report.frames + mine.report.images;
    const std::uint64_t there = whole_messages(folder / "ours.mcap");
    whole = whole && (mine.report.lost || there == said);
    if (mine.report.lost) std::puts("  recording lost, and said so: this disk did not keep up");
    std::printf("  p99: %.2f times bare, %.2f times SQLite; %llu messages said, %llu in the file\n",
                mine.row.ms.p99 / plain.ms.p99, mine.row.ms.p99 / sqlite.ms.p99,
                static_cast<unsigned long long>(said), static_cast<unsigned long long>(there));
    for (const auto& f : std::filesystem::directory_iterator(folder)) {
      std::filesystem::remove(f);
    }
  }
  const Kills kills = kill_many(folder, o.kills);
  std::printf(
      "killed %d times under this load: %llu messages acknowledged, %llu of them missing, "
      "%d files unreadable\n",
      kills.done, static_cast<unsigned long long>(kills.acknowledged),
      static_cast<unsigned long long>(kills.missing), kills.unreadable);
  std::filesystem::remove_all(folder);
  if (o.json) std::puts(all.dump().c_str());
  return whole && kills.missing == 0 && kills.unreadable == 0 ? 0 : 5;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Times the session recorder's commits under 63 MB/s (3200 poses/s and 30 images/s of\n"
      "1024x1024x16 bit) beside a bare append with fdatasync of the same bytes and SQLite in WAL\n"
      "mode, and kills it at random times. Exit code 5 when a message is missing and the recorder\n"
      "did not say that the recording is lost. About 4 minutes."};
  Options o;
  app.add_flag("--json", o.json, "the rows as one JSON array at the end");
  app.add_flag("--quick", o.quick, "short cases: a look, not a measurement");
  app.add_option("--seconds", o.seconds, "measured per case")->check(CLI::Range(1, 3600));
  app.add_option("--rounds", o.rounds, "of all three")->check(CLI::Range(1, 100));
  app.add_option("--kills", o.kills, "how often it is killed")->check(CLI::Range(0, 10000));
  app.add_option("--folder", o.folder, "on the disk that is measured")
      ->check(CLI::ExistingDirectory);
  CLI11_PARSE(app, argc, argv);
  if (o.quick) {
    o.seconds = 1;
    o.rounds = 1;
    o.kills = 3;
  }
  try {
    return run(o);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bench_session: %s\n", e.what());
    return 1;
  }
}
