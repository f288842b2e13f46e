#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/base/config_reader.hpp"
#include "engine/base/result.hpp"

namespace trocar {

// What the endpoint says; called on its thread.
struct ControlPages {
  std::function<std::string()> metrics;  // Prometheus text
  std::function<std::string()> state;    // JSON
};

// A small HTTP server for this host alone: GET /metrics and GET /state, nothing else, nothing that
// changes anything. Its own thread, so that nothing asked here delays a display. start() and stop()
// from one thread.
class ControlEndpoint {
 public:
  // `port` 0: any free one. Errors: io (taken).
  static Result<std::unique_ptr<ControlEndpoint>> start(std::uint16_t port, ControlPages pages);
  ControlEndpoint(const ControlEndpoint&) = delete;
  ControlEndpoint& operator=(const ControlEndpoint&) = delete;
  ~ControlEndpoint();  // stops

  void stop();
  [[nodiscard]] std::uint16_t port() const;

 private:
  struct Parts;
  explicit ControlEndpoint(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// Where it listens on this host when [control] does not say otherwise: one above the stream's port.
// Keys: port.
std::uint16_t read_control_port(const ConfigReader& in, std::uint16_t stream_port);
std::uint16_t control_port_beside(std::uint16_t stream_port);

}  // namespace trocar
