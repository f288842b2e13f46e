#include "engine/registration/chi_square.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

using trocar::chi_square_quantile;

TEST_CASE("chi-square quantiles are those of the printed tables") {
  // NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.4, three decimals.
  CHECK(chi_square_quantile(1, 0.95) == Approx(3.841).margin(6e-4));
  CHECK(chi_square_quantile(2, 0.95) == Approx(5.991).margin(6e-4));
  CHECK(chi_square_quantile(3, 0.95) == Approx(7.815).margin(6e-4));
  CHECK(chi_square_quantile(6, 0.95) == Approx(12.592).margin(6e-4));
  CHECK(chi_square_quantile(12, 0.95) == Approx(21.026).margin(6e-4));
  CHECK(chi_square_quantile(100, 0.95) == Approx(124.342).margin(6e-4));
  CHECK(chi_square_quantile(10, 0.05) == Approx(3.940).margin(6e-4));
  CHECK(chi_square_quantile(4, 0.999) == Approx(18.467).margin(6e-4));
}

TEST_CASE("for two degrees of freedom the chi-square quantile is the exponential's") {
  for (const double p : {0.01, 0.2, 0.5, 0.9, 0.95, 0.9999}) {
    CHECK(chi_square_quantile(2, p) == Approx(-2.0 * std::log(1.0 - p)).epsilon(1e-9));
  }
}

TEST_CASE("for one degree of freedom the chi-square quantile is a squared normal") {
  for (const double z : {0.1, 0.5, 1.0, 1.959963984540054, 3.0}) {
    const double p = std::erf(z / std::sqrt(2.0));
    CHECK(chi_square_quantile(1, p) == Approx(z * z).epsilon(1e-8));
  }
}

TEST_CASE("a chi-square quantile between whole degrees holds its share of gamma samples") {
  std::mt19937_64 random(11);
  for (const double dof : {1.3, 1.7, 2.6}) {
    const double x = chi_square_quantile(dof, 0.95);
    std::gamma_distribution<double> gamma(dof / 2, 2.0);
    int inside = 0;
    const int n = 100000;
    for (int i = 0; i < n; ++i) inside += gamma(random) <= x ? 1 : 0;
    CHECK(inside / double(n) == Approx(0.95).margin(0.003));  // 4 sigma of the count
  }
}

TEST_CASE("chi-square quantiles grow with probability and degrees of freedom") {
  double last = 0;
  for (double dof = 0.5; dof < 200; dof *= 1.5) {
    const double x = chi_square_quantile(dof, 0.95);
    CHECK(x > last);
    CHECK(chi_square_quantile(dof, 0.5) < x);
    last = x;
  }
}
