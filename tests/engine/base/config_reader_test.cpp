#include "engine/base/config_reader.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>

using namespace trocar;

namespace {

// The message of the ConfigError that `read` throws; empty when it throws none.
std::string refusal(std::string_view text, const std::function<void(const ConfigReader&)>& read) {
  try {
    const auto in = ConfigReader::parse(text, "or.toml");
    read(in);
    in.finish();
  } catch (const ConfigError& e) {
    return e.what();
  }
  return {};
}

}  // namespace

TEST_CASE("a complete configuration is read with its values") {
  const auto in = ConfigReader::parse(
      "age_ms = 100\nname = 'needle'\nlive = true\ntip_mm = [1, 2.5, -3]\nwords = ['a', 'b']\n"
      "[server]\nport = 18944\n[[tool]]\nid = 'x'\n[[tool]]\nid = 'y'\n",
      "or.toml");
  CHECK(in.number("age_ms", 10, 500) == 100);
  CHECK(in.text("name") == "needle");
  CHECK(in.flag("live"));
  CHECK(in.vector3("tip_mm") == Eigen::Vector3d(1, 2.5, -3));
  CHECK(in.texts("words") == std::vector<std::string>{"a", "b"});
  CHECK(in.table("server").integer("port", 0, 65535) == 18944);
  const auto tools = in.tables("tool");
  REQUIRE(tools.size() == 2);
  CHECK(tools[1].text("id") == "y");
  CHECK(tools[0].text("id") == "x");
  in.finish();
}

TEST_CASE("a number outside its range is refused with file, line, key, expected and found") {
  const auto said = refusal("\n\nage_ms = 700\n",
                            [](const ConfigReader& in) { (void)in.number("age_ms", 10, 500); });
  CHECK(said == "or.toml:3: key 'age_ms': expected a number from 10 to 500, found 700");
}

TEST_CASE("a key that is absent or of another kind is refused") {
  CHECK(refusal("", [](const ConfigReader& in) { (void)in.number("age_ms", 0, 1); }) ==
        "or.toml:1: key 'age_ms': expected a number from 0 to 1, found nothing");
  CHECK(refusal("age_ms = '5'", [](const ConfigReader& in) { (void)in.number("age_ms", 0, 9); }) ==
        "or.toml:1: key 'age_ms': expected a number from 0 to 9, found text \"5\"");
  CHECK(refusal("n = 1.5", [](const ConfigReader& in) { (void)in.integer("n", 0, 9); }) ==
        "or.toml:1: key 'n': expected a whole number from 0 to 9, found 1.5");
  CHECK(refusal("x = nan", [](const ConfigReader& in) { (void)in.number("x", 0, 9); }) ==
        "or.toml:1: key 'x': expected a number from 0 to 9, found nan");
}

TEST_CASE("a key nobody asked for is an error, also inside a table") {
  CHECK(refusal("age = 5\n", [](const ConfigReader&) {}) ==
        "or.toml:1: key 'age': expected only known keys, found an unknown key");
  const auto said = refusal("[limits]\nage_ms = 1\nage_sm = 2\n", [](const ConfigReader& in) {
    (void)in.table("limits").number("age_ms", 0, 9);
  });
  CHECK(said ==
        "or.toml:3: key 'limits.age_sm': expected only known keys, found an unknown key; did you "
        "mean \"age_ms\"?");
}

TEST_CASE("two readers may share a table, and only keys that neither asked for are refused") {
  const auto read = [](const ConfigReader& in) {
    (void)in.tables("tool")[0].text("name");
    (void)in.tables("tool")[0].text("rom");
  };
  CHECK(refusal("[[tool]]\nname = 'needle'\nrom = 'needle.rom'\n", read).empty());
  CHECK(
      refusal("[[tool]]\nname = 'needle'\nrom = 'needle.rom'\nrmo = 1\n", read) ==
      "or.toml:4: key 'tool[0].rmo': expected only known keys, found an unknown key; did you mean "
      "\"rom\"?");
}

TEST_CASE("a misspelt key is named as what it is, not as the absence of another") {
  CHECK(refusal("a = 1\nstop_m = 2\n",
                [](const ConfigReader& in) { (void)in.number("stop_mm", 0, 50); }) ==
        "or.toml:2: key 'stop_m': expected only known keys, found an unknown key; did you mean "
        "\"stop_mm\" (a number from 0 to 50)?");
  CHECK(refusal("[navigater]\n", [](const ConfigReader& in) { (void)in.table("navigator"); }) ==
        "or.toml:1: key 'navigater': expected only known keys, found an unknown key; did you mean "
        "\"navigator\" (a table [navigator])?");
  CHECK(refusal("frame_hs = 2\n", [](const ConfigReader& in) {
          (void)in.number_or("frame_hz", 60, 1, 1000);
        }).find("did you mean \"frame_hz\"?") != std::string::npos);
}

TEST_CASE("a key that is only like the absent one is not called unknown") {
  CHECK(refusal("min_age_ms = 2\n", [](const ConfigReader& in) {
          (void)in.number("max_age_ms", 0, 50);
        }) == "or.toml:1: key 'max_age_ms': expected a number from 0 to 50, found nothing");
}

TEST_CASE("a file that is not TOML is refused with the line") {
  const auto said = refusal("a = 1\nb = = 2\n", [](const ConfigReader&) {});
  CHECK(said.find("or.toml:2: not TOML") == 0);
}

TEST_CASE("a key that begins like none is refused with its line, and does not stop the program") {
  const auto nothing = [](const ConfigReader&) {};
  const std::string why = "not TOML: expected a key, found another character";
  CHECK(refusal(std::string("text = \"\"\"two\nlines\"\"\"\n[.device]\na = 1\n"), nothing) ==
        "or.toml:3: " + why);
  CHECK(refusal(std::string("[\0a]", 4), nothing) == "or.toml:1: " + why);
}

TEST_CASE("a refusal is one line, whatever stands in the file") {
  CHECK(refusal("on = fal\n", [](const ConfigReader&) {}).find('\n') == std::string::npos);
  CHECK(refusal("mode = \"a\\nb\"", [](const ConfigReader& in) {
          (void)in.one_of("mode", {"tx"});
        }) == "or.toml:1: key 'mode': expected one of tx, found text \"a?b\"");
}

TEST_CASE("a text with control characters is refused, one in another script is not") {
  const auto text = [](const ConfigReader& in) { (void)in.text("id"); };
  CHECK(refusal("id = \"a\\u001b[2Jb\"", text) ==
        "or.toml:1: key 'id': expected a text without control characters, found one with them");
  CHECK_FALSE(refusal("id = \"a\\nb\"", text).empty());
  CHECK(refusal("id = 'Wirbelsäule'", text).empty());
}

TEST_CASE("a word outside the list is refused with the list") {
  CHECK(refusal("mode = 'x'", [](const ConfigReader& in) {
          (void)in.one_of("mode", {"tx", "bx"});
        }) == "or.toml:1: key 'mode': expected one of tx, bx, found text \"x\"");
}

TEST_CASE("a list of the wrong length or kind is refused") {
  const auto read = [](const ConfigReader& in) { (void)in.vector3("tip_mm"); };
  CHECK(refusal("tip_mm = [1, 2]", read) ==
        "or.toml:1: key 'tip_mm': expected a list of 3 numbers, found a list of 2");
  CHECK(refusal("tip_mm = [1, 2, 'z']", read) ==
        "or.toml:1: key 'tip_mm': expected a list of 3 numbers, found text \"z\" in it");
}

TEST_CASE("a missing table and a missing list of tables are refused") {
  CHECK(refusal("", [](const ConfigReader& in) { (void)in.table("ct"); }) ==
        "or.toml:1: key 'ct': expected a table [ct], found nothing");
  CHECK(refusal("", [](const ConfigReader& in) { (void)in.tables("tool"); }) ==
        "or.toml:1: key 'tool': expected tables [[tool]], found nothing");
}

TEST_CASE("optional keys give the stated value when absent and are checked when present") {
  const auto in = ConfigReader::parse("b = 3\n", "or.toml");
  CHECK(in.number_or("a", 7, 0, 9) == 7);
  CHECK(in.integer_or("b", 7, 0, 9) == 3);
  CHECK(in.text_or("c", "x") == "x");
  CHECK(in.flag_or("d", true));
  in.finish();
}

TEST_CASE("paths are relative to the configuration file, and must exist when asked to") {
  const auto folder = std::filesystem::temp_directory_path() / "trocar_config_reader_test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "or.toml") << "plan = 'plan.toml'\nlog = 'out/x.log'\n";
  std::ofstream(folder / "plan.toml") << "\n";
  const auto in = ConfigReader::open(folder / "or.toml");
  CHECK(in.existing_path("plan") == folder / "plan.toml");
  CHECK(in.path("log") == folder / "out" / "x.log");
  CHECK_THROWS_AS(in.existing_path("log"), ConfigError);
  std::filesystem::remove_all(folder);
}

TEST_CASE("a configuration file that is not there is refused by name") {
  CHECK_THROWS_WITH(ConfigReader::open("/nowhere/or.toml"),
                    "/nowhere/or.toml: expected a configuration file, found nothing");
}
