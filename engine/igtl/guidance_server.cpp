#include "engine/igtl/guidance_server.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <thread>
#include <utility>

#include "engine/igtl/display_client.hpp"
#include "engine/igtl/guidance_fanout.hpp"
#include "engine/igtl/network_loop.hpp"
#include "engine/igtl/query_desk.hpp"
#include "engine/igtl/refusal_log.hpp"
#include "engine/igtl/scene_messages.hpp"
#include "engine/igtl/volume_desk.hpp"

namespace trocar {

namespace {

using igtl::OutQueue;
using igtl::SharedBytes;
using Client = igtl::DisplayClient;

// New connections that are welcomed without delaying the others: a ward that comes back at once is
// let in, a flood is not.
constexpr double connects_per_s = 100;
constexpr double connects_at_once = 512;

ServerConfig with_pace(ServerConfig config, const StreamNames& names) {
  constexpr std::size_t messages_per_tool = 3;
  const auto streamed = std::count_if(names.tools.begin(), names.tools.end(),
                                      [](const auto& t) { return !t.tool.empty(); });
  config.pace = pace_for(config, messages_per_tool * static_cast<std::size_t>(streamed));
  return config;
}

}  // namespace

class GuidanceServer::Network final : public Client::Owner {
 public:
  Network(const ServerConfig& config, StreamScene scene, ServerInputs inputs)
      : config_(with_pace(config, scene.names)),
        scene_(std::move(scene)),
        inputs_(inputs),
        scene_messages_(scene_, inputs.wall),
        questions_(scene_, scene_messages_, inputs.recording),
        fanout_(scene_.names, inputs.wall),
        refusals_(stats_, inputs.remarks),
        volumes_(loop_, inputs.wall),
        beat_(loop_.make_timer()),
        silence_(loop_.make_timer()) {}
  ~Network() { stop(); }

  Status open() {
    const auto port = loop_.listen(config_.bind, config_.port,
                                   [this](std::unique_ptr<Connection> c) { meet(std::move(c)); });
    if (!port) {
      return Error{port.error().code, "OpenIGTLink server: " + port.error().detail};
    }
    port_ = port.value();
    return loop_.watch(inputs_.wake.fd(), [this] {
      inputs_.wake.drain();
      send_news();
      send_guidance();
      send_image();
    });
  }

  void run() {
    beat();
    thread_ = std::thread([this] { loop_.run(); });
  }

  void stop() {
    if (!thread_.joinable()) return;
    loop_.post([this] {
      loop_.stop_listening();
      beat_.reset();
      silence_.reset();
      for (auto& c : clients_) c->close();
      loop_.stop();
    });
    thread_.join();
    while (loop_.run_one_for(Duration(0))) {  // what the closed connections still had to say
    }
    clients_.clear();
    stats_.clients = 0;
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const ServerStats& stats() const { return stats_; }

 private:
  void on_version_2(Client& client) override {
    test_silence();
    offer_guidance(client);
  }
  void on_refused(Client& client, Refusal why) override {
    refusals_.note(why, client.peer(), now());
  }
  ServerStats& counters() override { return stats_; }
  [[nodiscard]] Timestamp now() const override { return inputs_.time.now(); }

  void on_message(Client& client, const igtl::Message& message) override {
    test_silence();
    const Answer answer = questions_.answer(message, client.version(),
                                            {newest_, silent_, inputs_.wall.header_time(now())});
    if (!answer.taken) return refusals_.note(Refusal::inbound_dropped, client.peer(), now());
    if (message.header.type != "STATUS") (answer.command ? stats_.commands : stats_.queries).add();
    give(client, answer);
  }

  void give(Client& client, const Answer& answer) {
    for (const SharedBytes& bytes : answer.messages) client.push_news(bytes);
    if (answer.heartbeat) client.offer(OutQueue::heartbeat, heartbeat_bytes(client.version()));
    if (answer.start_tracking) client.set_tracking(answer.resolution);
    if (answer.stop_tracking) client.set_tracking(std::nullopt);
    if (answer.images) client.set_images(*answer.images);
    if (answer.volume != nullptr) fetch(client, *answer.volume);
    if (answer.tools || answer.start_tracking) offer_guidance(client);
    client.send();
  }

  void fetch(Client& client, const SceneVolume& volume) {
    volumes_.ask(volume, &client,
                 [this, weak = client.weak_from_this()](const Result<igtl::VolumeMessages>& made) {
                   const auto c = weak.lock();
                   if (!c || !c->is_open()) return;
                   if (made) {
                     c->push_news(made.value()[c->version() - 1U]);
                   } else {
                     c->push_news(questions_.failed(made.error(), c->version(),
                                                    inputs_.wall.header_time(now())));
                   }
                   c->send();
                 });
  }

  // Who connects is welcomed, or turned away with a reason that is counted.
  void meet(std::unique_ptr<Connection> connection) {
    sweep();
    const IpAddress peer = connection->peer();
    std::optional<Refusal> why;
    if (!config_.allow.empty() && !holds(config_.allow, peer)) {
      why = Refusal::not_allowed;
    } else if (!connects_.take(now())) {
      why = Refusal::connects_too_fast;
    } else if (clients_.size() >= config_.max_clients) {
      why = Refusal::too_many_clients;
    }
    if (why) return refusals_.note(*why, peer.text(), now());
    welcome(std::move(connection));
  }

  void welcome(std::unique_ptr<Connection> connection) {
    test_silence();
    stats_.accepted.add();
    const auto client =
        std::make_shared<Client>(std::move(connection), loop_.make_timer(), config_, *this);
    clients_.push_back(client);
    stats_.clients = clients_.size();
    for (const auto& bytes : scene_messages_.welcome(client->version())) client->push_news(bytes);
    client->offer(OutQueue::heartbeat, heartbeat_bytes(client->version()));
    offer_guidance(*client);
    if (client->is_open()) client->receive();
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
      SharedBytes& mine = bytes[c->version() - 1U];
      if (!mine) mine = fanout_.state(line, c->version());
      c->push_news(mine);
      c->send();
    }
  }

  // Woken for nothing: the next guidance is near.
  void rehearse() {
    if (newest_ != nullptr && !silent_) fanout_.rehearse(*newest_);
  }

  void send_guidance() {
    const Guidance* g = inputs_.newest.take();
    if (g == nullptr) return rehearse();
    newest_ = g;
    heard_ = now();
    silent_ = false;
    set_guidance(std::nullopt);
    stats_.ticks.add();
    stats_.hand_over_to_sent.record(now() - g->now);
    if (!watching_) watch_for_silence(config_.silent_after);
  }

  void set_guidance(std::optional<Withheld> instead) {
    const std::uint64_t before = fanout_.refused();
    fanout_.set(*newest_, instead);
    stats_.values_refused.add(fanout_.refused() - before);
    offer_guidance();
  }

  void offer_guidance() {
    for (auto& c : clients_) offer_guidance(*c);
  }

  void offer_guidance(Client& c) {
    if (!c.is_open()) return;
    if (SharedBytes bytes = fanout_.tools(c.version())) c.offer(OutQueue::tools, std::move(bytes));
    if (c.wants_tracking()) {
      SharedBytes bytes = fanout_.tracking(c.version());
      if (bytes) c.offer(OutQueue::tracking, std::move(bytes));
    }
    c.send();
  }

  // Encoded for those who want it alone; a client that still receives one gets the newest after it.
  void send_image() {
    const ImageFrame* frame = inputs_.images != nullptr ? inputs_.images->take() : nullptr;
    if (frame == nullptr) return;
    std::array<SharedBytes, 2> bytes;
    for (auto& c : clients_) {
      if (!c->is_open() || !c->wants_images()) continue;
      SharedBytes& mine = bytes[c->version() - 1U];
      if (!mine) mine = fanout_.image(*frame, c->version());
      c->offer(OutQueue::image, mine);
      c->send();
    }
  }

  // Guidance does not touch the timer: when it fires, it sleeps again for what is left.
  void watch_for_silence(Duration left) {
    watching_ = true;
    silence_->after(left, [this] {
      test_silence();
      watching_ = !silent_;
      if (watching_) watch_for_silence(heard_ + config_.silent_after - now());
    });
  }

  // Before any client is told something: are the numbers of newest_ still the navigator's?
  void test_silence() {
    if (silent_ || newest_ == nullptr || now() - heard_ < config_.silent_after) return;
    silent_ = true;
    set_guidance(Withheld::too_old);
    send_heartbeats();
  }

  SharedBytes heartbeat_bytes(std::uint16_t version) {
    return fanout_.heartbeat({now(), newest_, silent_}, version);
  }

  void beat() {
    beat_->after(config_.heartbeat, [this] {
      test_silence();
      if (silent_) offer_guidance();
      send_heartbeats();
      for (auto& c : clients_) c->watch();
      sweep();
      show();
      beat();
    });
  }

  void send_heartbeats() {
    std::array<SharedBytes, 2> bytes = {heartbeat_bytes(1), nullptr};
    for (auto& c : clients_) {
      SharedBytes& mine = bytes[c->version() - 1U];
      if (!mine) mine = heartbeat_bytes(c->version());
      c->offer(OutQueue::heartbeat, mine);
      c->send();
    }
  }

  void sweep() {
    std::erase_if(clients_, [](const auto& c) { return !c->is_open(); });
    stats_.clients = clients_.size();
  }

  void show() {
    if (inputs_.view == nullptr) return;
    StreamView view{fanout_.heartbeat_text(), {}};
    for (const auto& c : clients_) {
      view.clients.push_back(
          {c->peer(), c->version(), milliseconds_of(c->pace()), c->skipped(), c->wants_tracking()});
    }
    inputs_.view->publish(view);
  }

  const ServerConfig config_;
  const StreamScene scene_;
  ServerInputs inputs_;
  ServerStats stats_;
  NetworkLoop loop_;  // outlives whatever works on it
  SceneMessages scene_messages_;
  QueryDesk questions_;
  igtl::GuidanceFanout fanout_;
  RefusalLog refusals_;
  igtl::VolumeDesk volumes_;
  TokenBucket connects_{connects_per_s, connects_at_once};
  std::uint16_t port_ = 0;
  const Guidance* newest_ = nullptr;  // owned by Latest, unchanged until its next take()
  Timestamp heard_{};
  bool silent_ = false;
  bool watching_ = false;  // silence_ is armed
  std::uint64_t lost_lines_ = 0;
  std::vector<std::shared_ptr<Client>> clients_;
  std::unique_ptr<Timer> beat_;
  std::unique_ptr<Timer> silence_;
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
