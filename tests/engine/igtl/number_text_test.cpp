#include "engine/igtl/number_text.hpp"

#include <catch2/catch.hpp>
#include <clocale>
#include <locale>
#include <random>

#include "engine/base/fixed_number.hpp"

using namespace trocar;
using namespace trocar::igtl;

namespace {

std::string fixed(double v, int decimals) {
  std::string out;
  append_fixed(out, v, decimals);
  return out;
}

// German number habits as a C++ locale, installed or not on this host.
struct German : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

}  // namespace

TEST_CASE("H11: the exact strings, in a German locale too") {
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new German));
  std::setlocale(LC_ALL, "de_DE.UTF-8");
  CHECK(fixed(-0.05, 2) == "-0.05");
  CHECK(fixed(0, 2) == "0.00");
  CHECK(fixed(-0.0, 2) == "0.00");
  CHECK(fixed(-0.001, 2) == "0.00");
  CHECK(fixed(9.95, 2) == "9.95");
  CHECK(fixed(99.95, 2) == "99.95");
  CHECK(fixed(100.0, 2) == "100.00");
  CHECK(fixed(1e9, 2) == "1000000000.00");
  CHECK(fixed(1234567.0, 1) == "1234567.0");
  std::setlocale(LC_ALL, "C");
  std::locale::global(before);
}

TEST_CASE("the fast way writes what the exact way writes") {
  std::mt19937_64 random(17);
  for (int i = 0; i < 200'000; ++i) {
    const double magnitude = std::pow(10.0, static_cast<int>(random() % 14) - 4);
    const double v = magnitude * (static_cast<double>(random() % 2'000'001) / 1e6 - 1.0);
    const int decimals = static_cast<int>(random() % 4);
    REQUIRE(fixed(v, decimals) == fixed_number(v, decimals));
  }
}

TEST_CASE("ties are rounded as the exact way rounds them") {
  for (int i = -2000; i < 2000; ++i) {
    const double v = i / 8.0;
    CHECK(fixed(v, 2) == fixed_number(v, 2));
    CHECK(fixed(v, 0) == fixed_number(v, 0));
    CHECK(fixed(i * 0.005, 2) == fixed_number(i * 0.005, 2));
  }
}

TEST_CASE("a number that is none leaves no digits") {
  CHECK(fixed(std::nan(""), 2).empty());
  CHECK(fixed(INFINITY, 2).empty());
}

TEST_CASE("session time has nine decimals, before zero too") {
  std::string out;
  append_seconds(out, Timestamp(Duration(12'345'678'901)));
  append_seconds(out += ' ', Timestamp(Duration(7)));
  append_seconds(out += ' ', Timestamp(Duration(-1'000'000'001)));
  CHECK(out == "12.345678901 0.000000007 -1.000000001");
}
