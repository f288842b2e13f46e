#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "engine/igtl/bytes.hpp"
#include "engine/igtl/network_loop.hpp"

namespace trocar::test {

// The far end of a display client, without a network: it has as much room as the test gives it.
struct FakePeer {
  std::string heard;
  std::size_t room = 1U << 30U;    // of the kernel's buffer
  std::size_t unacknowledged = 0;  // what the kernel says
  bool broken = false;
  bool closed = false;
  std::function<void(Status)> writable;
  std::function<void(Result<std::span<const std::byte>>)> read;
  IpAddress address = IpAddress::parse("127.0.0.1").value();

  void say(std::span<const std::byte> bytes) {
    if (auto then = std::exchange(read, nullptr); then) then(bytes);
  }
  void go() {
    if (auto then = std::exchange(read, nullptr); then) then(Error{Code::disconnected, "gone"});
  }
  void make_room(std::size_t bytes) {
    room += bytes;
    if (auto then = std::exchange(writable, nullptr); then) then(Done{});
  }
};

class FakeConnection final : public Connection {
 public:
  explicit FakeConnection(FakePeer& peer) : peer_(peer) {}

  [[nodiscard]] IpAddress peer() const override { return peer_.address; }
  Result<std::size_t> write(std::span<const std::byte> bytes) override {
    if (peer_.broken) return Error{Code::disconnected, "broken"};
    const std::size_t n = std::min(bytes.size(), peer_.room);
    peer_.room -= n;
    peer_.heard += igtl::as_text(bytes.first(n));
    return n;
  }
  void when_writable(std::function<void(Status)> then) override {
    peer_.writable = std::move(then);
    if (peer_.room > 0) peer_.make_room(0);
  }
  void when_read(std::function<void(Result<std::span<const std::byte>>)> then) override {
    peer_.read = std::move(then);
  }
  [[nodiscard]] std::size_t unacknowledged() override { return peer_.unacknowledged; }
  void close() override {
    peer_.closed = true;
    peer_.writable = nullptr;
    peer_.read = nullptr;
  }

 private:
  FakePeer& peer_;
};

// Rings when the test says so.
struct FakeAlarm {
  std::optional<Duration> wait;
  std::function<void()> then;
  void ring() {
    wait.reset();
    if (auto now = std::exchange(then, nullptr); now) now();
  }
};

class FakeTimer final : public Timer {
 public:
  explicit FakeTimer(FakeAlarm& alarm) : alarm_(alarm) {}
  void after(Duration wait, std::function<void()> then) override {
    alarm_.wait = wait;
    alarm_.then = std::move(then);
  }

 private:
  FakeAlarm& alarm_;
};

}  // namespace trocar::test
