#pragma once
#include <cstddef>

#include "tools/bench/quantiles.hpp"

namespace trocar::bench {

// What one run moves: a reply of the tracker in, an answer out to each client.
struct RelayLoad {
  std::size_t reply_bytes;
  std::size_t answer_bytes;
  std::size_t clients;
  double rate_hz;
  double seconds;
};

// The floor of what loopback can do on this machine: bytes in on one TCP connection, a thread that
// does nothing but write other bytes to every client, and clients that read them. Latencies in us
// from the *intended* time of each reply to the last byte at each client.
Quantiles loopback_relay_us(const RelayLoad& load);

}  // namespace trocar::bench
