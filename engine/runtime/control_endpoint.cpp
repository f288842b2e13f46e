#include "engine/runtime/control_endpoint.hpp"

#include <array>
#include <atomic>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

// asio first: see there.
#include "engine/base/asio.hpp"
//
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace trocar {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto deadline = std::chrono::seconds(2);  // of a whole request, and of its answer
constexpr std::uint32_t max_header_bytes = 8U << 10U;
constexpr int max_askers = 16;

// A page in a browser must not reach it under another host's name (DNS rebinding).
bool is_this_host(std::string_view host) {
  if (const auto colon = host.rfind(':'); colon != std::string_view::npos && host.back() != ']') {
    host = host.substr(0, colon);
  }
  return host.empty() || host == "127.0.0.1" || host == "localhost" || host == "[::1]";
}

http::response<http::string_body> answer(const http::request_header<>& asked,
                                         const ControlPages& pages) {
  http::response<http::string_body> said;
  said.version(11);
  said.keep_alive(false);
  said.set(http::field::cache_control, "no-store");
  const auto page = [&](http::status status, const char* type, std::string text) {
    said.result(status);
    said.set(http::field::content_type, type);
    said.body() = std::move(text);
  };
  const auto host = asked[http::field::host];
  const std::string_view target(asked.target().data(), asked.target().size());
  if (!is_this_host({host.data(), host.size()})) {
    page(http::status::forbidden, "text/plain", "expected a request to this host's own address\n");
  } else if (asked.method() != http::verb::get) {
    page(http::status::method_not_allowed, "text/plain", "expected GET: nothing changes here\n");
  } else if (target == "/metrics") {
    page(http::status::ok, "text/plain; version=0.0.4", pages.metrics());
  } else if (target == "/state") {
    page(http::status::ok, "application/json", pages.state());
  } else {
    page(http::status::not_found, "text/plain", "expected /metrics or /state\n");
  }
  said.prepare_payload();
  return said;
}

// One request and its answer.
class Asker : public std::enable_shared_from_this<Asker> {
 public:
  Asker(tcp::socket socket, const ControlPages& pages, std::shared_ptr<std::atomic<int>> askers)
      : stream_(std::move(socket)), pages_(pages), askers_(std::move(askers)) {
    ++*askers_;
  }
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;
  ~Asker() { --*askers_; }

  void run() {
    parser_.header_limit(max_header_bytes);
    parser_.body_limit(0);
    stream_.expires_after(deadline);
    http::async_read_header(stream_, buffer_, parser_,
                            [self = shared_from_this()](error_code ec, std::size_t) {
                              if (!ec) self->say();
                            });
  }

 private:
  void say() {
    said_ = answer(parser_.get().base(), pages_);
    stream_.expires_after(deadline);
    http::async_write(stream_, said_, [self = shared_from_this()](error_code, std::size_t) {
      error_code ignored;
      self->stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    });
  }

  beast::tcp_stream stream_;
  const ControlPages& pages_;
  std::shared_ptr<std::atomic<int>> askers_;
  beast::flat_buffer buffer_{max_header_bytes};
  http::request_parser<http::empty_body> parser_;
  http::response<http::string_body> said_;
};

}  // namespace

struct ControlEndpoint::Parts {
  explicit Parts(ControlPages p) : pages(std::move(p)) {}

  void accept() {
    acceptor.async_accept([this](error_code ec, tcp::socket socket) {
      if (ec == asio::error::operation_aborted) return;
      if (!ec && *askers < max_askers) {
        std::make_shared<Asker>(std::move(socket), pages, askers)->run();
      }
      if (!ec) return accept();
      again.expires_after(std::chrono::milliseconds(200));  // no descriptors left
      again.async_wait([this](error_code gone) {
        if (!gone) accept();
      });
    });
  }

  ControlPages pages;
  std::shared_ptr<std::atomic<int>> askers = std::make_shared<std::atomic<int>>(0);
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  asio::steady_timer again{io};
  std::uint16_t port = 0;
  std::thread thread;
};

ControlEndpoint::ControlEndpoint(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ControlEndpoint::~ControlEndpoint() { stop(); }
std::uint16_t ControlEndpoint::port() const { return parts_->port; }

Result<std::unique_ptr<ControlEndpoint>> ControlEndpoint::start(std::uint16_t port,
                                                                ControlPages pages) {
  auto parts = std::make_unique<Parts>(std::move(pages));
  error_code ec;
  const tcp::endpoint where(asio::ip::address_v4::loopback(), port);
  tcp::acceptor& acceptor = parts->acceptor;
  acceptor.open(where.protocol(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor.bind(where, ec);
  if (!ec) acceptor.listen(max_askers, ec);
  if (ec) {
    return Error{Code::io, "control endpoint cannot listen at 127.0.0.1:" + std::to_string(port) +
                               ": " + ec.message()};
  }
  parts->port = acceptor.local_endpoint(ec).port();
  parts->accept();
  parts->thread = std::thread([p = parts.get()] { p->io.run(); });
  return std::unique_ptr<ControlEndpoint>(new ControlEndpoint(std::move(parts)));
}

void ControlEndpoint::stop() {
  if (!parts_->thread.joinable()) return;
  parts_->io.stop();
  parts_->thread.join();
}

std::uint16_t control_port_beside(std::uint16_t stream_port) {
  return stream_port == 0 || stream_port == 65535 ? 0 : static_cast<std::uint16_t>(stream_port + 1);
}

std::uint16_t read_control_port(const ConfigReader& in, std::uint16_t stream_port) {
  const auto port =
      static_cast<std::uint16_t>(in.integer_or("port", control_port_beside(stream_port), 0, 65535));
  in.finish();
  if (port != 0 && port == stream_port) {
    in.fail("port", "another port than the stream's", std::to_string(port));
  }
  return port;
}

}  // namespace trocar
