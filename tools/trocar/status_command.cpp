#include "tools/trocar/status_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

// asio first: see there.
#include "engine/base/asio.hpp"
//
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "engine/base/result.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/json_text.hpp"

namespace trocar {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

constexpr const char* about =
    "Says how a running engine on this host is: state, display clients with their pace, refused\n"
    "connections and messages by reason, latency. Asks its control endpoint (HTTP on 127.0.0.1, "
    "one\n"
    "port above the stream's unless [control] says otherwise), which also serves /metrics to\n"
    "Prometheus. Exit codes: 0 it is ready, 5 it answers and is not ready, 1 no answer, 2 usage.";

constexpr auto deadline = std::chrono::seconds(2);
constexpr std::uint64_t max_answer_bytes = 4U << 20U;

struct Asked {
  std::uint16_t port = 18945;
  bool json = false;
  bool metrics = false;
};

Result<std::string> get(std::uint16_t port, const std::string& page) {
  asio::io_context io{1};
  beast::tcp_stream stream(io);
  beast::flat_buffer buffer;
  http::request<http::empty_body> request(http::verb::get, page, 11);
  request.set(http::field::host, "127.0.0.1");
  http::response_parser<http::string_body> answer;
  answer.body_limit(max_answer_bytes);
  error_code failed = asio::error::timed_out;
  const auto note = [&failed](error_code ec) { failed = ec; };
  stream.expires_after(deadline);
  stream.async_connect({asio::ip::address_v4::loopback(), port}, [&](error_code ec) {
    if (ec) return note(ec);
    http::async_write(stream, request, [&](error_code sent, std::size_t) {
      if (sent) return note(sent);
      http::async_read(stream, buffer, answer, [&](error_code read, std::size_t) { note(read); });
    });
  });
  io.run();
  if (failed) {
    return Error{Code::disconnected,
                 "127.0.0.1:" + std::to_string(port) + ": " + failed.message() +
                     "; is `trocar run` running, and is this its control port?"};
  }
  if (answer.get().result() != http::status::ok) {
    return Error{Code::malformed, "127.0.0.1:" + std::to_string(port) + ": expected " + page +
                                      ", found HTTP " + std::to_string(answer.get().result_int())};
  }
  return answer.release().body();
}

// Of whoever answers at that port: nothing that could steer the terminal.
std::string text_of(const nlohmann::ordered_json& value) {
  std::string text = value.is_string() ? value.get<std::string>() : json_text(value);
  for (char& c : text) {
    if (c < 0x20 || c > 0x7E) c = '?';
  }
  return text;
}

std::string line_of(const nlohmann::ordered_json& object) {
  std::string line;
  for (const auto& [key, value] : object.items()) {
    line += (line.empty() ? "" : "  ") + text_of(key) + " " + text_of(value);
  }
  return line;
}

void print(const nlohmann::ordered_json& state) {
  std::printf("%s\n", text_of(state.value("program", "?")).c_str());
  std::printf("stream   %s\n", line_of(state["stream"]).c_str());
  std::printf("clients  %zu, %s accepted since the start\n", state["clients"].size(),
              text_of(state["accepted"]).c_str());
  for (const auto& client : state["clients"]) std::printf("  %s\n", line_of(client).c_str());
  nlohmann::ordered_json refused = nlohmann::ordered_json::object();
  for (const auto& [why, count] : state["refused"].items()) {
    if (count != 0) refused[why] = count;
  }
  std::printf("refused  %s\n", refused.empty() ? "nothing" : line_of(refused).c_str());
  const auto intake = state.value("intake_refused", nlohmann::ordered_json::object());
  if (!intake.empty()) std::printf("intake   refused %s\n", line_of(intake).c_str());
  for (const auto& [what, latency] : state["latency_us"].items()) {
    std::printf("latency  %s, us: %s\n", text_of(what).c_str(), line_of(latency).c_str());
  }
}

int status(const Asked& asked) {
  const auto page = get(asked.port, asked.metrics ? "/metrics" : "/state");
  if (!page) {
    std::fprintf(stderr, "trocar status: %s\n", page.error().detail.c_str());
    return exit_run_time;
  }
  if (asked.metrics) {
    std::fputs(page.value().c_str(), stdout);
    return exit_ok;
  }
  const auto state = nlohmann::ordered_json::parse(page.value(), nullptr, false);
  if (!state.is_object() || !state.contains("stream") || !state["stream"].is_object() ||
      !state.contains("clients") || !state.contains("refused")) {
    std::fprintf(stderr, "trocar status: 127.0.0.1:%u: expected trocar's state, found other text\n",
                 unsigned{asked.port});
    return exit_run_time;
  }
  if (asked.json) {
    std::fputs(page.value().c_str(), stdout);
  } else {
    print(state);
  }
  return state["stream"].value("state", "") == "ready" ? exit_ok : exit_check_failed;
}

}  // namespace

void add_status(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("status", about);
  const auto asked = std::make_shared<Asked>();
  command->add_option("--port", asked->port, "control port of the engine")
      ->capture_default_str()
      ->check(CLI::Range(1, 65535));
  command->add_flag("--json", asked->json, "the whole state, as /state says it");
  command->add_flag("--metrics", asked->metrics, "all counters, as /metrics says them");
  command->callback([asked, &exit_code] { exit_code = status(*asked); });
}

}  // namespace trocar
