#include "engine/igtl/out_queue.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace trocar;
using namespace trocar::igtl;
using std::chrono::milliseconds;

namespace {

SharedBytes text(std::string_view t) {
  const auto bytes = as_bytes(t);
  return std::make_shared<Buffer>(bytes.begin(), bytes.end());
}

// Takes everything, at most `chunk` bytes at a time.
std::string drain(OutQueue& q, std::size_t chunk = 1000, Timestamp now = {}) {
  std::string out;
  for (auto front = q.front(now); !front.empty(); front = q.front(now)) {
    const auto part = front.first(std::min(chunk, front.size()));
    out += as_text(part);
    q.sent(part.size());
  }
  return out;
}

}  // namespace

TEST_CASE("news goes first and in order, then the heartbeat, then the newest guidance") {
  OutQueue q;
  q.offer(OutQueue::tools, text("T1"));
  q.offer(OutQueue::heartbeat, text("H"));
  REQUIRE(q.push_news(text("N1")));
  REQUIRE(q.push_news(text("N2")));
  q.offer(OutQueue::tools, text("T2"));
  CHECK(drain(q) == "N1N2HT2");
  CHECK(q.skipped() == 1);
}

TEST_CASE("a message that has begun is finished before anything else") {
  OutQueue q;
  q.offer(OutQueue::tools, text("first"));
  REQUIRE(q.front({}).size() == 5);
  q.sent(2);
  CHECK_FALSE(q.at_message_boundary());
  q.offer(OutQueue::tools, text("second"));
  REQUIRE(q.push_news(text("news")));
  CHECK(drain(q, 1) == "rstnewssecond");
  CHECK(q.at_message_boundary());
  CHECK(q.skipped() == 0);
}

TEST_CASE("news is never dropped: when too much waits the queue says so") {
  OutQueue q;
  int taken = 0;
  while (q.push_news(text("x"))) ++taken;
  CHECK(taken == 128);
  CHECK(drain(q) == std::string(128, 'x'));
  CHECK(q.push_news(text("y")));
}

TEST_CASE("a buffer is used again only when nobody holds it") {
  BufferPool pool;
  auto a = pool.take();
  a->resize(10);
  const auto* at = a.get();
  auto b = pool.take();
  CHECK(b.get() != at);
  a.reset();
  auto again = pool.take();
  CHECK(again.get() == at);
  CHECK(again->empty());
}

TEST_CASE("a slot that keeps a pace waits for its turn, news and heartbeat do not") {
  OutQueue q;
  q.set_pace(OutQueue::tools, milliseconds(10));
  const Timestamp begin = Timestamp() + std::chrono::seconds(1);
  for (const char* t : {"1", "2", "3"}) {
    q.offer(OutQueue::tools, text(t));
    (void)drain(q, 1000, begin);
  }
  CHECK(q.next_turn() == begin + milliseconds(10));
  q.offer(OutQueue::heartbeat, text("H"));
  REQUIRE(q.push_news(text("N")));
  CHECK(drain(q, 1000, begin + milliseconds(9)) == "NH");
  CHECK(drain(q, 1000, begin + milliseconds(10)) == "3");
}

TEST_CASE("in the long run a pace is kept, whatever the jitter") {
  OutQueue q;
  q.set_pace(OutQueue::tools, milliseconds(10));
  int sent = 0;
  for (int ms = 0; ms < 1000; ++ms) {
    q.offer(OutQueue::tools, text("x"));
    sent += static_cast<int>(drain(q, 1000, Timestamp() + milliseconds(1000 + ms)).size());
  }
  CHECK(sent >= 100);
  CHECK(sent <= 102);
}

TEST_CASE("what is withdrawn is not sent") {
  OutQueue q;
  q.offer(OutQueue::tracking, text("T"));
  q.withdraw(OutQueue::tracking);
  CHECK_FALSE(q.paced_waits());
  CHECK(drain(q).empty());
}
