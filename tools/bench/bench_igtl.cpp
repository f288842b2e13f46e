#include <sys/prctl.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "engine/base/log.hpp"
#include "tools/bench/igtl_cases.hpp"

// docs/benchmarks.md says what is measured and how to read it.
namespace {

using namespace trocar::bench;

struct Options {
  bool json = false;
  bool quick = false;
  std::vector<std::size_t> clients = {1, 8, 64};
  double rate_hz = 100;
  double seconds = 10;
};

nlohmann::json to_json(const Quantiles& q) {
  return {{"p50", q.p50}, {"p99", q.p99}, {"p999", q.p999}, {"max", q.max}, {"n", q.n}};
}

class Report {
 public:
  explicit Report(bool json) : json_(json) {}
  template <class... Values>
  void line(const char* format, Values... values) const {
    if (json_) return;
    std::printf(format, values...);
    std::fflush(stdout);
  }
  void row(nlohmann::json row) { rows_.push_back(std::move(row)); }
  void finish() const {
    if (json_) std::cout << nlohmann::json{{"bench", "igtl"}, {"rows", rows_}}.dump(2) << '\n';
  }

 private:
  bool json_;
  nlohmann::json rows_ = nlohmann::json::array();
};

struct Way {
  const char* name;
  Sender sender;
  Reader reader;
  bool one_message;
};

void fan_outs(const Options& options, Report& report) {
  const std::vector<Way> ways = {
      {"library to library, 1 message", Sender::library, Reader::library, true},
      {"library to library, 3 messages", Sender::library, Reader::library, false},
      {"trocar to library, 3 messages", Sender::trocar, Reader::library, false},
      {"trocar to trocar, 3 messages", Sender::trocar, Reader::trocar, false}};
  report.line("%7s  %-32s %8s %8s %8s %8s %8s %8s %6s\n", "clients", "what (us, from due)", "p50",
              "p99", "p99.9", "max", "n", "missing", "bytes");
  for (const std::size_t clients : options.clients) {
    for (const Way& way : ways) {
      const FanOut r = fan_out(
          {way.sender, way.reader, clients, way.one_message, options.rate_hz, options.seconds});
      report.line("%7zu  %-32s %8.0f %8.0f %8.0f %8.0f %8zu %8zu %6zu\n", clients, way.name,
                  r.us.p50, r.us.p99, r.us.p999, r.us.max, r.us.n, r.missing, r.bytes_per_pose);
      report.row({{"case", "fan_out"},
                  {"clients", clients},
                  {"what", way.name},
                  {"rate_hz", options.rate_hz},
                  {"us", to_json(r.us)},
                  {"missing", r.missing},
                  {"bytes_per_pose", r.bytes_per_pose}});
    }
  }
}

void crowds(Report& report) {
  const Crowd c = crowd(80);
  report.line("80 clients at a server for 64: %zu served fully, %zu refused\n", c.served,
              c.refused);
  report.row({{"case", "crowd"}, {"served", c.served}, {"refused", c.refused}});
}

void stalls(const Options& options, Report& report) {
  for (const bool stalled : {false, true}) {
    const Stall s = stall({stalled, 30, options.seconds});
    report.line(
        "8 clients at 100 Hz with images at 30 Hz, %s: age p50 %.0f, p99 %.0f us, largest gap "
        "%.1f ms, damaged %zu%s\n",
        stalled ? "one stalled" : "7 there", s.us.p50, s.us.p99, s.largest_gap_ms, s.damaged,
        stalled ? (", closed after " + std::to_string(s.closed_after_ms) + " ms").c_str() : "");
    report.row({{"case", "stall"},
                {"stalled", stalled},
                {"us", to_json(s.us)},
                {"largest_gap_ms", s.largest_gap_ms},
                {"closed_after_ms", s.closed_after_ms},
                {"damaged", s.damaged}});
  }
}

void slow_readers(const Options& options, Report& report) {
  for (const Sender sender : {Sender::library, Sender::trocar}) {
    const char* name = sender == Sender::trocar ? "trocar" : "library";
    const SlowReader s = slow_reader(sender, options.seconds);
    report.line(
        "slow reader, 2 ms for each message of 1000 poses/s, %s: age when read p50 / p99, ms: "
        "first half %.1f / %.1f, second half %.1f / %.1f\n",
        name, s.first_half_ms.p50, s.first_half_ms.p99, s.second_half_ms.p50, s.second_half_ms.p99);
    report.row({{"case", "slow_reader"},
                {"sender", name},
                {"first_half_ms", to_json(s.first_half_ms)},
                {"second_half_ms", to_json(s.second_half_ms)}});
  }
}

void encodings(const Options& options, Report& report) {
  const Encoding e = encoding(options.quick ? 50 : 500);
  report.line("IMAGE 512x512x16 encode, p50: trocar %.0f us, library's Pack %.0f us, %.1f times\n",
              e.ours_us, e.library_us, e.library_us / e.ours_us);
  report.line("CRC-64: trocar %.2f GB/s, library %.2f GB/s\n", e.ours_crc_gb_s, e.library_crc_gb_s);
  report.row({{"case", "encoding"},
              {"trocar_us", e.ours_us},
              {"library_us", e.library_us},
              {"trocar_crc_gb_s", e.ours_crc_gb_s},
              {"library_crc_gb_s", e.library_crc_gb_s}});
}

void run(const Options& options) {
  Report report(options.json);
  fan_outs(options, report);
  crowds(report);
  stalls(options, report);
  slow_readers(options, report);
  encodings(options, report);
  report.finish();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{
      "Times the OpenIGTLink server beside Debian's libopenigtlink 1.11 in the same run: poses to\n"
      "1, 8 and 64 clients at 100 Hz, open loop from when each was due to when a client has "
      "decoded\n"
      "its last message; a crowd, a stalled client, a slow reader, and the encoding of an image.\n"
      "Servers and clients share this process. About 4 minutes without --quick."};
  app.add_flag("--json", options.json, "one JSON object instead of the table");
  app.add_flag("--quick", options.quick, "short cases: a look, not a measurement");
  app.add_option("--clients", options.clients, "display clients")->check(CLI::Range(1, 64));
  app.add_option("--rate", options.rate_hz, "Hz of the poses")->check(CLI::Range(1, 1000));
  app.add_option("--seconds", options.seconds, "measured per case")->check(CLI::Range(1, 3600));
  CLI11_PARSE(app, argc, argv);
  if (options.quick) {
    options.clients = {8};
    options.seconds = 1;
  }
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  trocar::log::to_stderr(false);
  try {
    run(options);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bench_igtl: %s\n", e.what());
    return 1;
  }
  return 0;
}
