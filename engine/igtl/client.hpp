#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/base/result.hpp"
#include "engine/base/time.hpp"
#include "engine/igtl/bytes.hpp"
#include "engine/igtl/message.hpp"
#include "engine/igtl/message_stream.hpp"

namespace trocar::igtl {

struct Endpoint {
  std::string host;
  std::uint16_t port = 18944;
};
// "host:port", "host", "[::1]:18944". Error: config.
Result<Endpoint> parse_endpoint(const std::string& text);

// The receiving end of any OpenIGTLink server. plain: one thread.
class IgtlClient {
 public:
  // Errors: timeout, not_found (no such host), disconnected (refused).
  static Result<std::unique_ptr<IgtlClient>> connect(const Endpoint& where, Duration deadline,
                                                     StreamLimits limits = {},
                                                     Wants wants = is_spoken);
  ~IgtlClient();

  // Waits at most `at_most` for bytes and gives every whole message to `on_message`. Errors:
  // disconnected, and what MessageStream says of a lost stream; then nothing more will come.
  Status receive(Duration at_most, const std::function<void(Message)>& on_message);
  // Whole messages. Errors: disconnected, timeout (the link is then to be closed).
  Status send(std::span<const std::byte> bytes, Duration deadline);

 private:
  struct Connection;
  explicit IgtlClient(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

// What this engine's own clients say first: a version 2 STATUS, so that the server answers with
// metadata.
Buffer make_hello();

}  // namespace trocar::igtl
