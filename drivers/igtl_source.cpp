#include "drivers/igtl_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "drivers/byte_link.hpp"
#include "drivers/igtl_publisher.hpp"
#include "drivers/link_listener.hpp"
#include "drivers/threaded_source.hpp"
#include "engine/igtl/message_encoder.hpp"
#include "engine/igtl/message_stream.hpp"

namespace trocar {
namespace {

using std::chrono::milliseconds;

constexpr Duration first_back_off = milliseconds(100);
constexpr Duration accept_slice = milliseconds(500);
// The messages of one exposure come together: after so long without more, what there is goes out.
constexpr Duration exposure_gap = milliseconds(2);
constexpr Duration names_after = std::chrono::seconds(2);
constexpr std::size_t read_bytes = 64U << 10U;

bool wants_poses(std::string_view type) {
  return type == "TRANSFORM" || type == "TDATA" || type == "QTDATA" || type == "POSITION";
}
bool wants_images_too(std::string_view type) { return wants_poses(type) || type == "IMAGE"; }

class IgtlSource final : public ThreadedSource {
 public:
  explicit IgtlSource(IgtlSourceConfig config) : config_(std::move(config)) {}
  ~IgtlSource() override { stop(); }
  IgtlSource(const IgtlSource&) = delete;
  IgtlSource& operator=(const IgtlSource&) = delete;

 private:
  void run() override;
  Status open();
  Status greet();
  Status listen();
  Status take(std::size_t bytes, Timestamp received);
  [[nodiscard]] Duration patience(Timestamp now) const;
  void say_tracking();
  void say_names(Timestamp now);

  const IgtlSourceConfig config_;

  // The thread's own from here.
  ByteLink link_{stop_signal()};
  LinkListener listener_;
  std::unique_ptr<IgtlPublisher> publisher_;
  igtl::MessageStream stream_;
  std::array<std::byte, read_bytes> bytes_{};
  Timestamp connected_{};
  Timestamp heard_{};          // the last whole message
  Timestamp message_began_{};  // of the one under way
};

void IgtlSource::run() {
  publisher_ = std::make_unique<IgtlPublisher>(config_, outbox(), [this] { say_tracking(); });
  Duration pause = first_back_off;
  say(Link::connecting,
      config_.mode == IgtlSourceMode::client
          ? fmt::format("connecting to {}:{}", config_.host, config_.port)
          : fmt::format("waiting for poses at {}:{}", config_.bind, config_.port));
  while (!is_stopping()) {
    Status ended = open();
    if (ended) {
      publisher_->begin();
      ended = listen();
      if (publisher_->published() > 0) pause = first_back_off;
      publisher_->flush();
    }
    link_.close();
    if (is_stopping()) break;
    if (!ended) say(Link::lost, ended.error().detail);
    if (!link_.wait(pause)) break;
    pause = std::min(2 * pause, config_.longest_back_off);
  }
  listener_.close();
}

// A connection, or why there is none. As a server it waits for one, however long that takes.
Status IgtlSource::open() {
  if (config_.mode == IgtlSourceMode::client) {
    return link_.connect_tcp(config_.host, config_.port, config_.connect_timeout);
  }
  if (!listener_.is_open()) {
    Status listening = listener_.open(config_.bind, config_.port, config_.allow);
    if (!listening) return listening;
  }
  while (!is_stopping()) {
    if (listener_.accept(link_, accept_slice)) return Done{};
  }
  return Error{Code::disconnected, "stopped"};
}

// A header of version 2 asks for metadata; a sender that knows version 1 alone would lose the
// stream on it, and is greeted with nothing.
Status IgtlSource::greet() {
  igtl::Buffer out;
  const auto version = static_cast<std::uint16_t>(config_.header_version);
  if (version == 2) {
    igtl::append_status(out, {version, "trocar"}, {igtl::status_ok, 0, "", "hello"});
  }
  if (config_.ask_tracking) {
    igtl::Message ask;
    ask.header = {version, "STT_TDATA", "trocar", 0, 0, 0};
    ask.body = igtl::StartBody{static_cast<std::int32_t>(milliseconds_of(config_.resolution)), ""};
    igtl::append_message(out, ask);
  }
  if (out.empty()) return Done{};
  return link_.write(igtl::as_text(out), config_.connect_timeout);
}

Status IgtlSource::listen() {
  // What nobody wants is not kept, and may be as large as the sender likes.
  stream_ = igtl::MessageStream({config_.max_message_bytes, igtl::StreamLimits{}.max_skip_bytes},
                                config_.images ? &wants_images_too : &wants_poses);
  if (Status greeted = greet(); !greeted) return greeted;
  connected_ = heard_ = time().now();
  while (!is_stopping()) {
    const auto n = link_.read_some(bytes_, patience(time().now()));
    const Timestamp received = time().now();
    if (!n) return n.error();
    if (n.value() == 0) {
      publisher_->flush();
    } else if (Status taken = take(n.value(), received); !taken) {
      return taken;
    }
    if (received - heard_ > config_.silent_after) {
      return Error{Code::timeout, fmt::format("the sender said nothing for {:.0f} ms",
                                              milliseconds_of(config_.silent_after))};
    }
    if (stream_.in_message() && received - message_began_ > config_.message_deadline) {
      return Error{Code::timeout, fmt::format("a message was not whole after {:.0f} ms",
                                              milliseconds_of(config_.message_deadline))};
    }
    say_names(received);
    listener_.refuse_waiting();
  }
  return Done{};
}

// How long to wait for more bytes.
Duration IgtlSource::patience(Timestamp now) const {
  if (publisher_->has_pending()) return exposure_gap;
  Timestamp until = heard_ + config_.silent_after;
  if (stream_.in_message()) until = std::min(until, message_began_ + config_.message_deadline);
  return std::max(until - now, Duration(0)) + milliseconds(1);
}

Status IgtlSource::take(std::size_t bytes, Timestamp received) {
  const bool was_in_message = stream_.in_message();
  if (!config_.images) outbox().push_raw(received, std::span(bytes_).first(bytes));
  stream_.push(std::span<const std::byte>(bytes_).first(bytes));
  bool whole = false;
  for (;;) {
    auto message = stream_.next();
    if (!message) return message.error();
    if (!message.value()) break;
    whole = true;
    publisher_->take(*std::move(message).value(), received);
  }
  if (whole) heard_ = received;
  if (whole || !was_in_message) message_began_ = received;
  return Done{};
}

void IgtlSource::say_tracking() {
  say(Link::tracking, config_.mode == IgtlSourceMode::client
                          ? fmt::format("poses from {}:{}", config_.host, config_.port)
                          : fmt::format("poses from {}", listener_.peer()));
}

// Connected, and nothing of ours is heard: most often a name.
void IgtlSource::say_names(Timestamp now) {
  if (publisher_->published() > 0 || now - connected_ < names_after) return;
  std::string expected;
  for (const std::string& d : config_.devices) expected += (expected.empty() ? "" : ", ") + d;
  const std::string& heard = publisher_->unknown_names();
  say(Link::connecting, fmt::format("connected; expected poses of {}, heard {}", expected,
                                    heard.empty() ? "none" : heard));
}

}  // namespace

std::unique_ptr<Source> make_igtl_source(IgtlSourceConfig config) {
  return std::make_unique<IgtlSource>(std::move(config));
}

}  // namespace trocar
