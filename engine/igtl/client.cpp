#include "engine/igtl/client.hpp"

#include <array>
#include <charconv>

#include "engine/base/asio.hpp"
#include "engine/igtl/message_encoder.hpp"

namespace trocar::igtl {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

struct IgtlClient::Connection {
  asio::io_context io{1};
  tcp::socket socket{io};
  MessageStream stream;
  std::string peer;
  std::array<std::byte, 64U << 10U> bytes{};
  bool reading = false;
  std::size_t received = 0;
  error_code failed;
};

namespace {

std::string text_of(const Endpoint& e) { return e.host + ":" + std::to_string(e.port); }

}  // namespace

Result<Endpoint> parse_endpoint(const std::string& text) {
  Endpoint e;
  std::string port;
  const Error wrong{Code::config, "expected HOST:PORT, found '" + text + "'"};
  const bool bracketed = text.starts_with('[');
  if (bracketed) {
    const auto closing = text.find(']');
    if (closing == std::string::npos) return wrong;
    e.host = text.substr(1, closing - 1);
    port = text.substr(closing + 1);
  } else {
    const auto colon = text.rfind(':');
    e.host = text.substr(0, colon);
    port = colon != std::string::npos ? text.substr(colon) : "";
  }
  if (e.host.empty() || (!bracketed && e.host.find(':') != std::string::npos)) return wrong;
  if (port.empty()) return e;
  const char* end = port.data() + port.size();
  const auto parsed = std::from_chars(port.data() + 1, end, e.port);
  if (port.front() != ':' || parsed.ec != std::errc() || parsed.ptr != end || e.port == 0) {
    return wrong;
  }
  return e;
}

IgtlClient::IgtlClient(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}
IgtlClient::~IgtlClient() = default;

Result<std::unique_ptr<IgtlClient>> IgtlClient::connect(const Endpoint& where, Duration deadline,
                                                        StreamLimits limits, Wants wants) {
  auto c = std::make_unique<Connection>();
  c->stream = MessageStream(limits, wants);
  c->peer = text_of(where);
  error_code ec;
  tcp::resolver resolver(c->io);
  const auto found = resolver.resolve(where.host, std::to_string(where.port), ec);
  if (ec) return Error{Code::not_found, c->peer + ": no such host: " + ec.message()};
  ec = asio::error::timed_out;
  asio::async_connect(c->socket, found,
                      [&ec](error_code done, const tcp::endpoint&) { ec = done; });
  c->io.run_for(deadline);
  if (ec == asio::error::timed_out) {
    return Error{Code::timeout, c->peer + ": no answer in " +
                                    std::to_string(static_cast<int>(milliseconds_of(deadline))) +
                                    " ms"};
  }
  if (ec) return Error{Code::disconnected, c->peer + ": " + ec.message()};
  c->socket.set_option(tcp::no_delay(true), ec);
  return std::unique_ptr<IgtlClient>(new IgtlClient(std::move(c)));
}

Status IgtlClient::receive(Duration at_most, const std::function<void(Message)>& on_message) {
  Connection& c = *connection_;
  // A read may also have ended while send() ran the loop: its bytes come first.
  if (!c.reading && c.received == 0 && !c.failed) {
    c.reading = true;
    c.socket.async_read_some(asio::buffer(c.bytes), [&c](error_code ec, std::size_t n) {
      c.reading = false;
      c.received = n;
      c.failed = ec;
    });
  }
  c.io.restart();
  if (c.reading) c.io.run_one_for(at_most);
  if (c.failed) return Error{Code::disconnected, c.peer + ": " + c.failed.message()};
  c.stream.push(std::span<const std::byte>(c.bytes).first(std::exchange(c.received, 0)));
  for (;;) {
    auto message = c.stream.next();
    if (!message) return Error{message.error().code, c.peer + ": " + message.error().detail};
    if (!message.value()) return Done{};
    on_message(std::move(*std::move(message).value()));
  }
}

Status IgtlClient::send(std::span<const std::byte> bytes, Duration deadline) {
  Connection& c = *connection_;
  bool done = false;
  error_code ec;
  asio::async_write(c.socket, asio::buffer(bytes.data(), bytes.size()),
                    [&](error_code result, std::size_t) {
                      done = true;
                      ec = result;
                    });
  const auto until = std::chrono::steady_clock::now() + deadline;
  c.io.restart();
  while (!done && c.io.run_one_until(until) > 0) {
  }
  if (!done) {
    error_code ignored;
    c.socket.close(ignored);
    while (!done && c.io.run_one() > 0) {  // the handler refers to this frame
    }
    return Error{Code::timeout, c.peer + ": takes no bytes"};
  }
  if (ec) return Error{Code::disconnected, c.peer + ": " + ec.message()};
  return Done{};
}

Buffer make_hello() {
  Buffer out;
  append_status(out, {2, "trocar"}, {status_ok, 0, "", "hello"});
  return out;
}

}  // namespace trocar::igtl
