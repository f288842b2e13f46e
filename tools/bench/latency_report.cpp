#include "tools/bench/latency_report.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace trocar::bench {
namespace {

nlohmann::json to_json(const Quantiles& q) {
  return {{"p50", q.p50}, {"p99", q.p99}, {"p999", q.p999}, {"max", q.max}, {"n", q.n}};
}

}  // namespace

void print_head() {
  std::printf("%5s %7s %6s  %-28s %8s %8s %8s %8s %8s %8s\n", "tools", "clients", "Hz", "what (us)",
              "p50", "p99", "p99.9", "max", "n", "skipped");
}

void print(const LatencyRow& r) {
  const auto line = [&](const char* what, const Quantiles& q, std::size_t skipped) {
    std::printf("%5zu %7zu %6.0f  %-28s %8.0f %8.0f %8.0f %8.0f %8zu %8zu\n", r.asked.load.tools,
                r.asked.clients, r.asked.load.rate_hz, what, q.p50, q.p99, q.p999, q.max, q.n,
                skipped);
  };
  if (r.asked.beside == Beside::recording) std::printf("recorded, %.1f MB:\n", r.session_mb);
  if (r.asked.beside == Beside::registering)
    std::printf("beside the registration of %d scans of five vertebrae:\n", r.scans);
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

nlohmann::json to_json(const LatencyRow& r) {
  const StageQuantiles& s = r.stages;
  return {{"tools", r.asked.load.tools},
          {"clients", r.asked.clients},
          {"rate_hz", r.asked.load.rate_hz},
          {"seconds", r.asked.seconds},
          {"recorded_mb", r.session_mb},
          {"scans_registered", r.scans},
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

}  // namespace trocar::bench
