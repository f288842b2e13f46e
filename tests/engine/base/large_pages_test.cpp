#include "engine/base/large_pages.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>

using namespace trocar;

TEST_CASE("a large vector holds as many zeros as were asked for, none and a few among them") {
  for (const std::size_t count : {0U, 1U, 4095U, 3'000'001U}) {
    const auto v = large_vector<std::int16_t>(count);
    REQUIRE(v.size() == count);
    CHECK(std::ranges::all_of(v, [](std::int16_t x) { return x == 0; }));
  }
}
