#include "engine/igtl/server_config.hpp"

#include <catch2/catch.hpp>

using namespace trocar;

namespace {

ServerConfig read(const char* toml) { return read_server(ConfigReader::parse(toml, "run.toml")); }

}  // namespace

TEST_CASE("a server listens on an IP address of either kind") {
  CHECK(read("").bind == "127.0.0.1");
  CHECK(read("bind = \"0.0.0.0\"").bind == "0.0.0.0");
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
