#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "drivers/simulators/ndi_device.hpp"
#include "engine/base/result.hpp"

namespace trocar {

// A tracking reply that was written.
struct ReplyWritten {
  TrackingMark mark;
  std::size_t bytes = 0;                          // of the write that ended with it
  std::chrono::steady_clock::time_point written;  // just before its last bytes were handed over
  std::chrono::steady_clock::time_point exposed;  // scripted, not when it was computed
};

struct NdiServerHooks {
  // Both are called on the server's thread and must be short.
  std::function<void(const ReplyWritten&)> on_reply_written{};
  std::function<void(const std::string&)> on_event{};  // one line for a person
};

// Serves a simulated device on TCP (loopback only) or on a pseudo-terminal, from a thread of its
// own; one host at a time, one after the other. The device powers up with start and lives until the
// object goes. thread-safe.
class NdiServer {
 public:
  // Port 0: any free one. Errors name the port.
  static Result<std::unique_ptr<NdiServer>> listen(NdiScenario scenario, std::uint16_t port,
                                                   NdiServerHooks hooks = {});
  static Result<std::unique_ptr<NdiServer>> open_pty(NdiScenario scenario,
                                                     NdiServerHooks hooks = {});
  ~NdiServer();  // ends the thread and closes everything
  NdiServer(const NdiServer&) = delete;
  NdiServer& operator=(const NdiServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;              // 0 for a pty
  [[nodiscard]] const std::string& device_path() const;  // what the host opens; "" for TCP
  [[nodiscard]] std::chrono::steady_clock::time_point power_up() const;
  [[nodiscard]] Duration device_now() const;  // since power-up

  // `fault.from` and `fault.until` count from now.
  void inject(Fault fault);
  void clear_faults();
  // Pure: does not depend on faults or on what the host asked.
  [[nodiscard]] TruePose truth(std::string_view tool, Duration at) const;
  [[nodiscard]] NdiMode mode() const;

 private:
  struct State;
  explicit NdiServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace trocar
