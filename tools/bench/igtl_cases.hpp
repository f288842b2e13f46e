#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "tools/bench/quantiles.hpp"

// What bench_igtl measures, each case beside Debian's libopenigtlink in the same run. Every latency
// is open loop: from the instant a pose was due to the instant a client has decoded all of it.
namespace trocar::bench {

enum class Sender { trocar, library };
enum class Reader { trocar, library };

struct FanOutLoad {
  Sender sender;
  Reader reader;
  std::size_t clients;
  bool one_message;  // of the library: TRANSFORM alone; else the three that trocar sends for a tool
  double rate_hz;
  double seconds;
};
struct FanOut {
  Quantiles us;
  std::size_t expected = 0;
  std::size_t missing = 0;  // poses that a client never saw
  std::size_t bytes_per_pose = 0;
};
// Throws std::runtime_error.
FanOut fan_out(const FanOutLoad& load);

struct Crowd {
  std::size_t asked = 0, served = 0, refused = 0;
};
// So many clients at a server with room for 64.
Crowd crowd(std::size_t clients);

struct StallLoad {
  bool stalled;  // one of the eight reads nothing
  double image_hz;
  double seconds;
};
struct Stall {
  Quantiles us;            // of the seven others
  double largest_gap_ms;   // between two poses at one of them
  double closed_after_ms;  // the stalled one; 0: it was not there, or not closed
  std::size_t damaged;     // messages with a wrong CRC, at anyone
};
Stall stall(const StallLoad& load);

// Age of the pose when read, ms, by a reader that takes 2 ms for each message of 1000 poses/s.
struct SlowReader {
  Quantiles first_half_ms, second_half_ms;
};
SlowReader slow_reader(Sender sender, double seconds);

struct Encoding {
  double ours_us, library_us;  // IMAGE 512 x 512 x 16 bit, p50
  double ours_crc_gb_s, library_crc_gb_s;
};
Encoding encoding(std::size_t rounds);

}  // namespace trocar::bench
