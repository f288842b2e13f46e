#include "drivers/dicom_receiver.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <list>
#include <thread>

#include "drivers/dicom_association.hpp"
#include "drivers/link_listener.hpp"
#include "engine/base/counter.hpp"
#include "engine/base/signal.hpp"

namespace trocar {

namespace {

using Clock = std::chrono::steady_clock;

// One sender being served. The receiver's thread owns it; the flag is set by the thread within.
struct Served {
  int handle = -1;  // a second descriptor of the socket, to shut it down by
  Clock::time_point until;
  bool cut = false;
  std::atomic<bool> cut_for_time{false};
  std::atomic<bool> done{false};
  std::thread thread;
};

std::vector<IpRange> addresses_of(const std::vector<DicomPeer>& peers) {
  std::vector<IpRange> out;
  out.reserve(peers.size());
  for (const DicomPeer& p : peers) out.push_back(p.address);
  return out;
}

}  // namespace

struct DicomReceiver::Parts {
  Parts(DicomPortConfig c, DicomSink& s, Refused r)
      : config(std::move(c)),
        allow(addresses_of(config.peers)),
        sink(s),
        on_refused(std::move(r)) {}

  void refuse(DicomRefusal why, const std::string& detail) {
    refusals.at(static_cast<std::size_t>(why)).add();
    if (on_refused) on_refused(why, detail);
  }
  void run();
  void take_waiting();
  void turn_away(int socket);
  void serve(Served& one, int socket, const IpAddress& peer);
  void look_after();
  void end_all();

  const DicomPortConfig config;
  const std::vector<IpRange> allow;
  DicomSink& sink;
  const Refused on_refused;
  LinkListener listener;
  std::unique_ptr<DicomNetwork> network;
  Signal stop;
  std::list<Served> served;  // receiver's thread
  std::array<Counter, dicom_refusal_count> refusals;
  Counter stored, associated;
  std::thread thread;
};

void DicomReceiver::Parts::run() {
  constexpr int look_every_ms = 20;
  for (;;) {
    std::array<pollfd, 2> waiting{pollfd{listener.fd(), POLLIN, 0}, pollfd{stop.fd(), POLLIN, 0}};
    ::poll(waiting.data(), waiting.size(), served.empty() ? -1 : look_every_ms);
    if (waiting[1].revents != 0) break;
    if (waiting[0].revents != 0) take_waiting();
    look_after();
  }
  end_all();
}

void DicomReceiver::Parts::take_waiting() {
  const std::uint64_t before = listener.refused();
  const int socket = listener.take();
  if (listener.refused() != before) refuse(DicomRefusal::address_not_allowed, listener.peer());
  if (socket < 0) return;
  look_after();  // who has just ended makes room
  if (served.size() >= config.max_associations) return turn_away(socket);
  const auto peer = IpAddress::parse(listener.peer());
  Served& one = served.emplace_back();
  one.handle = ::dup(socket);
  one.until = Clock::now() + config.association;
  one.thread = std::thread(
      [this, &one, socket, from = peer ? peer.value() : IpAddress{}] { serve(one, socket, from); });
}

// A-ASSOCIATE-RJ, transient, local limit exceeded (PS3.8 sect. 9.3.4): come again.
void DicomReceiver::Parts::turn_away(int socket) {
  constexpr std::array<unsigned char, 10> reject{3, 0, 0, 0, 0, 4, 0, 2, 3, 2};
  ::send(socket, reject.data(), reject.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::shutdown(socket, SHUT_WR);
  ::close(socket);
  refuse(DicomRefusal::too_many_associations, listener.peer());
}

void DicomReceiver::Parts::serve(Served& one, int socket, const IpAddress& peer) {
  const auto object_refused = [this](const std::string& detail) {
    refuse(DicomRefusal::object_refused, detail);
  };
  AssociationEnd end = serve_association(*network, socket, peer, config, sink, object_refused);
  if (end.refused && one.cut_for_time) end.refused = DicomRefusal::association_too_long;
  stored.add(end.objects);
  associated.add();
  if (end.refused) refuse(*end.refused, end.detail);
  one.done = true;
}

void DicomReceiver::Parts::look_after() {
  const auto now = Clock::now();
  for (auto one = served.begin(); one != served.end();) {
    if (one->done) {
      one->thread.join();
      ::close(one->handle);
      one = served.erase(one);
      continue;
    }
    if (now >= one->until && !one->cut) {
      one->cut = true;
      one->cut_for_time = true;
      ::shutdown(one->handle, SHUT_RDWR);
    }
    ++one;
  }
}

void DicomReceiver::Parts::end_all() {
  listener.close();
  for (const Served& one : served) ::shutdown(one.handle, SHUT_RDWR);
  for (Served& one : served) {
    one.thread.join();
    ::close(one.handle);
  }
  served.clear();
}

Result<std::unique_ptr<DicomReceiver>> DicomReceiver::open(DicomPortConfig config, DicomSink& sink,
                                                           Refused refused) {
  auto parts = std::make_unique<Parts>(std::move(config), sink, std::move(refused));
  const Status listens = parts->listener.open(parts->config.bind, parts->config.port, parts->allow);
  if (!listens) return listens.error();
  auto network = DicomNetwork::open(parts->listener.fd());
  if (!network) return network.error();
  parts->network = std::move(network.value());
  Parts* const running = parts.get();
  running->thread = std::thread([running] { running->run(); });
  return std::unique_ptr<DicomReceiver>(new DicomReceiver(std::move(parts)));
}

DicomReceiver::DicomReceiver(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

DicomReceiver::~DicomReceiver() {
  parts_->stop.notify();
  parts_->thread.join();
}

std::uint16_t DicomReceiver::port() const { return parts_->listener.port(); }
std::uint64_t DicomReceiver::refused(DicomRefusal why) const {
  return parts_->refusals.at(static_cast<std::size_t>(why)).value();
}
std::uint64_t DicomReceiver::objects() const { return parts_->stored.value(); }
std::uint64_t DicomReceiver::associations() const { return parts_->associated.value(); }

}  // namespace trocar
