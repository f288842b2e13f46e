#include "drivers/igtl_source_config.hpp"

#include <catch2/catch.hpp>

using namespace trocar;

namespace {

const std::vector<ToolEntry> two_tools = {{"Ref", {}, ""}, {"Needle", {}, ""}};

IgtlSourceConfig read(const std::string& link, const std::string& rest = "") {
  const auto in = ConfigReader::parse(
      link + "\nmarker_rms_mm = 0.25\nlatency_ms = 10\nlatency_bound_ms = 4\n" + rest, "run.toml");
  const IgtlSourceConfig c = read_igtl_source(in, two_tools);
  in.finish();
  return c;
}

constexpr const char* client = "mode = 'client'\nhost = 'plus'\ntracker_name = 'Tracker'";

}  // namespace

TEST_CASE("a sender's names follow the convention of PLUS, or are listed") {
  CHECK(read(client).devices == std::vector<std::string>{"RefToTracker", "NeedleToTracker"});
  CHECK(read("mode = 'client'\nhost = 'plus'\ndevices = ['a', 'b']").devices ==
        std::vector<std::string>{"a", "b"});
  CHECK_THROWS_WITH(read("mode = 'client'\nhost = 'plus'\ndevices = ['a']"),
                    Catch::Contains("a name for each [[tool]], 2"));
  CHECK_THROWS_WITH(read("mode = 'client'\nhost = 'plus'\ndevices = ['a', 'a']"),
                    Catch::Contains("'a' twice"));
  CHECK_THROWS_WITH(read("mode = 'client'\nhost = 'plus'\ntracker_name = 'AVeryLongTrackerName'"),
                    Catch::Contains("19 bytes"));
  CHECK_THROWS_WITH(read("mode = 'client'\nhost = 'plus'"), Catch::Contains("neither"));
}

TEST_CASE("H24: a server that others can reach must say who may send poses") {
  const std::string server = "mode = 'server'\nport = 18944\ntracker_name = 'T'\n";
  CHECK(read(server).bind == "127.0.0.1");
  CHECK_THROWS_WITH(read(server + "bind = '0.0.0.0'"), Catch::Contains("allow"));
  CHECK(read(server + "bind = '0.0.0.0'\nallow = ['10.1.0.5']").allow.size() == 1);
  CHECK_THROWS_WITH(read(server + "bind = '0.0.0.0'\nallow = ['x']"), Catch::Contains("allow"));
}

TEST_CASE("what is clinical has no default, what is not has one") {
  CHECK_THROWS_AS(read_igtl_source(ConfigReader::parse(client, "run.toml"), two_tools),
                  ConfigError);
  const IgtlSourceConfig c = read(client);
  CHECK(c.sender_time);
  CHECK(c.header_version == 2);
  CHECK_FALSE(c.ask_tracking);
  CHECK_FALSE(c.images);
  const IgtlSourceConfig d = read(client,
                                  "timestamps = 'received'\nheader_version = 1\nstart_tdata_ms = "
                                  "20\nimages = true\n");
  CHECK_FALSE(d.sender_time);
  CHECK(c.max_message_bytes == 64U << 10U);  // poses are small: no sender makes us hold more
  CHECK(d.max_message_bytes == 64U << 20U);
  CHECK(d.resolution == std::chrono::milliseconds(20));
  CHECK_THROWS_AS(read(client, "timestamps = 'mine'\n"), ConfigError);
  CHECK_THROWS_AS(read(client, "header_version = 3\n"), ConfigError);
}
