#include "engine/base/fixed_text.hpp"

#include <catch2/catch.hpp>

using namespace trocar;

TEST_CASE("a short text is kept and a long one is cut at its capacity") {
  CHECK(FixedText<8>().view().empty());
  CHECK(FixedText<8>("needle").view() == "needle");
  CHECK(FixedText<4>("needle").view() == "need");
}
