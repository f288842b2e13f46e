#include "engine/igtl/display_client.hpp"

#include <utility>

namespace trocar::igtl {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// A display client has little to say; nothing larger is read.
constexpr StreamLimits inbound_limits{64U << 10U, 1U << 20U};
constexpr int send_buffer_bytes = 256 << 10;  // more would only make a slow client's data older

}  // namespace

DisplayClient::DisplayClient(tcp::socket socket, Owner& owner)
    : socket_(std::move(socket)), owner_(owner), stream_(inbound_limits) {
  error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  socket_.set_option(tcp::socket::send_buffer_size(send_buffer_bytes), ignored);
  socket_.non_blocking(true, ignored);
}

void DisplayClient::push_news(SharedBytes bytes) {
  if (!queue_.push_news(std::move(bytes))) close(owner_.counters().closed_stalled);
}

void DisplayClient::send() {
  while (open_ && !waiting_for_room_) {
    const auto bytes = queue_.front();
    if (bytes.empty()) return;
    error_code ec;
    const std::size_t n = socket_.send(asio::buffer(bytes.data(), bytes.size()), 0, ec);
    if (ec == asio::error::would_block) return wait_for_room();
    if (ec) return close(owner_.counters().closed_by_peer);
    queue_.sent(n);
    owner_.counters().bytes_sent.add(n);
  }
}

void DisplayClient::receive() {
  socket_.async_read_some(asio::buffer(received_),
                          [self = shared_from_this()](error_code ec, std::size_t n) {
                            if (!self->open_) return;
                            if (ec) return self->close(self->owner_.counters().closed_by_peer);
                            self->take(n);
                            if (self->open_) self->receive();
                          });
}

void DisplayClient::close_when_stalled(Duration limit) {
  if (waiting_for_room_ && owner_.now() - blocked_since_ > limit) {
    close(owner_.counters().closed_stalled);
  }
}

void DisplayClient::close(Counter& why) {
  if (!std::exchange(open_, false)) return;
  why.add();
  owner_.counters().skipped.add(queue_.skipped());
  error_code ignored;
  socket_.close(ignored);
}

void DisplayClient::wait_for_room() {
  waiting_for_room_ = true;
  blocked_since_ = owner_.now();
  socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](error_code ec) {
    self->waiting_for_room_ = false;
    if (!self->open_) return;
    if (ec) return self->close(self->owner_.counters().closed_by_peer);
    self->send();
  });
}

void DisplayClient::take(std::size_t n) {
  stream_.push(std::as_bytes(std::span(received_)).first(n));
  for (;;) {
    const auto message = stream_.next();
    if (!message) return close(owner_.counters().closed_malformed);
    if (!message.value()) return;
    const Header& header = message.value()->header;
    if (header.version == 2 && std::exchange(version_, header.version) == 1) {
      owner_.on_version_2(*this);
    }
    if (header.type == "GET_STATUS") {
      owner_.on_status_asked(*this);
    } else if (header.type != "STATUS") {
      owner_.counters().inbound_dropped.add();
    }
    if (!open_) return;
  }
}

}  // namespace trocar::igtl
