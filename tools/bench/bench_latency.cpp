#include <sys/prctl.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "engine/base/log.hpp"
#include "tools/bench/client_reader.hpp"
#include "tools/bench/guidance_log.hpp"
#include "tools/bench/latency_room.hpp"
#include "tools/bench/loopback_relay.hpp"

// docs/benchmarks.md says what is measured and how to read it.
namespace {

using namespace trocar;
using namespace trocar::bench;
using Clock = std::chrono::steady_clock;

struct Options {
  bool json = false;
  bool quick = false;
  std::vector<std::size_t> tools = {1, 8};
  std::vector<std::size_t> clients = {1, 8};
  std::vector<double> rates_hz = {60, 250, 1000};
  double seconds = 20;
  std::string record;  // a folder; each case once more with the recorder on
};

struct Case {
  RoomLoad load;
  std::size_t clients;
  double seconds;
  std::filesystem::path session;  // recorded to; empty: not
};

// Where the time went, as the running engine itself counts it: any of its metrics, since its start.
struct StageQuantiles {
  double published_p50_us = 0, published_p99_us = 0;  // bytes received to guidance handed over
  double sent_p50_us = 0, sent_p99_us = 0;            // navigator's `now` to the last client's send
};

struct Row {
  Case asked;
  std::size_t reply_bytes = 0;
  std::size_t answer_bytes = 0;
  std::size_t frames = 0;    // replies written while it was measured
  std::size_t skipped = 0;   // of frames x clients: no guidance with numbers came of that exposure
  std::size_t withheld = 0;  // messages without their numbers: the engine itself was too late
  Quantiles intended_us;     // from when the last byte was due
  Quantiles written_us;      // from when it was handed to the system
  Quantiles relay_us;
  StageQuantiles stages;
  double session_mb = 0;
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
  Clients(const Case& asked, std::uint16_t port, std::size_t frames)
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
            Clock::time_point to, Row& row) {
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

Row measure(const Case& asked, const Surfaces& surfaces) {
  constexpr double settle_s = 3;  // the device's clock becomes known, the structures have gone out
  const auto frames = static_cast<std::size_t>(asked.load.rate_hz * (asked.seconds + 60));
  Row row;
  row.asked = asked;
  Replies replies(frames);
  std::vector<GuidanceLog> logs;
  Clock::time_point from;
  Clock::time_point to;
  {
    LatencyRoom room(asked.load, surfaces, {[&](const ReplyWritten& r) { replies.note(r); }, {}},
                     asked.session);
    const Clients clients(asked, room.port(), frames);
    clients.wait_for_numbers();
    std::this_thread::sleep_for(std::chrono::duration<double>(settle_s));
    const auto sent = room.server().bytes_sent.value();
    const auto ticks = room.server().ticks.value();
    from = Clock::now();
    to = from +
         std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(asked.seconds));
    std::this_thread::sleep_until(to);
    row.answer_bytes = (room.server().bytes_sent.value() - sent) /
                       ((room.server().ticks.value() - ticks) * asked.clients);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));  // the last of them arrive
    logs = clients.logs();
    row.stages = stages_of(room);
  }
  for (const GuidanceLog& log : logs) row.withheld += log.withheld();
  if (!asked.session.empty()) {
    row.session_mb = static_cast<double>(std::filesystem::file_size(asked.session)) / 1e6;
    std::filesystem::remove(asked.session);
  }
  row.reply_bytes = replies.bytes;
  add_up(replies, logs, from, to, row);
  row.relay_us = loopback_relay_us(
      {row.reply_bytes, row.answer_bytes, asked.clients, asked.load.rate_hz, asked.seconds / 2});
  return row;
}

void print_head() {
  std::printf("%5s %7s %6s  %-28s %8s %8s %8s %8s %8s %8s\n", "tools", "clients", "Hz", "what (us)",
              "p50", "p99", "p99.9", "max", "n", "skipped");
}

void print(const Row& r) {
  const auto line = [&](const char* what, const Quantiles& q, std::size_t skipped) {
    std::printf("%5zu %7zu %6.0f  %-28s %8.0f %8.0f %8.0f %8.0f %8zu %8zu\n", r.asked.load.tools,
                r.asked.clients, r.asked.load.rate_hz, what, q.p50, q.p99, q.p999, q.max, q.n,
                skipped);
  };
  if (!r.asked.session.empty()) std::printf("recorded, %.1f MB:\n", r.session_mb);
  line("trocar, from intended time", r.intended_us, r.skipped);
  line("trocar, from last byte out", r.written_us, r.skipped);
  line("bare relay, from intended", r.relay_us, 0);
  std::printf("%20s  %zu bytes in, %zu out per client; %.1f (p50) and %.1f (p99) times the relay\n",
              "", r.reply_bytes, r.answer_bytes, r.intended_us.p50 / r.relay_us.p50,
              r.intended_us.p99 / r.relay_us.p99);
  std::printf(
      "%20s  engine: received to published %.0f / %.0f, navigator to last send %.0f / %.0f\n", "",
      r.stages.published_p50_us, r.stages.published_p99_us, r.stages.sent_p50_us,
      r.stages.sent_p99_us);
  if (r.withheld > 0) {
    std::printf("%20s  %zu messages came without numbers: this machine was too busy\n", "",
                r.withheld);
  }
  std::fflush(stdout);
}

nlohmann::json to_json(const Quantiles& q) {
  return {{"p50", q.p50}, {"p99", q.p99}, {"p999", q.p999}, {"max", q.max}, {"n", q.n}};
}

nlohmann::json to_json(const Row& r) {
  const StageQuantiles& s = r.stages;
  return {{"tools", r.asked.load.tools},
          {"clients", r.asked.clients},
          {"rate_hz", r.asked.load.rate_hz},
          {"seconds", r.asked.seconds},
          {"recorded_mb", r.session_mb},
          {"frames", r.frames},
          {"skipped", r.skipped},
          {"withheld_messages", r.withheld},
          {"reply_bytes", r.reply_bytes},
          {"answer_bytes", r.answer_bytes},
          {"from_intended_us", to_json(r.intended_us)},
          {"from_written_us", to_json(r.written_us)},
          {"relay_us", to_json(r.relay_us)},
          {"stages_us",
           {{"received_to_published", {{"p50", s.published_p50_us}, {"p99", s.published_p99_us}}},
            {"navigator_to_sent", {{"p50", s.sent_p50_us}, {"p99", s.sent_p99_us}}}}}};
}

void run(const Options& options) {
  const Surfaces surfaces = three_surfaces();
  nlohmann::json rows = nlohmann::json::array();
  if (!options.json) print_head();
  for (const std::size_t tools : options.tools) {
    for (const std::size_t clients : options.clients) {
      for (const double rate_hz : options.rates_hz) {
        std::vector<std::filesystem::path> sessions{{}};
        if (!options.record.empty()) sessions.push_back(options.record + "/bench_latency.mcap");
        for (const auto& session : sessions) {
          const Row row = measure({{tools, rate_hz}, clients, options.seconds, session}, surfaces);
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
