#include "drivers/ndi_config.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

using namespace trocar;

namespace {

NdiConfig read(const std::string& text) {
  const auto in = ConfigReader::parse(text, "test.toml");
  const NdiConfig config = read_ndi(in);
  in.finish();
  return config;
}

NdiRom body(double stretch) {
  NdiRom rom;
  rom.markers = {{{0, 0, 0}}, {{50 + stretch, 0, 0}}, {{0, 70, 0}}, {{30, 60, 10}}};
  return rom;
}

constexpr const char* latency = "latency_ms = 14.2\nlatency_bound_ms = 2\n";

}  // namespace

TEST_CASE("a network tracker needs its address and the latency of the set-up, nothing else") {
  const NdiConfig c = read(std::string("host = \"10.0.0.1\"\n") + latency);
  CHECK(c.port == 8765);
  CHECK(c.mode == NdiTrackingMode::automatic);
  CHECK(c.clock.latency == Duration(14'200'000));
}

TEST_CASE("what the tracker reports beside poses can be chosen") {
  const std::string base = std::string("host = \"10.0.0.1\"\n") + latency;
  CHECK(read(base).report_out_of_volume);
  CHECK_FALSE(read(base).report_stray_markers);
  CHECK_FALSE(read(base + "report_out_of_volume = false\n").report_out_of_volume);
  CHECK(read(base + "report_stray_markers = true\n").report_stray_markers);
}

TEST_CASE("a configuration that is not one connection with a known latency is refused") {
  CHECK_THROWS_AS(read(latency), ConfigError);
  CHECK_THROWS_AS(read(std::string("host = \"a\"\nserial = \"/dev/x\"\n") + latency), ConfigError);
  CHECK_THROWS_AS(read("host = \"a\"\n"), ConfigError);
  CHECK_THROWS_AS(read(std::string("host = \"a\"\nmode = \"bx3\"\n") + latency), ConfigError);
  CHECK_THROWS_AS(read(std::string("serial = \"/dev/x\"\nbaud = 12345\n") + latency), ConfigError);
  CHECK_THROWS_AS(read(std::string("host = \"a\"\nprot = 1\n") + latency), ConfigError);
}

TEST_CASE(
    "H5: the driver refuses two uploaded tools that the tracker could confuse, in any order") {
  const auto folder = std::filesystem::temp_directory_path() / "trocar_look_alikes";
  std::filesystem::create_directories(folder);
  const auto entry = [&](const char* name, NdiRom rom) {
    rom.serial = static_cast<std::uint32_t>(name[0]);
    const auto image = make_ndi_rom(rom);
    std::ofstream(folder / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(image.data()), std::ssize(image));
    return ToolEntry{name, folder / name, {}};
  };
  NdiRom turned = body(1.0);
  std::swap(turned.markers[0], turned.markers[3]);
  const std::vector<ToolEntry> alike{entry("needle", body(0)), entry("awl", turned)};
  CHECK_THROWS_WITH(read_ndi_tools(alike), Catch::Contains("could be taken for each other"));
  NdiRom other;
  other.markers = {{{0, 0, 0}}, {{33, 0, 0}}, {{0, 91, 0}}, {{61, 21, 10}}};
  const std::vector<ToolEntry> distinct{entry("needle", body(0)), entry("reference", other)};
  CHECK(read_ndi_tools(distinct).size() == 2);
  std::filesystem::remove_all(folder);
}

TEST_CASE("a tool is either uploaded or wired") {
  const std::vector<ToolEntry> neither{{"needle", {}, {}}};
  CHECK_THROWS_AS(read_ndi_tools(neither), ConfigError);
  const std::vector<ToolEntry> twice{{"a", {}, "0A000001"}, {"b", {}, "0A000001"}};
  CHECK_THROWS_AS(read_ndi_tools(twice), ConfigError);
  const std::vector<ToolEntry> wired{{"a", {}, "0A000001"}, {"b", {}, "0A000002"}};
  CHECK(read_ndi_tools(wired).size() == 2);
}
