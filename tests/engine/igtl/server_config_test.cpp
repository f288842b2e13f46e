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
