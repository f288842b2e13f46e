#include "engine/base/log.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/base/config_reader.hpp"

using namespace trocar;

TEST_CASE("a line of the log has its severity and reaches the file at once") {
  const auto folder = std::filesystem::temp_directory_path() / "trocar_log_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  log::to_stderr(false);
  log::to_file(folder / "new" / "trocar.log");
  log::warn("reference not visible for {} s");  // braces are text, not a format
  std::ifstream in(folder / "new" / "trocar.log");
  std::stringstream text;
  text << in.rdbuf();
  CHECK(text.str().find("warn") != std::string::npos);
  CHECK(text.str().find("reference not visible for {} s\n") != std::string::npos);
  std::filesystem::remove_all(folder);
}

TEST_CASE("a log makes its own folder, but not a whole path that may be mistyped") {
  const auto folder = std::filesystem::temp_directory_path() / "trocar_no_such_folder";
  CHECK_THROWS_WITH(log::to_file(folder / "new" / "trocar.log"),
                    Catch::Contains("expected a log file in a folder that exists"));
  CHECK_FALSE(std::filesystem::exists(folder));
}

TEST_CASE("a log that cannot be written is refused at start") {
  CHECK_THROWS_AS(log::to_file("/proc/nowhere/trocar.log"), ConfigError);
}
