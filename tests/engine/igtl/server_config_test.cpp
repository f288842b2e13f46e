#include "engine/igtl/server_config.hpp"

#include <catch2/catch.hpp>

using namespace trocar;

namespace {

ServerConfig read(const char* toml) { return read_server(ConfigReader::parse(toml, "run.toml")); }

}  // namespace

TEST_CASE("a server listens on an IP address of either kind") {
  CHECK(read("").bind == "127.0.0.1");
  CHECK(read("bind = \"0.0.0.0\"\nallow = [\"10.0.0.0/8\"]").bind == "0.0.0.0");
  CHECK(read("bind = \"::1\"").bind == "::1");
}

TEST_CASE("a server address that is none is refused with file and line") {
  for (const char* toml : {"\nbind = \"300.1.1.1\"", "\nbind = \"localhost\""})
    CHECK_THROWS_WITH(read(toml), Catch::Contains("run.toml:2") && Catch::Contains("IP address"));
}

TEST_CASE("H20: a server cannot be told to beat slower than clients call it dead") {
  CHECK(read("heartbeat_ms = 200").heartbeat == longest_heartbeat);
  CHECK_THROWS_WITH(read("heartbeat_ms = 201"), Catch::Contains("heartbeat_ms"));
}

TEST_CASE("an empty address and one with a zone are refused for what they are") {
  CHECK_THROWS_WITH(
      read("bind = \"\""),
      "run.toml:1: key 'bind': expected a text that is not empty, found an empty text");
  CHECK_THROWS_WITH(read("bind = \"fe80::1%eth0\""),
                    "run.toml:1: key 'bind': expected an IP address without zone, found "
                    "\"fe80::1%eth0\"; the part from % on is the zone");
}

TEST_CASE("H24: a server that others can reach must say who may connect") {
  CHECK_THROWS_WITH(read("bind = \"0.0.0.0\""), Catch::Contains("allow"));
  const ServerConfig c = read("bind = \"::\"\nallow = [\"10.1.0.0/16\", \"fd00::7\"]");
  CHECK(holds(c.allow, IpAddress::parse("10.1.2.3").value()));
  CHECK_FALSE(holds(c.allow, IpAddress::parse("10.2.2.3").value()));
  CHECK_THROWS_WITH(read("allow = [\"10.1.0.0/40\"]"), Catch::Contains("10.1.0.0/40"));
}

TEST_CASE("the limits of what a client may send have ranges") {
  CHECK(read("max_message_bytes = 1024").max_message_bytes == 1024);
  for (const char* toml : {"max_message_bytes = 10", "message_deadline_ms = 1",
                           "max_messages_per_s = 0", "pace_ms = -1"})
    CHECK_THROWS_AS(read(toml), ConfigError);
}

TEST_CASE("a stream of many messages has a longer pace, but never longer than a screen's") {
  ServerConfig c;
  CHECK(pace_for(c, 1) == std::chrono::milliseconds(5));
  CHECK(milliseconds_of(pace_for(c, 3)) == Approx(7.5));
  CHECK(milliseconds_of(pace_for(c, 24)) == Approx(16.667).margin(0.001));
  c.stream_messages_per_s = 0;
  CHECK(pace_for(c, 24) == std::chrono::milliseconds(5));
  c.stream_messages_per_s = 400;
  c.pace = Duration(0);
  CHECK(pace_for(c, 24) == Duration(0));
}
