#include "engine/runtime/control_endpoint.hpp"

#include <catch2/catch.hpp>

#include "tests/loopback.hpp"

using namespace trocar;

namespace {

std::unique_ptr<ControlEndpoint> started() {
  auto control = ControlEndpoint::start(
      0, {[] { return std::string("trocar_x 1\n"); }, [] { return std::string("{}\n"); }});
  REQUIRE(control);
  return std::move(control).value();
}

struct Endpoint {
  std::unique_ptr<ControlEndpoint> control = started();

  [[nodiscard]] test::Peer connect() const {
    test::Peer peer(::socket(AF_INET, SOCK_STREAM, 0));
    const sockaddr_in at = test::LoopbackListener::address(control->port());
    REQUIRE(::connect(peer.fd(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
    return peer;
  }
  [[nodiscard]] std::string ask(const std::string& request) const {
    const test::Peer peer = connect();
    peer.say(request);
    return peer.hear(1U << 20U);
  }
};

std::string get(const std::string& target, const std::string& host = "127.0.0.1:18945") {
  return "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the endpoint gives the metrics and the state, and says what else there is not") {
  const Endpoint e;
  const std::string metrics = e.ask(get("/metrics"));
  CHECK(has(metrics, "HTTP/1.1 200"));
  CHECK(has(metrics, "text/plain; version=0.0.4"));
  CHECK(has(metrics, "\r\n\r\ntrocar_x 1\n"));
  CHECK(has(e.ask(get("/state")), "application/json"));
  CHECK(has(e.ask(get("/etc/passwd")), "404"));
  CHECK(has(e.ask(get("/metrics/../state")), "404"));
}

TEST_CASE("H24: nothing can be changed there, and no page of another host can read it") {
  const Endpoint e;
  CHECK(has(e.ask("POST /state HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"), "405"));
  CHECK(has(e.ask(get("/state", "evil.example")), "403"));
  CHECK(has(e.ask(get("/state", "[::1]:18945")), "200"));
  CHECK(has(e.ask(get("/state", "localhost")), "200"));
}

TEST_CASE("hostile: what is no HTTP, or never ends, is given up and harms nobody") {
  const Endpoint e;
  CHECK_FALSE(has(e.ask("\x16\x03\x01\x02\x00\r\n\r\n"), "200"));
  CHECK_FALSE(has(e.ask("GET /" + std::string(100'000, 'a')), "200"));
  std::vector<test::Peer> silent;
  for (int i = 0; i < 50; ++i) silent.push_back(e.connect());
  silent.clear();
  std::string answer;  // the silent ones' places may still be taken for an instant
  for (int i = 0; i < 100 && !has(answer, "200"); ++i) {
    const test::Peer peer = e.connect();
    if (peer.send(get("/state"))) answer = peer.hear(1U << 20U);
  }
  CHECK(has(answer, "200"));
}

TEST_CASE("a taken port is an error, and the endpoint stands beside the stream") {
  const Endpoint e;
  const auto taken = ControlEndpoint::start(e.control->port(), {});
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == Code::io);
  CHECK(control_port_beside(18944) == 18945);
  CHECK(control_port_beside(0) == 0);
  const auto read = [](const char* toml) {
    return read_control_port(ConfigReader::parse(toml, "run.toml"), 18944);
  };
  CHECK(read("") == 18945);
  CHECK(read("port = 9000") == 9000);
  CHECK_THROWS_WITH(read("port = 18944"), Catch::Contains("another port"));
}
