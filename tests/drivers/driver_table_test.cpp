#include "drivers/driver_table.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace trocar;

namespace {

std::string refusal(std::string_view driver, const std::string& text,
                    std::span<const ToolEntry> tools = {}) {
  const auto in = ConfigReader::parse(text, "test.toml");
  try {
    (void)make_source(driver, in, tools);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "accepted";
}

constexpr const char* loopback =
    "driver = 'ndi'\nhost = '127.0.0.1'\nlatency_ms = 14\nlatency_bound_ms = 2\n";

}  // namespace

TEST_CASE("every driver of the table has a name and no two the same") {
  auto names = driver_names();
  REQUIRE_FALSE(names.empty());
  CHECK(std::find(names.begin(), names.end(), "ndi") != names.end());
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  for (const auto name : names) CHECK_FALSE(name.empty());
}

TEST_CASE("an unknown driver is refused with file, line and the ones there are") {
  const std::string said = refusal("abc", "# first\ndriver = \"abc\"\n");
  CHECK(said.find("test.toml:2") != std::string::npos);
  CHECK(said.find("ndi") != std::string::npos);
  CHECK(said.find("abc") != std::string::npos);
}

TEST_CASE("a driver's name counts as it is written") {
  for (const auto* name : {"", "NDI", "nd", "ndi "}) {
    CHECK(refusal(name, loopback) != "accepted");
  }
}

TEST_CASE("a source is made from its table without opening a connection, every key read") {
  const auto in = ConfigReader::parse(loopback, "test.toml");
  CHECK(in.text("driver") == "ndi");
  const auto source = make_source("ndi", in, {});
  CHECK(source != nullptr);
  CHECK_NOTHROW(in.finish());
}

TEST_CASE("what the driver itself refuses of its table or its tools comes through") {
  CHECK(refusal("ndi", "driver = 'ndi'\nhost = '127.0.0.1'\n").find("latency") !=
        std::string::npos);
  const std::vector<ToolEntry> neither{{"needle", {}, {}}};
  CHECK(refusal("ndi", loopback, neither).find("needle") != std::string::npos);
}
