#pragma once
#include <Eigen/Core>
#include <cmath>
#include <cstdint>

// Random numbers that are the same on every machine and at every thread count: hashes of a seed
// and a place, never a running state shared between voxels.
namespace trocar::phantom {

// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
inline std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}
inline std::uint64_t mix(std::uint64_t seed, std::uint64_t n) { return mix(seed ^ mix(n)); }

// In [0, 1).
inline double unit(std::uint64_t bits) { return static_cast<double>(bits >> 11U) * 0x1p-53; }

// A sequence of draws for one purpose. plain.
class Draw {
 public:
  Draw(std::uint64_t seed, std::uint64_t purpose) : seed_(mix(seed, purpose)) {}
  double between(double low, double high) { return low + (high - low) * unit(mix(seed_, n_++)); }
  // A factor 1 +- spread.
  double about_one(double spread) { return between(1.0 - spread, 1.0 + spread); }

 private:
  std::uint64_t seed_;
  std::uint64_t n_ = 0;
};

// Zero mean, unit variance, nearly normal (sum of four uniforms), of one lattice place.
inline double lattice_normal(std::uint64_t seed, std::int64_t x, std::int64_t y, std::int64_t z) {
  const std::uint64_t h = mix(seed ^ (static_cast<std::uint64_t>(x) * 0x8da6b343ULL) ^
                              (static_cast<std::uint64_t>(y) * 0xd8163841ULL << 16U) ^
                              (static_cast<std::uint64_t>(z) * 0xcb1ab31fULL << 24U));
  const std::uint64_t sum =
      (h & 0xffffU) + ((h >> 16U) & 0xffffU) + ((h >> 32U) & 0xffffU) + (h >> 48U);
  return (static_cast<double>(sum) / 65535.0 - 2.0) * 1.7320508;
}

// Smooth noise with features of one unit of p: lattice values, blended. About N(0, 0.6^2).
inline double value_noise(std::uint64_t seed, const Eigen::Vector3d& p) {
  const double fx = std::floor(p.x()), fy = std::floor(p.y()), fz = std::floor(p.z());
  const auto ease = [](double t) { return t * t * (3.0 - 2.0 * t); };
  const double tx = ease(p.x() - fx), ty = ease(p.y() - fy), tz = ease(p.z() - fz);
  const auto ix = static_cast<std::int64_t>(fx), iy = static_cast<std::int64_t>(fy),
             iz = static_cast<std::int64_t>(fz);
  const auto along_x = [&](std::int64_t y, std::int64_t z) {
    return (1.0 - tx) * lattice_normal(seed, ix, y, z) + tx * lattice_normal(seed, ix + 1, y, z);
  };
  const auto along_y = [&](std::int64_t z) {
    return (1.0 - ty) * along_x(iy, z) + ty * along_x(iy + 1, z);
  };
  return (1.0 - tz) * along_y(iz) + tz * along_y(iz + 1);
}

}  // namespace trocar::phantom
