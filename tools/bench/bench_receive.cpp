// From storescu to the registered epoch of five vertebrae, and what decoding costs with one process
// and with one per core. docs/benchmarks.md says what is measured and how to read it.
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "drivers/series_decoder.hpp"
#include "tools/bench/receive_engine.hpp"
#include "tools/bench/receive_series.hpp"

namespace {

using namespace trocar;
using namespace trocar::bench;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct Options {
  bool json = false, quick = false;
  ScanSize size;
  int rounds = 3;
  std::string folder, trocar;
  std::vector<std::string> packings_wanted;
};

// Decoding alone, by a process of its own as the engine does it.
struct Decoding {
  double wall_ms = 0, cpu_ms = 0;
};

struct Row {
  std::string packing;
  bool no_delay = false;
  std::vector<Passage> rounds;
  Decoding one, many;
  std::string missing;  // why there is nothing
};

double cpu_ms_of_children() {
  rusage used{};
  ::getrusage(RUSAGE_CHILDREN, &used);
  const auto ms = [](const timeval& t) {
    return 1e3 * static_cast<double>(t.tv_sec) + 1e-3 * static_cast<double>(t.tv_usec);
  };
  return ms(used.ru_utime) + ms(used.ru_stime);
}

int cores() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

// The best of the rounds: what else ran on the machine only adds.
Result<Decoding> decode(const fs::path& series, int processes, const Options& o) {
  DecoderConfig config;
  config.command = {o.trocar, "decode-series"};
  config.processes = processes;
  Decoding best;
  for (int k = 0; k < o.rounds; ++k) {
    const double before_ms = cpu_ms_of_children();
    const auto began = Clock::now();
    const SeriesReading reading = decode_series(series, config, -1);
    const Decoding now{std::chrono::duration<double, std::milli>(Clock::now() - began).count(),
                       cpu_ms_of_children() - before_ms};
    if (!reading.ct) return Error{Code::malformed, reading.reason};
    if (k == 0 || now.wall_ms < best.wall_ms) best = now;
  }
  return best;
}

Row measure(const Packing& packing, bool no_delay, const Options& o) {
  Row row{packing.name, no_delay, {}, {}, {}, ""};
  const fs::path scans = fs::path(o.folder) / "scans", series = scans / packing.name;
  if (*packing.uid != '\0') {
    const Status packed = pack_series(scans / packings[0].name, series, packing);
    if (!packed) return row.missing = packed.error().detail, row;
  }
  for (int k = 0; k < o.rounds; ++k) {
    const auto p = pass_series(o.trocar, o.folder, series, packing.proposes, no_delay);
    if (!p) return row.missing = p.error().detail, row;
    row.rounds.push_back(p.value());
  }
  std::ranges::sort(row.rounds, {}, &Passage::epoch_ms);
  if (no_delay) return row;  // decoding is the same
  const auto one = decode(series, 1, o), many = decode(series, cores(), o);
  if (!one || !many) return row.missing = (one ? many : one).error().detail, row;
  row.one = one.value();
  row.many = many.value();
  return row;
}

void print_head(const Options& o) {
  std::printf(
      "%d slices of %d x %d, storescu to an engine of its own for each round; the round of the "
      "median\nwhole time (%d rounds), ms from the start of storescu; whole, most: the worst "
      "round. "
      "nodelay: storescu\nwith TCP_NODELAY=1. Decoding alone: wall time and CPU, ms, with 1 "
      "process "
      "and with %d (best round).\n\n%-22s %9s %9s %9s %9s %9s  %s   %s\n",
      o.size.slices, o.size.side, o.size.side, o.rounds, cores(), "series", "to last", "to volume",
      "to epoch", "whole", "most", "levels", "decode 1: wall/CPU, all: wall/CPU, ratio");
}

void print(const Row& r) {
  const std::string name = r.packing + (r.no_delay ? ", nodelay" : "");
  if (!r.missing.empty()) {
    std::printf("%-22s none: %s\n", name.c_str(), r.missing.c_str());
    return;
  }
  const Passage& p = r.rounds[r.rounds.size() / 2];
  std::printf("%-22s %9.0f %9.0f %9.0f %9.0f %9.0f  %6d", name.c_str(), p.last_slice_ms,
              p.volume_ms - p.last_slice_ms, p.epoch_ms - p.volume_ms, p.epoch_ms,
              r.rounds.back().epoch_ms, p.vertebrae);
  if (!r.no_delay)
    std::printf("   %5.0f/%.0f  %5.0f/%.0f  %.2f", r.one.wall_ms, r.one.cpu_ms, r.many.wall_ms,
                r.many.cpu_ms, r.one.wall_ms / r.many.wall_ms);
  std::printf("\n");
  std::fflush(stdout);
}

nlohmann::ordered_json to_json(const Row& r) {
  nlohmann::ordered_json j{{"series", r.packing}, {"tcp_nodelay", r.no_delay}};
  if (!r.missing.empty()) return j["missing"] = r.missing, j;
  for (const Passage& p : r.rounds)
    j["rounds"].push_back({{"last_slice_ms", p.last_slice_ms},
                           {"volume_ms", p.volume_ms},
                           {"epoch_ms", p.epoch_ms},
                           {"vertebrae", p.vertebrae}});
  if (!r.no_delay) {
    j["decode_one_process"] = {{"wall_ms", r.one.wall_ms}, {"cpu_ms", r.one.cpu_ms}};
    j["decode_all_cores"] = {
        {"processes", cores()}, {"wall_ms", r.many.wall_ms}, {"cpu_ms", r.many.cpu_ms}};
  }
  return j;
}

// 0: every series that was sent came to an epoch.
int run(const Options& o) {
  constexpr int no_epoch = 5;
  if (const Status made = make_receive_room(o.folder, o.size); !made) {
    std::fprintf(stderr, "bench_receive: %s\n", made.error().detail.c_str());
    return 1;
  }
  if (!o.json) print_head(o);
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  bool good = true;
  for (const Packing& packing : packings) {
    const auto& wanted = o.packings_wanted;
    if (std::find(wanted.begin(), wanted.end(), packing.name) == wanted.end()) continue;
    for (const bool no_delay : {false, true}) {
      if (no_delay && o.quick) continue;
      const Row row = measure(packing, no_delay, o);
      good = good && row.missing.empty();
      o.json ? rows.push_back(to_json(row)) : print(row);
    }
  }
  if (o.json) std::printf("%s\n", rows.dump(2).c_str());
  return good ? 0 : no_epoch;
}

constexpr const char* about =
    "From storescu to the epoch: the phantom's patient on the table is sent by DCMTK's storescu to "
    "a\n"
    "real `trocar run` on loopback, which decodes the series, registers L1 to L5 and begins an "
    "epoch.\n"
    "Parts: until the last slice (and the association's end), until the volume is decoded (half a\n"
    "second of it is the quiet that says that nothing more comes), until the epoch.\n"
    "Each packing (uncompressed, jpeg2000, jpegls, jpeg, rle) once as storescu is by itself, and "
    "once\n"
    "with TCP_NODELAY=1 in its environment.\n\n"
    "Example:  bench_receive --rounds 5 --series uncompressed,jpeg2000 --folder /tmp/bench_receive";
constexpr const char* exit_codes =
    "Exit codes: 0 ok, 1 run time, 2 usage, 5 a series came to no epoch";

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{about};
  app.footer(exit_codes);
  Options o;
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  o.trocar = (here / "../../bin/trocar").lexically_normal().string();
  for (const Packing& p : packings) o.packings_wanted.emplace_back(p.name);
  app.add_flag("--quick", o.quick, "a small scan, uncompressed, one round");
  app.add_flag("--json", o.json, "rows as JSON");
  app.add_option("--slices", o.size.slices, "of the scan, of 512 x 512")
      ->capture_default_str()
      ->check(CLI::Range(100, 1000));
  app.add_option("--rounds", o.rounds)->capture_default_str()->check(CLI::Range(1, 100));
  app.add_option("--series", o.packings_wanted, "packings, by commas")
      ->delimiter(',')
      ->check(CLI::IsMember(o.packings_wanted))
      ->capture_default_str();
  app.add_option("--folder", o.folder, "keeps the patient and the series for the next run");
  app.add_option("--trocar", o.trocar, "the engine")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  if (o.quick) {
    o.size = {110, 192, 1.8};
    o.rounds = 1;
    o.packings_wanted = {"uncompressed"};
  }
  const bool kept = !o.folder.empty();
  if (!kept) o.folder = (fs::temp_directory_path() / ("bench_receive." + std::to_string(getpid())));
  const int code = run(o);
  if (!kept) fs::remove_all(o.folder);
  return code;
}
