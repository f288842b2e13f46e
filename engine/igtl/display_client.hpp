#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/time.hpp"
#include "engine/igtl/message_stream.hpp"
#include "engine/igtl/network_loop.hpp"
#include "engine/igtl/out_queue.hpp"
#include "engine/igtl/server_config.hpp"
#include "engine/igtl/server_stats.hpp"
#include "engine/igtl/token_bucket.hpp"

namespace trocar::igtl {

// One display client: its connection, what waits for it and what it has said. plain: all of it
// belongs to the network thread.
class DisplayClient : public std::enable_shared_from_this<DisplayClient> {
 public:
  struct Owner {  // what a client may ask of the server
    virtual void on_version_2(DisplayClient& client) = 0;
    virtual void on_message(DisplayClient& client, const Message& message) = 0;
    virtual void on_refused(DisplayClient& client, Refusal why) = 0;
    virtual ServerStats& counters() = 0;
    [[nodiscard]] virtual Timestamp now() const = 0;

   protected:
    ~Owner() = default;
  };

  DisplayClient(std::unique_ptr<Connection> connection, std::unique_ptr<Timer> turn,
                const ServerConfig& config, Owner& owner);

  void push_news(SharedBytes bytes);
  void offer(OutQueue::Slot slot, SharedBytes bytes);
  // Gives the kernel what it takes at once; the rest when it has room again or its turn comes.
  void send();
  // Hears what the client says, from now on. While many answers wait for it, it is not heard: what
  // it says then stays in the kernel's buffers.
  void receive();
  // What time alone finds out: a stalled client, a message that drips. To be called now and then.
  void watch();
  void close();
  void refuse(Refusal why);  // closes, and says why

  [[nodiscard]] bool is_open() const { return open_; }
  [[nodiscard]] std::uint16_t version() const { return version_; }
  [[nodiscard]] std::string peer() const { return connection_->peer().text(); }
  [[nodiscard]] Duration pace() const { return pace_; }
  [[nodiscard]] std::uint64_t skipped() const { return queue_.skipped(); }

  // TDATA is sent when asked for: the least time between two, nothing when not.
  void set_tracking(std::optional<Duration> resolution);
  [[nodiscard]] bool wants_tracking() const { return tracking_.has_value(); }
  void set_images(bool wanted);
  [[nodiscard]] bool wants_images() const { return images_; }

 private:
  void wait_for_room();
  void wait_for_turn();
  bool is_behind(Timestamp now);
  void slow_down(Timestamp now);
  void speed_up(Timestamp now);
  void set_pace(Duration pace);
  void give();
  void read();
  bool hear_one();

  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Timer> turn_;
  const ServerConfig& config_;
  Owner& owner_;
  MessageStream stream_;
  OutQueue queue_;
  TokenBucket messages_;
  std::uint16_t version_ = 1;
  bool open_ = true;
  bool waiting_for_room_ = false;
  bool reading_ = false;  // bytes have been asked for
  bool hearing_ = false;  // receive() is under way
  bool images_ = false;
  std::optional<Duration> tracking_;
  Duration pace_;
  std::uint64_t written_ = 0;
  std::uint64_t arrived_ = 0;  // of these, at the peer's kernel
  Timestamp progress_{};       // when it last took bytes, or had none to take
  Timestamp large_at_{};       // something large was put in its way
  Timestamp pace_changed_{};
  std::optional<Timestamp> message_began_;
};

}  // namespace trocar::igtl
