#include <catch2/catch.hpp>

#include "drivers/ndi_publisher.hpp"
#include "drivers/simulators/ndi_frame_report.hpp"
#include "engine/igtl/guidance_messages.hpp"
#include "tests/allocation_counter.hpp"
#include "tests/engine/runtime/running_engine.hpp"

using namespace trocar;
using namespace trocar::scene;

namespace {

constexpr int warm_up = 200;  // exposures: texts and buffers grow, the device's clock is learnt

// A tracker's replies with needle (handle 1) and reference (handle 2), 20 ms apart. In and out of
// the tumour and its zones, lost now and then: state lines go out too.
std::vector<std::vector<std::byte>> replies(Timestamp at, int count) {
  std::vector<std::vector<std::byte>> out;
  for (int i = 0; i < count; ++i) {
    const TrackerFrame seen = frame(at, Vector3d(0, 0, 25 + 25 * std::sin(0.05 * i)));
    FrameReport report;
    for (const Body& body : seen.bodies) {
      const auto& m = std::get<MarkerPose>(body.pose).tracker_from_marker.matrix();
      HandleReport h;
      h.handle = body.tool == needle ? 1 : 2;
      h.port_status = 0x31;
      h.frame = static_cast<std::uint32_t>(i + 1);
      h.observed.seen =
          i % 13 == 0 && body.tool == needle ? trocar::Seen::missing : trocar::Seen::ok;
      h.observed.rotation = Eigen::Quaterniond(m.rotation());
      h.observed.position_mm = m.translation();
      h.observed.rms_mm = 0.1;
      report.handles.push_back(h);
    }
    out.push_back(binary_reply(bx_payload(report, opt_transforms)));
  }
  return out;
}

// The driver's half and the display's half of the way round a running engine.
struct Way {
  RunningEngine room{config(), {registration()}};
  SourceOutbox outbox;
  NdiFraming framing;
  NdiPublisher publisher{{duration_from_ms(10), duration_from_ms(1), 200}, 50, outbox};
  GuidanceMessages messages{
      StreamNames::check({"", "needle"}, {{"tumour", "L3"}, {"tumour_of_L1", "L1"}}).value(), {}};
  igtl::Buffer sent;
  SourceEvent event;
  bool distance_sent = false;

  Way() {
    NdiHandles handles;
    handles.known[1] = handles.known[2] = true;
    handles.tool[1] = needle;
    handles.tool[2] = reference;
    publisher.begin(handles, NdiPoll::bx, ndi_transforms);
    room.say(LinkChanged{Link::tracking, {}});
  }
  // One reply's bytes until its guidance is bytes for a display.
  void carry(std::span<const std::byte> reply, Timestamp received) {
    framing.feed(reply);
    publisher.take(*framing.next().value(), received);
    room.time.set(received);
    while (outbox.events.pop(event)) {
      room.source->push(event);
      const Guidance* guidance = nullptr;
      while (guidance == nullptr || guidance->now < received) {
        guidance = take(guidance);
        std::this_thread::yield();
      }
    }
  }
  const Guidance* take(const Guidance* before) {
    const Guidance* g = room.newest.take();
    if (g == nullptr) return before;
    messages.prepare(*g);
    sent.clear();
    messages.append_tools(sent, 1);
    messages.append_tools(sent, 2);
    messages.append_heartbeat(sent, {g->now, g, false}, 2);
    for (StateLine line; room.lines.pop(line);) messages.append_state(sent, line, 2);
    for (const auto& s : g->tools[0].structures) {
      distance_sent = distance_sent || std::holds_alternative<StructureDistance>(s.distance);
    }
    return g;
  }
};

}  // namespace

// This thread is driver and display; the navigator runs on its own, and the worker has nothing to
// do. What any of them does is counted. Not here: the driver's read (tests/drivers/hand_over_test)
// and the server's io_context, whose own lock and handlers belong to sending, after the hand-over.
TEST_CASE("from the tracker's bytes to a display's nothing is allocated, locked or written") {
  Way way;
  Timestamp at = way.room.time.now();
  const auto wire = replies(at, 600);
  const auto carry = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      at += duration_from_ms(20);
      way.carry(wire[i], at + duration_from_ms(10));
    }
  };
  carry(0, warm_up);
  way.distance_sent = false;
  const std::uint64_t frames = way.room.engine.metrics().frames.value();
  CHECK(test::work_of([&] { carry(warm_up, wire.size()); }) == test::Work{});
  CHECK(way.room.engine.metrics().frames.value() == frames + 400);
  CHECK(way.distance_sent);
}

TEST_CASE("an event that is no pose, and the tick after silence, cost as little") {
  RunningEngine room(config(), {registration()});
  room.say(LinkChanged{Link::tracking, {}});
  room.see(Vector3d(0, 0, 40));
  const SourceEvent bump = DeviceAlert{Severity::alert, 2, {"bumped"}};
  const Counter& published = room.engine.metrics().published;
  const auto wait_for_more = [&](std::uint64_t than) {
    while (published.value() == than) std::this_thread::yield();
  };
  CHECK(test::work_of([&] {
          std::uint64_t before = published.value();
          room.source->push(bump);
          wait_for_more(before);
          before = published.value();
          room.time.set(room.time.now() + duration_from_ms(100));
          wait_for_more(before);
        }) == test::Work{});
}
