#include "engine/igtl/guidance_server.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <thread>
#include <utility>

#include "engine/base/asio.hpp"
#include "engine/igtl/display_client.hpp"
#include "engine/igtl/guidance_messages.hpp"
#include "engine/igtl/out_queue.hpp"

namespace trocar {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using igtl::OutQueue;
using igtl::SharedBytes;
using Client = igtl::DisplayClient;

}  // namespace

class GuidanceServer::Network final : public Client::Owner {
 public:
  Network(const ServerConfig& config, StreamScene scene, ServerInputs inputs)
      : config_(config),
        scene_(std::move(scene)),
        inputs_(inputs),
        messages_(scene_.names, inputs.wall),
        acceptor_(io_),
        wake_(io_),
        timer_(io_),
        silence_(io_) {}
  ~Network() {
    stop();
    if (wake_.is_open()) wake_.release();  // the descriptor belongs to the Signal
  }

  Status open() {
    error_code ec;
    const auto address = asio::ip::make_address(config_.bind, ec);
    if (ec)
      return Error{Code::config, "bind: expected an IP address, found '" + config_.bind + "'"};
    const tcp::endpoint where(address, config_.port);
    acceptor_.open(where.protocol(), ec);
    if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor_.bind(where, ec);
    if (!ec) acceptor_.listen(asio::socket_base::max_listen_connections, ec);
    if (ec) {
      return Error{Code::io, "OpenIGTLink server cannot listen at " + config_.bind + ":" +
                                 std::to_string(config_.port) + ": " + ec.message()};
    }
    port_ = acceptor_.local_endpoint(ec).port();
    wake_.assign(inputs_.wake.fd(), ec);
    if (ec) return Error{Code::io, "OpenIGTLink server cannot wait for guidance: " + ec.message()};
    for (std::size_t i = 0; i < scene_.names.structures.size(); ++i) encode_structure(i);
    return Done{};
  }

  void run() {
    accept();
    wait_for_wake();
    beat();
    thread_ = std::thread([this] { io_.run(); });
  }

  void stop() {
    if (!thread_.joinable()) return;
    asio::post(io_, [this] {
      error_code ignored;
      acceptor_.close(ignored);
      for (auto& c : clients_) c->close(stats_.closed_by_peer);
      io_.stop();
    });
    thread_.join();
    clients_.clear();
    stats_.clients = 0;
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const ServerStats& stats() const { return stats_; }

 private:
  static std::size_t slot(std::uint16_t version) { return version - 1U; }

  void on_version_2(Client& client) override {
    test_silence();
    client.offer(OutQueue::tools, tools_bytes(client.version()));
    client.send();
  }
  void on_status_asked(Client& client) override {
    test_silence();
    client.offer(OutQueue::heartbeat, heartbeat_bytes(client.version()));
    client.send();
  }
  ServerStats& counters() override { return stats_; }
  [[nodiscard]] Timestamp now() const override { return inputs_.time.now(); }

  void encode_structure(std::size_t i) {
    if (i >= scene_.surfaces.size() || !scene_.surfaces[i]) return;
    for (const std::uint16_t version : {std::uint16_t{1}, std::uint16_t{2}}) {
      auto bytes = std::make_shared<igtl::Buffer>();
      messages_.append_structure(*bytes, i, *scene_.surfaces[i], version);
      structures_[slot(version)].push_back(std::move(bytes));
    }
  }

  void accept() {
    acceptor_.async_accept([this](error_code ec, tcp::socket socket) {
      if (ec == asio::error::operation_aborted) return;
      accept_again_ = static_cast<bool>(ec);  // no descriptors left: try again at the next beat
      if (ec) return;
      welcome(std::move(socket));
      accept();
    });
  }

  void welcome(tcp::socket socket) {
    test_silence();
    sweep();
    if (clients_.size() >= config_.max_clients) {
      stats_.refused_full.add();
      return;
    }
    stats_.accepted.add();
    const auto client = std::make_shared<Client>(std::move(socket), *this);
    clients_.push_back(client);
    stats_.clients = clients_.size();
    const auto warnings = pool_.take();
    messages_.append_warnings(*warnings, scene_.warnings, client->version());
    client->push_news(warnings);
    for (const auto& s : structures_[slot(client->version())]) client->push_news(s);
    client->offer(OutQueue::heartbeat, heartbeat_bytes(client->version()));
    client->offer(OutQueue::tools, tools_bytes(client->version()));
    client->send();
    if (client->is_open()) client->receive();
  }

  void wait_for_wake() {
    wake_.async_wait(asio::posix::stream_descriptor::wait_read, [this](error_code ec) {
      if (ec) return;
      inputs_.wake.drain();
      send_news();
      send_guidance();
      wait_for_wake();
    });
  }

  void send_news() {
    const std::uint64_t lost = inputs_.state_lines.dropped();
    StateLine line;
    if (lost > lost_lines_) {
      stats_.state_lines_lost.add(lost - lost_lines_);
      lost_lines_ = lost;
      send_line({now(), StateKind::device, "state lines lost: display missed changes of state"});
    }
    while (inputs_.state_lines.pop(line)) send_line(line);
  }

  void send_line(const StateLine& line) {
    std::array<SharedBytes, 2> bytes;
    for (auto& c : clients_) {
      if (!c->is_open()) continue;
      SharedBytes& mine = bytes[slot(c->version())];
      if (!mine) {
        const auto fresh = pool_.take();
        messages_.append_state(*fresh, line, c->version());
        mine = fresh;
      }
      c->push_news(mine);
      c->send();
    }
  }

  void send_guidance() {
    const Guidance* g = inputs_.newest.take();
    if (g == nullptr) return rehearse();
    newest_ = g;
    heard_ = now();
    silent_ = false;
    prepare(std::nullopt);
    offer_tools();
    stats_.ticks.add();
    stats_.hand_over_to_sent.record(now() - g->now);
    if (!watching_) watch_for_silence(config_.silent_after);
  }

  // Guidance does not touch the timer: when it fires, it sleeps again for what is left.
  void watch_for_silence(Duration left) {
    watching_ = true;
    silence_.expires_after(left);
    silence_.async_wait([this](error_code ec) {
      if (ec) return;
      test_silence();
      watching_ = !silent_;
      if (watching_) watch_for_silence(heard_ + config_.silent_after - now());
    });
  }

  // Before any client is told something: are the numbers of newest_ still the navigator's?
  void test_silence() {
    if (silent_ || newest_ == nullptr || now() - heard_ < config_.silent_after) return;
    silent_ = true;
    prepare(Withheld::too_old);
    offer_tools();
    send_heartbeats();
  }

  // Woken for nothing: the next guidance is near. Its work is done once ahead, for the caches.
  void rehearse() {
    if (newest_ == nullptr || silent_) return;
    messages_.prepare(*newest_, std::nullopt);
    tools_ = {};
    for (const auto& c : clients_) tools_bytes(c->version());
  }

  void prepare(std::optional<Withheld> instead) {
    const std::uint64_t before = messages_.refused();
    messages_.prepare(*newest_, instead);
    stats_.values_refused.add(messages_.refused() - before);
    tools_ = {};
  }

  void offer_tools() {
    for (auto& c : clients_) {
      if (!c->is_open()) continue;
      c->offer(OutQueue::tools, tools_bytes(c->version()));
      c->send();
    }
  }

  // Encoded once per header version and tick; empty before the first guidance.
  SharedBytes tools_bytes(std::uint16_t version) {
    SharedBytes& bytes = tools_[slot(version)];
    if (!bytes) {
      const auto fresh = pool_.take();
      if (newest_ != nullptr) messages_.append_tools(*fresh, version);
      bytes = fresh;
    }
    return bytes->empty() ? nullptr : bytes;
  }

  SharedBytes heartbeat_bytes(std::uint16_t version) {
    const auto bytes = pool_.take();
    messages_.append_heartbeat(*bytes, {now(), newest_, silent_}, version);
    return bytes;
  }

  void beat() {
    timer_.expires_after(config_.heartbeat);
    timer_.async_wait([this](error_code ec) {
      if (ec) return;
      test_silence();
      if (silent_) offer_tools();
      send_heartbeats();
      for (auto& c : clients_) c->close_when_stalled(config_.stall_limit);
      sweep();
      if (std::exchange(accept_again_, false)) accept();
      beat();
    });
  }

  void send_heartbeats() {
    std::array<SharedBytes, 2> bytes;
    for (auto& c : clients_) {
      SharedBytes& mine = bytes[slot(c->version())];
      if (!mine) mine = heartbeat_bytes(c->version());
      c->offer(OutQueue::heartbeat, mine);
      c->send();
    }
  }

  void sweep() {
    std::erase_if(clients_, [](const auto& c) { return !c->is_open(); });
    stats_.clients = clients_.size();
  }

  const ServerConfig config_;
  const StreamScene scene_;
  ServerInputs inputs_;
  GuidanceMessages messages_;
  igtl::BufferPool pool_;
  ServerStats stats_;
  std::uint16_t port_ = 0;
  const Guidance* newest_ = nullptr;  // owned by Latest, unchanged until its next take()
  Timestamp heard_{};
  bool silent_ = false;
  bool watching_ = false;  // silence_ is armed
  bool accept_again_ = false;
  std::uint64_t lost_lines_ = 0;
  std::array<SharedBytes, 2> tools_;  // of the guidance prepared last, by header version
  std::array<std::vector<SharedBytes>, 2> structures_;
  std::vector<std::shared_ptr<Client>> clients_;
  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  asio::posix::stream_descriptor wake_;
  asio::steady_timer timer_;
  asio::steady_timer silence_;
  std::thread thread_;
};

GuidanceServer::GuidanceServer(std::unique_ptr<Network> network) : network_(std::move(network)) {}
GuidanceServer::~GuidanceServer() = default;

Result<std::unique_ptr<GuidanceServer>> GuidanceServer::start(const ServerConfig& config,
                                                              StreamScene scene,
                                                              ServerInputs inputs) {
  auto network = std::make_unique<Network>(config, std::move(scene), inputs);
  if (const auto opened = network->open(); !opened) return opened.error();
  network->run();
  return std::unique_ptr<GuidanceServer>(new GuidanceServer(std::move(network)));
}

void GuidanceServer::stop() { network_->stop(); }
std::uint16_t GuidanceServer::port() const { return network_->port(); }
const ServerStats& GuidanceServer::stats() const { return network_->stats(); }

}  // namespace trocar
