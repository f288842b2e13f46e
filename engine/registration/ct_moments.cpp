#include "engine/registration/ct_moments.hpp"

#include <algorithm>

namespace trocar {
namespace {

constexpr std::size_t lanes = 8;

float sum_of(const float* a, std::size_t n) {
  float sum[lanes] = {};
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    for (std::size_t k = 0; k < lanes; ++k) sum[k] += a[i + k];
  }
  for (; i < n; ++i) sum[0] += a[i];
  float total = 0;
  for (const float s : sum) total += s;
  return total;
}

}  // namespace

float dot_product(const float* a, const float* b, std::size_t n) {
  float sum[lanes] = {};
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    for (std::size_t k = 0; k < lanes; ++k) sum[k] += a[i + k] * b[i + k];
  }
  for (; i < n; ++i) sum[0] += a[i] * b[i];
  float total = 0;
  for (const float s : sum) total += s;
  return total;
}

Moments moments_of(const float* weight, const float* x, const float* y, std::size_t n) {
  Moments out;
  float w[column_chunk];
  float wx[column_chunk];
  float wy[column_chunk];
  for (std::size_t first = 0; first < n; first += column_chunk) {
    const std::size_t count = std::min(column_chunk, n - first);
    const float *a = x + first, *b = y + first;
    for (std::size_t i = 0; i < count; ++i) {
      w[i] = std::max(weight[first + i], 0.0F);
      wx[i] = w[i] * a[i];
      wy[i] = w[i] * b[i];
    }
    out.n += static_cast<double>(sum_of(w, count));
    out.a += static_cast<double>(sum_of(wx, count));
    out.b += static_cast<double>(sum_of(wy, count));
    out.aa += static_cast<double>(dot_product(wx, a, count));
    out.bb += static_cast<double>(dot_product(wy, b, count));
    out.ab += static_cast<double>(dot_product(wx, b, count));
  }
  return out;
}

}  // namespace trocar
