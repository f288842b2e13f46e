#include "engine/runtime/engine_report.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

using namespace trocar;

TEST_CASE("metrics are Prometheus text: each line a comment or a name and a number") {
  EngineMetrics engine;
  ServerStats server;
  engine.frames.add(42);
  server.of(Refusal::bad_crc).add(3);
  server.hand_over_to_sent.record(std::chrono::microseconds(100));
  const std::string text = metrics_text(engine, server);
  std::istringstream lines(text);
  int samples = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# HELP trocar_") || line.starts_with("# TYPE trocar_")) continue;
    INFO(line);
    REQUIRE(line.starts_with("trocar_"));
    const auto space = line.rfind(' ');
    CHECK_NOTHROW(std::stod(line.substr(space + 1)));
    ++samples;
  }
  CHECK(samples > 25);
  CHECK(text.find("\ntrocar_tracker_frames_total 42\n") != std::string::npos);
  CHECK(text.find("\ntrocar_refused_total{reason=\"bad_crc\"} 3\n") != std::string::npos);
  CHECK(text.find("\ntrocar_hand_over_to_sent_seconds_count 1\n") != std::string::npos);
}

TEST_CASE("the state is one JSON object with the stream's own words, the clients and the refused") {
  EngineMetrics engine;
  ServerStats server;
  server.of(Refusal::stalled).add();
  const StreamView view{"state=ready reason=none link=tracking", {{"10.1.2.3", 2, 5, 17, true}}};
  const auto state = nlohmann::json::parse(state_json(engine, server, view));
  CHECK(state["stream"]["state"] == "ready");
  CHECK(state["stream"]["link"] == "tracking");
  CHECK(state["clients"][0]["peer"] == "10.1.2.3");
  CHECK(state["clients"][0]["skipped"] == 17);
  CHECK(state["refused"]["stalled"] == 1);
  CHECK(state["refused"].size() == refusal_count);
  CHECK(state["intake_refused"].empty());
  const auto flooded =
      nlohmann::json::parse(state_json(engine, server, view, {{"too_many_associations", 7}}));
  CHECK(flooded["intake_refused"]["too_many_associations"] == 7);
  CHECK(metrics_text(engine, server, {{"idle", 3}})
            .find("\ntrocar_intake_refused_total{reason=\"idle\"} 3\n") != std::string::npos);
  const auto early = nlohmann::json::parse(state_json(engine, server, {}));
  CHECK(early["stream"].empty());
}
