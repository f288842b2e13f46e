#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/base/asio.hpp"
#include "engine/base/counter.hpp"
#include "engine/base/time.hpp"
#include "engine/igtl/guidance_server.hpp"
#include "engine/igtl/message_stream.hpp"
#include "engine/igtl/out_queue.hpp"

namespace trocar::igtl {

// One display client: its socket, what waits for it and what it has said. Includes asio, so for
// .cpp files only. plain: all of it belongs to the network thread.
class DisplayClient : public std::enable_shared_from_this<DisplayClient> {
 public:
  struct Owner {  // what a client may ask of the server
    virtual void on_version_2(DisplayClient& client) = 0;
    virtual void on_status_asked(DisplayClient& client) = 0;
    virtual ServerStats& counters() = 0;
    [[nodiscard]] virtual Timestamp now() const = 0;

   protected:
    ~Owner() = default;
  };

  DisplayClient(boost::asio::ip::tcp::socket socket, Owner& owner);

  void push_news(SharedBytes bytes);
  void offer(OutQueue::Slot slot, SharedBytes bytes) { queue_.offer(slot, std::move(bytes)); }
  // Gives the kernel what it takes at once; the rest when it has room again.
  void send();
  void receive();
  void close_when_stalled(Duration limit);
  void close(Counter& why);

  [[nodiscard]] bool is_open() const { return open_; }
  [[nodiscard]] std::uint16_t version() const { return version_; }

 private:
  void wait_for_room();
  void take(std::size_t n);

  boost::asio::ip::tcp::socket socket_;
  Owner& owner_;
  MessageStream stream_;
  OutQueue queue_;
  std::array<char, 4096> received_{};
  std::uint16_t version_ = 1;
  bool open_ = true;
  bool waiting_for_room_ = false;
  Timestamp blocked_since_{};
};

}  // namespace trocar::igtl
