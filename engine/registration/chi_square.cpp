#include "engine/registration/chi_square.hpp"

#include <math.h>  // lgamma_r is POSIX, not in <cmath>

#include <cassert>
#include <cmath>

namespace trocar {
namespace {

// std::lgamma writes a global sign, a race between threads.
double log_gamma(double a) {
  int sign = 0;
  return ::lgamma_r(a, &sign);
}

// Regularised lower incomplete gamma function P(a, x) by its power series (Abramowitz & Stegun
// 6.5.29): all terms positive, so no cancellation; the terms shrink once a + n > x.
double gamma_p(double a, double x) {
  double term = 1.0 / a;
  double sum = term;
  for (int n = 1; n < 10000 && term > 1e-16 * sum; ++n) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * std::exp(a * std::log(x) - x - log_gamma(a));
}

// Standard normal quantile, by bisection of erfc: only the start of the iteration below needs it.
double normal_quantile(double probability) {
  double low = -6;
  double high = 6;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < probability ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace

double chi_square_quantile(double dof, double probability) {
  assert(dof >= 0.5 && dof <= 1000 && probability >= 0.01 && probability <= 0.9999);
  const double v = 2.0 / (9.0 * dof);  // Wilson & Hilferty 1931: the first guess
  const double cube_root = 1.0 - v + normal_quantile(probability) * std::sqrt(v);
  double x = dof * std::pow(std::fmax(cube_root, 0.05), 3);
  const double a = 0.5 * dof;
  for (int i = 0; i < 50; ++i) {
    const double density = 0.5 * std::exp((a - 1) * std::log(0.5 * x) - 0.5 * x - log_gamma(a));
    const double step = (gamma_p(a, 0.5 * x) - probability) / density;
    const double next = std::fmax(x - step, 0.1 * x);  // never across zero
    const bool done = std::abs(next - x) <= 1e-12 * x;
    x = next;
    if (done) break;
  }
  return x;
}

}  // namespace trocar
