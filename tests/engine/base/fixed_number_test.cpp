#include "engine/base/fixed_number.hpp"

#include <catch2/catch.hpp>
#include <limits>

using namespace trocar;

// In a process that writes a comma, too: tests/tools/locale_test.
TEST_CASE("H11: numbers keep their digits and their point") {
  CHECK(fixed_number(-0.05, 2) == "-0.05");
  CHECK(fixed_number(0, 2) == "0.00");
  CHECK(fixed_number(9.95, 2) == "9.95");
  CHECK(fixed_number(99.95, 2) == "99.95");
  CHECK(fixed_number(100.0, 2) == "100.00");
  CHECK(fixed_number(1e9, 2) == "1000000000.00");
}

TEST_CASE("zero has no sign, however it was rounded") {
  CHECK(fixed_number(-0.0, 1) == "0.0");
  CHECK(fixed_number(-0.004, 2) == "0.00");
  CHECK(fixed_number(-0.006, 2) == "-0.01");
}

TEST_CASE("the largest double is written out and what is no number is not written") {
  CHECK(fixed_number(std::numeric_limits<double>::max(), 9).size() == 309 + 1 + 9);
  CHECK(fixed_number(std::numeric_limits<double>::infinity(), 2).empty());
  CHECK(fixed_number(std::numeric_limits<double>::quiet_NaN(), 2).empty());
}
