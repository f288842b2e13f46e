#include "engine/igtl/network_loop.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/asio.hpp"

namespace trocar {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int send_buffer_bytes = 256 << 10;  // more would only make a slow client's data older
constexpr Duration accept_again_after = std::chrono::milliseconds(200);

IpAddress address_of(const asio::ip::address& a) {
  IpAddress out;
  const auto v6 = a.is_v4() ? asio::ip::make_address_v6(asio::ip::v4_mapped, a.to_v4()) : a.to_v6();
  const auto bytes = v6.to_bytes();
  std::copy(bytes.begin(), bytes.end(), out.bytes.begin());
  return out;
}

class TcpConnection final : public Connection {
 public:
  TcpConnection(tcp::socket socket, const IpAddress& peer)
      : state_(std::make_shared<State>(State{std::move(socket), {}})), peer_(peer) {
    error_code ignored;
    state_->socket.set_option(tcp::no_delay(true), ignored);
    state_->socket.set_option(tcp::socket::send_buffer_size(send_buffer_bytes), ignored);
    state_->socket.non_blocking(true, ignored);
  }
  TcpConnection(const TcpConnection&) = delete;
  TcpConnection& operator=(const TcpConnection&) = delete;
  ~TcpConnection() override { close(); }

  [[nodiscard]] IpAddress peer() const override { return peer_; }

  Result<std::size_t> write(std::span<const std::byte> bytes) override {
    error_code ec;
    const std::size_t n = state_->socket.send(asio::buffer(bytes.data(), bytes.size()), 0, ec);
    if (ec == asio::error::would_block) return std::size_t{0};
    if (ec) return lost(ec);
    return n;
  }

  void when_writable(std::function<void(Status)> then) override {
    state_->socket.async_wait(tcp::socket::wait_write,
                              [state = state_, then = std::move(then)](error_code ec) {
                                if (!state->socket.is_open()) return;
                                then(ec ? Status(lost(ec)) : Status(Done{}));
                              });
  }

  void when_read(std::function<void(Result<std::span<const std::byte>>)> then) override {
    state_->socket.async_read_some(
        asio::buffer(state_->received),
        [state = state_, then = std::move(then)](error_code ec, std::size_t n) {
          if (!state->socket.is_open()) return;
          if (ec) return then(lost(ec));
          then(std::as_bytes(std::span(state->received)).first(n));
        });
  }

  [[nodiscard]] std::size_t unacknowledged() override {
    int bytes = 0;
    const int failed = ioctl(state_->socket.native_handle(), SIOCOUTQ, &bytes);
    return failed != 0 || bytes < 0 ? 0 : static_cast<std::size_t>(bytes);
  }

  void close() override {
    error_code ignored;
    state_->socket.close(ignored);
  }

 private:
  struct State {  // outlives the connection while a handler is under way
    tcp::socket socket;
    std::array<char, 4096> received;
  };
  static Error lost(error_code ec) { return {Code::disconnected, ec.message()}; }

  std::shared_ptr<State> state_;
  IpAddress peer_;
};

class SteadyTimer final : public Timer {
 public:
  explicit SteadyTimer(asio::io_context& io) : timer_(io) {}
  SteadyTimer(const SteadyTimer&) = delete;
  SteadyTimer& operator=(const SteadyTimer&) = delete;
  ~SteadyTimer() override { ++*round_; }

  void after(Duration wait, std::function<void()> then) override {
    timer_.expires_after(wait);
    // A handler that is due already can no longer be cancelled: it sees that its round is over.
    timer_.async_wait([round = round_, mine = ++*round_, then = std::move(then)](error_code ec) {
      if (!ec && *round == mine) then();
    });
  }

 private:
  asio::steady_timer timer_;
  std::shared_ptr<std::uint64_t> round_ = std::make_shared<std::uint64_t>(0);
};

}  // namespace

struct NetworkLoop::Parts {
  void accept() {
    acceptor.async_accept([this](error_code ec, tcp::socket socket) {
      if (ec == asio::error::operation_aborted) return;
      if (ec) {  // no descriptors left: somebody has to go first
        retry.expires_after(accept_again_after);
        retry.async_wait([this](error_code gone) {
          if (!gone) accept();
        });
        return;
      }
      const auto peer = socket.remote_endpoint(ec);
      if (!ec) {
        on_peer(std::make_unique<TcpConnection>(std::move(socket), address_of(peer.address())));
      }
      accept();
    });
  }

  void wait_for(std::function<void()> on_ready) {
    watched.async_wait(asio::posix::stream_descriptor::wait_read,
                       [this, on_ready = std::move(on_ready)](error_code ec) mutable {
                         if (ec) return;
                         on_ready();
                         wait_for(std::move(on_ready));
                       });
  }

  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  asio::posix::stream_descriptor watched{io};
  asio::steady_timer retry{io};
  std::function<void(std::unique_ptr<Connection>)> on_peer;
};

NetworkLoop::NetworkLoop() : parts_(std::make_unique<Parts>()) {}
NetworkLoop::~NetworkLoop() {
  if (parts_->watched.is_open()) parts_->watched.release();  // the descriptor is its owner's
}

Result<std::uint16_t> NetworkLoop::listen(
    const std::string& address, std::uint16_t port,
    std::function<void(std::unique_ptr<Connection>)> on_peer) {
  error_code ec;
  const auto ip = asio::ip::make_address(address, ec);
  if (ec) return Error{Code::config, "bind: expected an IP address, found '" + address + "'"};
  parts_->on_peer = std::move(on_peer);
  tcp::acceptor& acceptor = parts_->acceptor;
  const tcp::endpoint where(ip, port);
  acceptor.open(where.protocol(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec && ip.is_v6()) acceptor.set_option(asio::ip::v6_only(false), ec);
  if (!ec) acceptor.bind(where, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) {
    return Error{Code::io,
                 "cannot listen at " + address + ":" + std::to_string(port) + ": " + ec.message()};
  }
  parts_->accept();
  return acceptor.local_endpoint(ec).port();
}

void NetworkLoop::stop_listening() {
  error_code ignored;
  parts_->acceptor.close(ignored);
  parts_->retry.cancel();
}

Status NetworkLoop::watch(int fd, std::function<void()> on_ready) {
  error_code ec;
  parts_->watched.assign(fd, ec);
  if (ec) return Error{Code::io, "cannot wait for guidance: " + ec.message()};
  parts_->wait_for(std::move(on_ready));
  return Done{};
}

std::unique_ptr<Timer> NetworkLoop::make_timer() {
  return std::make_unique<SteadyTimer>(parts_->io);
}

void NetworkLoop::run() { parts_->io.run(); }
bool NetworkLoop::run_one_for(Duration at_most) {
  parts_->io.restart();
  return parts_->io.run_one_for(at_most) > 0;
}
void NetworkLoop::post(std::function<void()> work) { asio::post(parts_->io, std::move(work)); }
void NetworkLoop::stop() { parts_->io.stop(); }

}  // namespace trocar
