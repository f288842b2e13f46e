#include "engine/runtime/engine_report.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

namespace trocar {
namespace {

constexpr std::array quantiles = {0.5, 0.99, 0.999};

void add_counter(std::string& out, std::string_view name, std::string_view help,
                 std::uint64_t value) {
  out += fmt::format("# HELP trocar_{0} {1}\n# TYPE trocar_{0} counter\ntrocar_{0} {2}\n", name,
                     help, value);
}

void add_latency(std::string& out, std::string_view name, std::string_view help,
                 const LatencyHistogram& h) {
  out +=
      fmt::format("# HELP trocar_{0}_seconds {1}\n# TYPE trocar_{0}_seconds summary\n", name, help);
  for (const double q : quantiles) {
    out += fmt::format("trocar_{}_seconds{{quantile=\"{}\"}} {:.9f}\n", name, q,
                       seconds(h.quantile(q)));
  }
  out += fmt::format("trocar_{}_seconds_count {}\n", name, h.count());
}

void add_refused(std::string& out, const ServerStats& server) {
  out +=
      "# HELP trocar_refused_total display clients or messages refused, by reason\n"
      "# TYPE trocar_refused_total counter\n";
  for (std::size_t i = 0; i < refusal_count; ++i) {
    out += fmt::format("trocar_refused_total{{reason=\"{}\"}} {}\n", to_string(Refusal(i)),
                       server.refused[i].value());
  }
}

void add_intake(std::string& out, const IntakeCounts& intake) {
  if (intake.empty()) return;
  out +=
      "# HELP trocar_intake_refused_total senders, objects or files refused, by reason\n"
      "# TYPE trocar_intake_refused_total counter\n";
  for (const auto& [why, count] : intake) {
    out += fmt::format("trocar_intake_refused_total{{reason=\"{}\"}} {}\n", why, count);
  }
}

// "state=ready link=tracking" as an object.
nlohmann::ordered_json words_of(std::string_view line) {
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  while (!line.empty()) {
    const auto end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    const auto equals = word.find('=');
    if (equals != std::string_view::npos) {
      out[std::string(word.substr(0, equals))] = word.substr(equals + 1);
    }
  }
  return out;
}

nlohmann::ordered_json latency_of(const LatencyHistogram& h) {
  const auto us = [&](double q) { return static_cast<double>(h.quantile(q).count()) / 1e3; };
  return {{"n", h.count()}, {"p50", us(0.5)}, {"p99", us(0.99)}};
}

}  // namespace

std::string metrics_text(const EngineMetrics& engine, const ServerStats& server,
                         const IntakeCounts& intake) {
  std::string out;
  out += "# HELP trocar_clients display clients now\n# TYPE trocar_clients gauge\n";
  out += fmt::format("trocar_clients {}\n", server.clients.load());
  add_counter(out, "clients_accepted_total", "display clients let in", server.accepted.value());
  add_counter(out, "clients_gone_total", "display clients that went",
              server.closed_by_peer.value());
  add_refused(out, server);
  add_intake(out, intake);
  add_counter(out, "queries_total", "questions answered", server.queries.value());
  add_counter(out, "commands_total", "commands answered", server.commands.value());
  add_counter(out, "guidance_total", "guidances sent", server.ticks.value());
  add_counter(out, "guidance_skipped_total", "guidances that gave way to newer ones",
              server.skipped.value());
  add_counter(out, "clients_slowed_total", "longer paces given to clients that fell behind",
              server.slowed.value());
  add_counter(out, "bytes_sent_total", "bytes given to the network", server.bytes_sent.value());
  add_counter(out, "values_refused_total", "numbers withheld at the last gate",
              server.values_refused.value());
  add_counter(out, "state_lines_lost_total", "changes of state that displays missed",
              server.state_lines_lost.value());
  add_counter(out, "tracker_frames_total", "tracker frames taken", engine.frames.value());
  add_counter(out, "published_total", "guidances handed to the network", engine.published.value());
  add_latency(out, "received_to_published", "last byte from the tracker to hand-over",
              engine.received_to_published);
  add_latency(out, "acquired_to_published", "exposure to hand-over", engine.acquired_to_published);
  add_latency(out, "hand_over_to_sent", "hand-over to the last client's send",
              server.hand_over_to_sent);
  return out;
}

std::string state_json(const EngineMetrics& engine, const ServerStats& server,
                       const StreamView& view, const IntakeCounts& intake) {
  nlohmann::ordered_json clients = nlohmann::ordered_json::array();
  for (const ClientView& c : view.clients) {
    clients.push_back({{"peer", c.peer},
                       {"header_version", c.version},
                       {"pace_ms", c.pace_ms},
                       {"skipped", c.skipped},
                       {"tdata", c.tracking}});
  }
  nlohmann::ordered_json refused = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < refusal_count; ++i) {
    refused[std::string(to_string(Refusal(i)))] = server.refused[i].value();
  }
  const nlohmann::ordered_json state{
      {"program", "trocar " TROCAR_VERSION},
      {"notice", "research software, not a cleared medical device"},
      {"stream", words_of(view.heartbeat)},
      {"clients", clients},
      {"accepted", server.accepted.value()},
      {"refused", refused},
      {"intake_refused", intake},
      {"queries", server.queries.value()},
      {"commands", server.commands.value()},
      {"guidance", server.ticks.value()},
      {"tracker_frames", engine.frames.value()},
      {"latency_us",
       {{"received_to_published", latency_of(engine.received_to_published)},
        {"hand_over_to_sent", latency_of(server.hand_over_to_sent)}}}};
  return state.dump(2) + "\n";
}

}  // namespace trocar
