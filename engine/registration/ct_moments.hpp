#pragma once
#include <cstddef>

namespace trocar {

// Columns are added up in pieces of this many: they stay in the first cache, and floats bound.
inline constexpr std::size_t column_chunk = 256;

// Sum of products of two columns, in eight lanes: the order is fixed, the compiler may use vectors.
float dot_product(const float* a, const float* b, std::size_t n);

// Weighted sums over samples: a of the preoperative image, b of the scan.
struct Moments {
  double n = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;

  void add(double weight, double x, double y) {
    n += weight;
    a += weight * x;
    b += weight * y;
    aa += weight * x * x;
    bb += weight * y * y;
    ab += weight * x * y;
  }
  Moments& operator+=(const Moments& other) {
    n += other.n;
    a += other.a;
    b += other.b;
    aa += other.aa;
    bb += other.bb;
    ab += other.ab;
    return *this;
  }
  // Sums of squares about the means.
  [[nodiscard]] double var_a() const { return aa - a * a / n; }
  [[nodiscard]] double var_b() const { return bb - b * b / n; }
  [[nodiscard]] double cov() const { return ab - a * b / n; }
};

// Of two columns of n, weighted; weights below zero, of what is not shown, count as none.
Moments moments_of(const float* weight, const float* x, const float* y, std::size_t n);

}  // namespace trocar
