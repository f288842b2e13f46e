#pragma once
#include <cstdint>

#include "engine/base/time.hpp"

namespace trocar {

// One pair of readings taken at start: the session time and the UTC of the same instant.
// OpenIGTLink headers are the only place of the stream that shows wall-clock time; a jump of the
// host's wall clock during the session does not reach it (H18).
struct WallClock {
  Timestamp session{};
  std::int64_t utc_ns = 0;  // nanoseconds since 1970-01-01 UTC at `session`

  // As OpenIGTLink writes it: seconds in the upper, fraction in the lower 32 bits. Before 1970: 0.
  [[nodiscard]] std::uint64_t header_time(Timestamp at) const {
    const std::int64_t ns = utc_ns + (at - session).count();
    if (ns <= 0) return 0;
    const auto seconds = static_cast<std::uint64_t>(ns) / 1'000'000'000U;
    const auto rest = static_cast<std::uint64_t>(ns) % 1'000'000'000U;
    return (seconds << 32U) | ((rest << 32U) / 1'000'000'000U);
  }
};

}  // namespace trocar
