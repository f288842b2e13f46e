#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "drivers/ndi_driver.hpp"
#include "drivers/simulators/ndi_frame_report.hpp"
#include "engine/base/log.hpp"
#include "tests/allocation_counter.hpp"
#include "tests/drivers/driver_rig.hpp"
#include "tests/loopback.hpp"

// From the last byte of a reply to the value in the outbox: no allocation, lock, log line or file.
// The whole driver runs, on its own thread; the test is the device, with replies made beforehand,
// and counts what any thread does. The driver reads with poll and read and has no event loop, so
// there is no lock of one that would have to be excused.
using namespace trocar;
using namespace trocar::test;

namespace {

using Wire = std::vector<std::byte>;

// Moves 16 ms at each look: a second of strays does not take a second.
class QuickTime final : public TimeSource {
 public:
  [[nodiscard]] Timestamp now() const override { return Timestamp(Duration(now_ += 16'000'000)); }

 private:
  mutable std::atomic<std::int64_t> now_{0};
};

HandleReport tool_at(unsigned handle, std::uint32_t frame) {
  HandleReport h;
  h.handle = static_cast<std::uint8_t>(handle);
  h.kind = handle == 0x0A ? ToolKind::passive : ToolKind::wired;
  h.port_status = 0x31;
  h.frame = frame;
  h.device_time = frame * 16ms;
  h.observed.seen = Seen::ok;
  h.observed.position_mm = {50, -20, -1400};
  h.observed.rms_mm = 0.1;
  h.observed.markers.resize(4, {MarkerSighting::used, {50, -20, -1400}});
  return h;
}

Wire reply_in(NdiTrackingMode mode, const FrameReport& report, bool strays) {
  const unsigned options =
      opt_transforms | opt_tool_info | opt_out_of_volume | (strays ? opt_strays : 0U);
  if (mode == NdiTrackingMode::tx) return ascii_reply(tx_text(report, options));
  if (mode == NdiTrackingMode::bx) return binary_reply(bx_payload(report, options));
  Bx2Options bx2;
  bx2.strays_3d = strays;
  const Wire reply = binary_reply(bx2_payload(report, bx2));
  return mode == NdiTrackingMode::stream ? streamed_reply("trocar", reply) : reply;
}

FrameReport both_at(std::uint32_t first, std::uint32_t second) {
  FrameReport report;
  report.handles = {tool_at(0x0A, first), tool_at(0x0B, second)};
  return report;
}

struct Said {
  Wire reply;
  int frames;  // that come of it
};

// A device with two wired tools, up to TSTART; after that it says what the test tells it to.
class Device {
 public:
  Device(NdiTrackingMode mode, bool strays) : streams_(mode == NdiTrackingMode::stream) {
    NdiConfig config;
    config.host = "127.0.0.1";
    config.port = listener_.port();
    config.mode = mode;
    config.report_stray_markers = strays;
    std::vector<NdiTool> tools(2);
    tools[0].entry.serial = "0A00000A";
    tools[1].entry.serial = "0B00000B";
    driver_ = make_ndi_driver(config, tools);
    outbox_.wake = &bell_;
    driver_->start(outbox_, time_);
    peer_.emplace(listener_.accept());
    const Wire first = reply_in(mode, both_at(1, 1), strays);
    const auto half = first.begin() + static_cast<std::ptrdiff_t>(first.size() / 2);
    bool last = false;
    do {
      const std::string asked = peer_->hear_until('\r');
      last = asked.starts_with(streams_ ? "STREAM" : "TSTART");
      Wire answer = ascii_reply(answer_to(asked));
      // A stream does not wait: half of its first packet comes with the OKAY.
      if (last && streams_) answer.insert(answer.end(), first.begin(), half);
      REQUIRE(send(answer));
    } while (!last);
    if (!streams_) wait_for_request();
    // Once the first frame is out, the line of log that says "tracking" is written.
    REQUIRE(say({streams_ ? Wire(half, first.end()) : first, 1}));
  }
  ~Device() { driver_->stop(); }

  // What all threads do from the first reply to the last frame in the outbox (and, when the driver
  // asks for each reply, until it has asked again).
  Work say(const std::vector<Said>& replies) {
    bool all_came = true;
    const Work work = work_of([&] {
      for (const Said& r : replies) all_came = all_came && say(r);
    });
    REQUIRE(all_came);
    return work;
  }
  [[nodiscard]] int alerts() const { return alerts_; }

 private:
  bool send(const Wire& bytes) const {
    return peer_->send({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  bool say(const Said& said) {
    if (!send(said.reply)) return false;
    const auto end = std::chrono::steady_clock::now() + 10s;
    int came = 0;
    while (came < said.frames && std::chrono::steady_clock::now() < end) came += take();
    if (!streams_) wait_for_request();
    return came == said.frames;
  }
  static std::string answer_to(const std::string& asked) {
    const auto is = [&](std::string_view name) { return asked.starts_with(name); };
    if (is("PHSR:03")) return "020A0110B011";
    if (is("PHSR:00") || is("PHSR")) return "00";
    if (is("PHINF")) {
      const std::string handle = asked.substr(6, 2);
      return fmt::format("02000000{:12}001{}0000{}31{:20}{:14}", "NDI", handle, handle, "", "");
    }
    if (is("APIREV") || is("VER") || is("GET")) return "ERROR01";
    return "OKAY";
  }
  // Without a string: the driver is being counted.
  void wait_for_request() {
    char c = 0;
    pollfd p{peer_->fd(), POLLIN, 0};
    while (c != '\r' && ::poll(&p, 1, 5000) == 1 && ::read(peer_->fd(), &c, 1) == 1) {
    }
  }
  // How many frames came out.
  int take() {
    if (!outbox_.events.pop(*event_)) return 0;
    alerts_ += std::holds_alternative<DeviceAlert>(*event_) ? 1 : 0;
    return std::holds_alternative<TrackerFrame>(*event_) ? 1 : 0;
  }

  bool streams_;
  LoopbackListener listener_;
  std::optional<Peer> peer_;
  SourceOutbox outbox_;
  Signal bell_;
  QuickTime time_;
  std::unique_ptr<SourceEvent> event_ = std::make_unique<SourceEvent>();
  int alerts_ = 0;
  std::unique_ptr<Source> driver_;
};

NdiTrackingMode every_mode() {
  return GENERATE(NdiTrackingMode::tx, NdiTrackingMode::bx, NdiTrackingMode::bx2,
                  NdiTrackingMode::stream);
}

}  // namespace

TEST_CASE("the counter counts memory, locks, lines of log and files") {
  CHECK(allocations_of([] { std::make_unique<std::vector<int>>(100); }) >= 1);
  void* volatile kept = nullptr;  // volatile: nothing of it may be optimised away
  CHECK(allocations_of([&] { kept = std::malloc(10); }) == 1);
  std::free(kept);
  if (!counts_locks_and_files) return;
  std::mutex mutex;
  CHECK(work_of([&] { const std::lock_guard held(mutex); }).locks == 1);
  const Work line = work_of([] { log::warn("a line of log, made by a test of the counter"); });
  CHECK(line.locks >= 1);
  CHECK(line.files >= 1);
  CHECK(work_of([] { std::ofstream("/dev/null") << "text" << std::flush; }).files >= 1);
  Signal bell;
  CHECK(work_of([&] { bell.notify(); }) == Work{});
}

TEST_CASE("from the last byte to the outbox no reply costs memory, a lock, a log line or a file") {
  const auto mode = every_mode();
  Device device(mode, false);
  std::vector<Said> replies;
  for (std::uint32_t i = 2; i < 100; ++i) {
    replies.push_back({reply_in(mode, both_at(i, i), false), 1});
  }
  CHECK(device.say(replies) == Work{});
}

TEST_CASE("hybrid replies, lost tools and repeated ones cost as little") {
  const auto mode = every_mode();
  Device device(mode, false);
  std::vector<Said> replies;
  for (std::uint32_t i = 2; i < 100; ++i) {
    FrameReport report = both_at(2 * i, 2 * i - 1);
    if (i % 3 == 0) report.handles[1].observed.seen = Seen::too_few;
    if (i % 5 == 0) report.handles[0].observed.seen = Seen::out_of_volume;
    replies.push_back({reply_in(mode, report, false), 2});
    replies.push_back({replies.back().reply, 0});
  }
  CHECK(device.say(replies) == Work{});
}

TEST_CASE("alerts and stray markers in a reply cost as little") {
  const auto mode = every_mode();
  Device device(mode, true);
  const bool bx2 = mode == NdiTrackingMode::bx2 || mode == NdiTrackingMode::stream;
  std::vector<Said> replies;
  for (std::uint32_t i = 2; i < 300; ++i) {
    FrameReport report = both_at(i, i);
    report.strays_mm.assign(i / 100, {0, 0, -1500});  // told at most once a second: twice or more
    const bool alert = i % 10 == 5;
    if (alert && bx2) report.alerts = {{1, 2}, {0, 3}};
    if (alert && !bx2) report.system_status = 0x0002;
    replies.push_back({reply_in(mode, report, true), 1});
  }
  CHECK(device.say(replies) == Work{});
  CHECK(device.alerts() >= 30 * (bx2 ? 2 : 1) + 2);
}

TEST_CASE("a refused reply is not handed over; it takes no lock and writes nothing") {
  const auto mode = GENERATE(NdiTrackingMode::tx, NdiTrackingMode::bx, NdiTrackingMode::bx2);
  Device device(mode, false);
  for (std::uint32_t i = 1; i < 4; ++i) {
    CHECK(device.say({{reply_in(mode, both_at(2 * i, 2 * i), false), 1}}) == Work{});
    Wire damaged = reply_in(mode, both_at(2 * i + 1, 2 * i + 1), false);
    damaged[damaged.size() - 2] ^= std::byte{1};
    // Memory it may take: why it was refused is put into words.
    const Work work = device.say({{damaged, 0}});
    CHECK(work.locks == 0);
    CHECK(work.files == 0);
  }
}

TEST_CASE("a stream whose first packet is cut by the read that ends with OKAY loses nothing") {
  Device device(NdiTrackingMode::stream, false);  // which begins like that
  CHECK(device.say({{reply_in(NdiTrackingMode::stream, both_at(2, 2), false), 1}}) == Work{});
}
