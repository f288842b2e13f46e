#include "engine/base/log.hpp"

#include <sys/stat.h>

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
  log::to_file(folder / "trocar.log");
  log::warn("reference not visible for {} s");  // braces are text, not a format
  std::ifstream in(folder / "trocar.log");
  std::stringstream text;
  text << in.rdbuf();
  CHECK(text.str().find("warn") != std::string::npos);
  CHECK(text.str().find("reference not visible for {} s\n") != std::string::npos);
  std::filesystem::remove_all(folder);
}

TEST_CASE("a log makes no folder: beside a mistyped path nobody would find it") {
  const auto folder = std::filesystem::temp_directory_path() / "trocar_no_such_folder";
  CHECK_THROWS_WITH(log::to_file(folder / "trocar.log"),
                    Catch::Contains("expected a log file that can be written, found no folder"));
  CHECK_FALSE(std::filesystem::exists(folder));
}

TEST_CASE("a log that cannot be written is refused at start") {
  CHECK_THROWS_AS(log::to_file("/proc/nowhere/trocar.log"), ConfigError);
  CHECK_THROWS_AS(log::to_file("/proc/trocar.log"), ConfigError);  // a folder, but of no files
  const auto folder = std::filesystem::temp_directory_path() / "trocar_log_refused";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  CHECK_THROWS_AS(log::to_file(folder), ConfigError);
  REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);
  CHECK_THROWS_AS(log::to_file(folder / "fifo"), ConfigError);  // and does not wait for a reader
  std::filesystem::remove_all(folder);
}

TEST_CASE("asking whether a log can be written leaves nothing and keeps what is there") {
  const auto file = std::filesystem::temp_directory_path() / "trocar_asked.log";
  std::filesystem::remove(file);
  CHECK(log::check_file(file));
  CHECK_FALSE(std::filesystem::exists(file));
  std::ofstream(file) << "of yesterday\n";
  CHECK(log::check_file(file));
  CHECK(std::filesystem::file_size(file) == 13);
  std::filesystem::remove(file);
}
