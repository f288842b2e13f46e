#include "engine/base/content_hash.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

using namespace trocar;

namespace {

std::string hash_of(const std::string& bytes) {
  const auto file = std::filesystem::temp_directory_path() / "trocar-content-hash-test";
  std::ofstream(file, std::ios::binary) << bytes;
  const auto hash = content_hash(file);
  std::filesystem::remove(file);
  REQUIRE(hash);
  return hash.value();
}

}  // namespace

TEST_CASE("the hash of a file is FNV-1a of its bytes") {
  // Published values of FNV-1a, 64 bit.
  CHECK(hash_of("") == "cbf29ce484222325");
  CHECK(hash_of("a") == "af63dc4c8601ec8c");
  CHECK(hash_of("foobar") == "85944171f73967e8");
}

TEST_CASE("one digit more or less is another hash, also beyond the first block") {
  const std::string text(10'000, '7');
  std::string changed = text;
  changed[9'000] = '8';
  CHECK(hash_of(text) != hash_of(changed));
  CHECK(hash_of(text) != hash_of(text + "7"));
}

TEST_CASE("a file that is not there has no hash but an error that names it") {
  const auto hash = content_hash("/nowhere/plate.toml");
  REQUIRE_FALSE(hash);
  CHECK(hash.error().code == Code::io);
  CHECK(hash.error().detail.find("/nowhere/plate.toml") != std::string::npos);
}
