#pragma once
#include <cmath>
#include <cstdint>
#include <numbers>

namespace trocar {

// Random numbers that depend only on what they are for (seed and two labels), never on what was
// asked before: the noise of frame 500 is the same however often the host polled. Generator:
// splitmix64 (Steele, Lea, Flood 2014). plain: one thread.
class SimulatedNoise {
 public:
  SimulatedNoise(std::uint64_t seed, std::uint64_t a, std::uint64_t b) : state_(seed) {
    state_ = next() ^ (a * 0x9E3779B97F4A7C15ULL);
    state_ = next() ^ (b * 0xD1B54A32D192ED03ULL);
  }
  // In (0, 1).
  double uniform() { return (static_cast<double>(next() >> 11U) + 0.5) * 0x1.0p-53; }
  // Standard normal (Box and Muller 1958).
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }

 private:
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }
  std::uint64_t state_;
};

}  // namespace trocar
