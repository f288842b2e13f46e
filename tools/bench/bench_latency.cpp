#include <sys/prctl.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>

#include "engine/base/log.hpp"
#include "tools/bench/client_reader.hpp"
#include "tools/bench/guidance_log.hpp"
#include "tools/bench/latency_report.hpp"
#include "tools/bench/latency_room.hpp"
#include "tools/bench/loopback_relay.hpp"
#include "tools/bench/registering_load.hpp"

// docs/benchmarks.md says what is measured and how to read it.
namespace {

using namespace trocar;
using namespace trocar::bench;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct Options {
  bool json = false;
  bool quick = false;
  std::vector<std::size_t> tools = {1, 8};
  std::vector<std::size_t> clients = {1, 8};
  std::vector<double> rates_hz = {60, 250, 1000};
  double seconds = 20;
  std::string record;       // a folder; each case once more with the recorder on
  std::string registering;  // a folder; each case once more while scans are registered
};

// When the tracker's replies were due and written, by frame number. Written by the simulator's
// thread, read when that has ended.
struct Replies {
  struct One {
    Clock::time_point due, written;
  };
  explicit Replies(std::size_t frames) : by_frame(frames) {}
  void note(const ReplyWritten& reply) {
    bytes = reply.bytes;
    if (reply.mark.frame >= by_frame.size()) return;
    by_frame[reply.mark.frame] = {reply.exposed + LatencyRoom::device_latency, reply.written};
  }
  std::vector<One> by_frame;
  std::size_t bytes = 0;
};

double us_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::micro>(to - from).count();
}

// The clients of one run, read by one thread.
class Clients {
 public:
  Clients(const LatencyCase& asked, std::uint16_t port, std::size_t frames)
      : logs_(asked.clients, GuidanceLog(name_of_tool(asked.load.tools - 1), frames)),
        ready_(asked.clients),
        reader_(connected(asked.clients, port), [this](std::size_t i, auto bytes, auto at) {
          logs_[i].take(bytes, at);
          if (logs_[i].has_numbers()) ready_[i] = true;
        }) {}

  void wait_for_numbers() const {
    const auto end = Clock::now() + std::chrono::seconds(30);
    while (!std::all_of(ready_.begin(), ready_.end(), [](const auto& r) { return r.load(); })) {
      if (Clock::now() > end) throw std::runtime_error("no guidance with numbers within 30 s");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  [[nodiscard]] const std::vector<GuidanceLog>& logs() const { return logs_; }

 private:
  static std::vector<Connection> connected(std::size_t count, std::uint16_t port) {
    std::vector<Connection> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(Connection::to(port));
    return out;
  }
  std::vector<GuidanceLog> logs_;
  std::vector<std::atomic<bool>> ready_;
  ClientReader reader_;
};

void add_up(const Replies& replies, const std::vector<GuidanceLog>& logs, Clock::time_point from,
            Clock::time_point to, LatencyRow& row) {
  std::vector<double> intended;
  std::vector<double> written;
  for (std::size_t frame = 1; frame < replies.by_frame.size(); ++frame) {
    const Replies::One& reply = replies.by_frame[frame];
    if (reply.due < from || reply.due >= to) continue;
    ++row.frames;
    for (const GuidanceLog& log : logs) {
      const Clock::time_point complete = log.complete()[frame];
      if (complete == Clock::time_point{}) {
        ++row.skipped;
        continue;
      }
      intended.push_back(us_between(reply.due, complete));
      written.push_back(us_between(reply.written, complete));
    }
  }
  if (intended.empty()) throw std::runtime_error("no guidance with numbers was measured");
  row.intended_us = quantiles(intended);
  row.written_us = quantiles(written);
}

StageQuantiles stages_of(const LatencyRoom& room) {
  const auto us = [](const LatencyHistogram& h, double q) {
    return static_cast<double>(h.quantile(q).count()) / 1e3;
  };
  const LatencyHistogram& published = room.engine().received_to_published;
  const LatencyHistogram& sent = room.server().hand_over_to_sent;
  return {us(published, 0.5), us(published, 0.99), us(sent, 0.5), us(sent, 0.99)};
}

LatencyRow measure(const LatencyCase& asked, const Surfaces& surfaces) {
  constexpr double settle_s = 3;  // the device's clock becomes known, the structures have gone out
  const auto frames = static_cast<std::size_t>(asked.load.rate_hz * (asked.seconds + 60));
  LatencyRow row;
  row.asked = asked;
  Replies replies(frames);
  std::vector<GuidanceLog> logs;
  Clock::time_point from;
  Clock::time_point to;
  const fs::path session =
      asked.beside == Beside::recording ? asked.folder / "bench_latency.mcap" : fs::path{};
  std::optional<RegisteringLoad> load;
  if (asked.beside == Beside::registering) load.emplace(asked.folder);
  {
    LatencyRoom room(asked.load, surfaces, {[&](const ReplyWritten& r) { replies.note(r); }, {}},
                     session);
    const Clients clients(asked, room.port(), frames);
    clients.wait_for_numbers();
    std::this_thread::sleep_for(std::chrono::duration<double>(settle_s));
    const int scans_before = load ? load->scans_done() : 0;
    const auto sent = room.server().bytes_sent.value();
    const auto ticks = room.server().ticks.value();
    from = Clock::now();
    to = from +
         std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(asked.seconds));
    std::this_thread::sleep_until(to);
    if (load) row.scans = load->scans_done() - scans_before;
    row.answer_bytes = (room.server().bytes_sent.value() - sent) /
                       ((room.server().ticks.value() - ticks) * asked.clients);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));  // the last of them arrive
    logs = clients.logs();
    row.stages = stages_of(room);
  }
  load.reset();  // the relay is measured without it
  for (const GuidanceLog& log : logs) row.withheld += log.withheld();
  if (!session.empty()) {
    row.session_mb = static_cast<double>(fs::file_size(session)) / 1e6;
    fs::remove(session);
  }
  row.reply_bytes = replies.bytes;
  add_up(replies, logs, from, to, row);
  row.relay_us = loopback_relay_us(
      {row.reply_bytes, row.answer_bytes, asked.clients, asked.load.rate_hz, asked.seconds / 2});
  return row;
}

std::vector<std::pair<Beside, fs::path>> besides(const Options& options) {
  std::vector<std::pair<Beside, fs::path>> out{{Beside::nothing, {}}};
  if (!options.record.empty()) out.emplace_back(Beside::recording, options.record);
  if (!options.registering.empty()) out.emplace_back(Beside::registering, options.registering);
  return out;
}

void run(const Options& options) {
  const Surfaces surfaces = three_surfaces();
  nlohmann::json rows = nlohmann::json::array();
  if (!options.json) print_head();
  for (const std::size_t tools : options.tools) {
    for (const std::size_t clients : options.clients) {
      for (const double rate_hz : options.rates_hz) {
        for (const auto& [beside, folder] : besides(options)) {
          const LatencyRow row =
              measure({{tools, rate_hz}, clients, options.seconds, beside, folder}, surfaces);
          if (options.json) {
            rows.push_back(to_json(row));
          } else {
            print(row);
          }
        }
      }
    }
  }
  if (!options.json) return;
  std::cout << nlohmann::json{{"bench", "latency"}, {"rows", rows}}.dump(2) << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{
      "Times the way of a pose: the simulated NDI tracker's last reply byte to the last byte of\n"
      "that exposure's guidance at a raw OpenIGTLink client, with three structures of 50,000\n"
      "triangles, open loop from the intended time, beside a bare relay of the same bytes over\n"
      "loopback TCP. Everything runs in this process, tracker and clients too. About 8 minutes\n"
      "without --quick. Says how much guidance came without numbers on a machine that is too "
      "busy."};
  app.add_flag("--json", options.json, "one JSON object instead of the table");
  app.add_flag("--quick", options.quick, "two short cases: a look, not a measurement");
  app.add_option("--record", options.record, "a folder: each case once more with the recorder on")
      ->check(CLI::ExistingDirectory);
  app.add_option("--registering", options.registering,
                 "a folder that keeps a scan: each case once more while it is registered over and "
                 "over")
      ->check(CLI::ExistingDirectory);
  app.add_option("--tools", options.tools, "instruments besides the reference")
      ->check(CLI::Range(1, 11));
  app.add_option("--clients", options.clients, "display clients")->check(CLI::Range(1, 16));
  app.add_option("--rate", options.rates_hz, "Hz of the tracker")->check(CLI::Range(1, 1000));
  app.add_option("--seconds", options.seconds, "measured per case")->check(CLI::Range(1, 3600));
  CLI11_PARSE(app, argc, argv);
  if (options.quick) {
    options.tools = {8};
    options.rates_hz = {60};
    options.seconds = 2;
  }
  // The load must come when it is due: without this the kernel lets sleepers oversleep by 50 us.
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  log::to_stderr(false);
  try {
    run(options);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bench_latency: %s\n", e.what());
    return 1;
  }
  return 0;
}
