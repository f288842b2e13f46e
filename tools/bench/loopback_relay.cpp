#include "tools/bench/loopback_relay.hpp"

#include <cmath>
#include <thread>
#include <vector>

#include "tools/bench/client_reader.hpp"
#include "tools/bench/sockets.hpp"

namespace trocar::bench {
namespace {

using Clock = std::chrono::steady_clock;

// Reads whole replies and answers each with one write per client.
void relay(const Connection& from, const std::vector<Connection>& to, const RelayLoad& load) {
  std::vector<std::byte> reply(load.reply_bytes);
  const std::vector<std::byte> answer(load.answer_bytes, std::byte{1});
  for (std::size_t filled = 0;;) {
    const std::size_t n = from.receive(std::span(reply).subspan(filled));
    if (n == 0) return;
    filled += n;
    if (filled < reply.size()) continue;
    filled = 0;
    for (const Connection& c : to) c.send(answer);
  }
}

}  // namespace

Quantiles loopback_relay_us(const RelayLoad& load) {
  const Listener tracker_side;
  const Listener client_side;
  const Connection tracker = Connection::to(tracker_side.port());
  const Connection relay_in = tracker_side.accept();
  std::vector<Connection> clients;
  std::vector<Connection> relay_out;
  for (std::size_t i = 0; i < load.clients; ++i) {
    clients.push_back(Connection::to(client_side.port()));
    relay_out.push_back(client_side.accept());
  }

  const auto count = static_cast<std::size_t>(std::lround(load.rate_hz * load.seconds));
  const auto period = std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(1.0 / load.rate_hz));
  const Clock::time_point first = Clock::now() + std::chrono::milliseconds(100);
  std::vector<std::size_t> got(load.clients, 0);
  std::vector<std::size_t> frame(load.clients, 0);
  std::vector<double> latencies_us;
  latencies_us.reserve(count * load.clients);
  {
    const ClientReader reader(std::move(clients), [&](std::size_t i, auto bytes, auto at) {
      for (got[i] += bytes.size(); got[i] >= load.answer_bytes; got[i] -= load.answer_bytes) {
        const auto intended = first + period * static_cast<int>(frame[i]++);
        latencies_us.push_back(std::chrono::duration<double, std::micro>(at - intended).count());
      }
    });
    std::thread relaying([&] { relay(relay_in, relay_out, load); });
    const std::vector<std::byte> reply(load.reply_bytes, std::byte{2});
    for (std::size_t n = 0; n < count; ++n) {
      std::this_thread::sleep_until(first + period * static_cast<int>(n));
      tracker.send(reply);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    tracker.shut();
    relaying.join();
  }
  return quantiles(latencies_us);
}

}  // namespace trocar::bench
