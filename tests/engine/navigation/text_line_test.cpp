#include "engine/navigation/text_line.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace trocar;

TEST_CASE("pieces are joined in order") {
  CHECK(join({"needle", ": ", "shown"}).view() == "needle: shown");
  CHECK(join({}).view().empty());
}

TEST_CASE("a text that is too long is cut at the capacity, wherever the pieces end") {
  const std::string long_name(119, 'n');
  CHECK(join({long_name, "ab", "c"}).view() == long_name + "a");
  CHECK(join({std::string(200, 'x'), "y"}).view() == std::string(120, 'x'));
}
