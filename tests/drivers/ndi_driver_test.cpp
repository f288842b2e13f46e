#include "drivers/ndi_driver.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <set>

#include "drivers/ndi_probe.hpp"
#include "drivers/simulators/ndi_server.hpp"

using namespace trocar;
using namespace std::chrono_literals;

namespace {

constexpr const char* scenario_text = R"(
seed = 3
reference = "reference"
[device]
serial = "P9-00042"
api_revision = "G.003.006"
frame_hz = 100
latency_ms = 5
timing = "fast"
poll = "wait"
hybrid = HYBRID
[noise]
fle_mm = [0, 0, 0]
[reference_motion]
position_mm = [0, 0, -1500]
rotation_wxyz = [1, 0, 0, 0]
[[tool]]
name = "reference"
rom_serial = "0A000001"
main_type = 1
marker = [{at_mm=[0,0,0]},{at_mm=[50,0,0]},{at_mm=[0,70,0]},{at_mm=[38,62,12]}]
[[tool]]
name = "needle"
rom_serial = "0A000002"
kind = "KIND"
frame = "tracker"
at_end = "hold"
marker = [{at_mm=[0,0,0]},{at_mm=[0,28.6,41]},{at_mm=[0,0,88]},{at_mm=[0,-44,40]}]
keyframe = [{t_s=0, position_mm=[50,20,-1400], rotation_wxyz=[1,0,0,0]}]
)";

NdiScenario scenario(bool hybrid = false) {
  std::string text = scenario_text;
  text.replace(text.find("HYBRID"), 6, hybrid ? "true" : "false");
  text.replace(text.find("KIND"), 4, hybrid ? "wired" : "passive");
  return read_ndi_scenario(ConfigReader::parse(text, "scenario"));
}

std::unique_ptr<NdiServer> serve(NdiScenario s) {
  auto server = NdiServer::listen(std::move(s), 0);
  REQUIRE(server);
  return std::move(server).value();
}

std::vector<NdiTool> tools_of(const NdiScenario& s) {
  std::vector<NdiTool> tools;
  for (const ScenarioTool& t : s.tools) {
    NdiTool tool{{t.name, {}, {}}, t.rom, {}};
    if (t.kind == ToolKind::wired)
      tool.entry.serial = "0A000002";
    else
      tool.image = make_ndi_rom(t.rom);
    tools.push_back(std::move(tool));
  }
  return tools;
}

NdiConfig config_for(const NdiServer& server, NdiTrackingMode mode) {
  NdiConfig c;
  if (server.device_path().empty()) {
    c.host = "127.0.0.1";
    c.port = server.port();
  } else {
    c.serial = server.device_path();
  }
  c.mode = mode;
  c.frame_hz = 100;
  c.clock.latency = 5ms;
  c.clock.latency_bound = 3ms;
  c.reply_timeout = 300ms;
  c.longest_back_off = 200ms;
  return c;
}

// What the driver said, collected until a condition holds.
struct Listener {
  SourceOutbox outbox;
  Signal bell;
  SteadyTime time;
  std::vector<TrackerFrame> frames;
  std::vector<LinkChanged> links;
  std::vector<DeviceAlert> alerts;

  Listener() { outbox.wake = &bell; }

  bool until(const std::function<bool()>& met, Duration at_most = 20s) {
    const auto end = std::chrono::steady_clock::now() + at_most;
    while (!met() && std::chrono::steady_clock::now() < end) {
      bell.wait(20ms);
      SourceEvent event;
      while (outbox.events.pop(event)) keep(event);
    }
    return met();
  }
  bool poses(ToolId tool, std::size_t count) {
    return until([&] { return poses_of(tool) >= count; });
  }
  [[nodiscard]] std::size_t poses_of(ToolId tool) const {
    std::size_t n = 0;
    for (const auto& f : frames) {
      for (const Body& b : f.bodies) {
        n += b.tool == tool && std::holds_alternative<MarkerPose>(b.pose) ? 1U : 0U;
      }
    }
    return n;
  }
  [[nodiscard]] std::size_t missing_of(ToolId tool, Missing why) const {
    std::size_t n = 0;
    for (const auto& f : frames) {
      for (const Body& b : f.bodies) {
        const auto* missing = std::get_if<Missing>(&b.pose);
        n += b.tool == tool && missing != nullptr && *missing == why ? 1U : 0U;
      }
    }
    return n;
  }
  [[nodiscard]] std::size_t count(Link link) const {
    std::size_t n = 0;
    for (const auto& l : links) n += l.link == link ? 1U : 0U;
    return n;
  }

 private:
  void keep(const SourceEvent& event) {
    if (const auto* f = std::get_if<TrackerFrame>(&event)) frames.push_back(*f);
    if (const auto* l = std::get_if<LinkChanged>(&event)) links.push_back(*l);
    if (const auto* a = std::get_if<DeviceAlert>(&event)) alerts.push_back(*a);
  }
};

constexpr ToolId reference{0};
constexpr ToolId needle{1};

struct Rig {
  std::unique_ptr<NdiServer> server;
  Listener heard;
  std::unique_ptr<Source> driver;

  explicit Rig(NdiTrackingMode mode, bool hybrid = false) : Rig(scenario(hybrid), mode) {}
  Rig(NdiScenario s, NdiTrackingMode mode) : server(serve(s)) {
    driver = make_ndi_driver(config_for(*server, mode), tools_of(s));
    driver->start(heard.outbox, heard.time);
  }
  ~Rig() { driver->stop(); }
};

void inject(Rig& rig, FaultKind kind, Duration length, std::string tool = {}, double amount = 0,
            int at_most = 0) {
  Fault fault;
  fault.kind = kind;
  fault.until = length;
  fault.tool = std::move(tool);
  fault.amount = amount;
  fault.at_most = at_most;
  rig.server->inject(fault);
}

}  // namespace

TEST_CASE("the driver tracks in every mode and measures what the simulator moves") {
  const auto mode = GENERATE(NdiTrackingMode::tx, NdiTrackingMode::bx, NdiTrackingMode::bx2,
                             NdiTrackingMode::stream, NdiTrackingMode::automatic);
  Rig rig(mode);
  REQUIRE(rig.heard.poses(needle, 30));
  CHECK(rig.heard.count(Link::tracking) == 1);
  const TrackerFrame& frame = rig.heard.frames.back();
  REQUIRE(frame.bodies.size() == 2);
  const auto& pose = std::get<MarkerPose>(frame.bodies[1].pose);
  // No noise in the scenario: what is left is the resolution of the wire (TX: 0.01 mm).
  CHECK((pose.tracker_from_marker.origin().mm - Eigen::Vector3d(50, 20, -1400)).norm() < 0.05);
  CHECK(frame.received >= frame.acquired);
}

TEST_CASE("an exposure is published once, however often it is asked for") {
  const auto poll = GENERATE(PollAnswer::wait, PollAnswer::repeat);
  NdiScenario s = scenario();
  s.device.poll = poll;
  Rig rig(s, NdiTrackingMode::bx);
  REQUIRE(rig.heard.poses(needle, 50));
  std::set<std::uint32_t> numbers;
  for (const auto& f : rig.heard.frames) CHECK(numbers.insert(f.device_frame).second);
}

TEST_CASE("H2 H16: bodies of a hybrid reply keep the exposures they were measured in") {
  const auto mode = GENERATE(NdiTrackingMode::tx, NdiTrackingMode::bx);
  Rig rig(mode, true);
  REQUIRE(rig.heard.poses(needle, 30));
  REQUIRE(rig.heard.poses(reference, 30));
  for (const auto& f : rig.heard.frames) CHECK(f.bodies.size() == 1);
}

TEST_CASE("a tool with too few markers in sight is missing for that reason, and comes back") {
  Rig rig(GENERATE(NdiTrackingMode::tx, NdiTrackingMode::bx, NdiTrackingMode::bx2));
  REQUIRE(rig.heard.poses(needle, 5));
  Fault hand;
  hand.kind = FaultKind::occlusion;
  hand.tool = "needle";
  hand.markers = {1, 2};  // two of four are left, three are needed
  hand.until = 300ms;
  rig.server->inject(hand);
  CHECK(
      rig.heard.until([&] { return rig.heard.missing_of(needle, Missing::too_few_markers) >= 3; }));
  rig.heard.frames.clear();
  CHECK(rig.heard.poses(needle, 40));
  CHECK(rig.heard.count(Link::lost) == 0);
}

TEST_CASE("BX2: a tool without any marker in sight is missing, and no more is known") {
  Rig rig(NdiTrackingMode::bx2);
  REQUIRE(rig.heard.poses(needle, 5));
  inject(rig, FaultKind::occlusion, 300ms, "needle");
  CHECK(rig.heard.until([&] { return rig.heard.missing_of(needle, Missing::not_seen) >= 3; }));
}

TEST_CASE("a tool outside the volume is delivered and flagged") {
  Rig rig(GENERATE(NdiTrackingMode::tx, NdiTrackingMode::bx, NdiTrackingMode::bx2));
  REQUIRE(rig.heard.poses(needle, 5));
  inject(rig, FaultKind::out_of_volume, 5s, "needle");
  CHECK(rig.heard.until([&] {
    for (const Body& b : rig.heard.frames.back().bodies) {
      const auto* pose = std::get_if<MarkerPose>(&b.pose);
      if (b.tool == needle && pose != nullptr && pose->out_of_volume) return true;
    }
    return rig.heard.missing_of(needle, Missing::out_of_volume) > 0;
  }));
}

TEST_CASE("H1: silence is said as a lost link, nothing is published meanwhile, and it recovers") {
  Rig rig(GENERATE(NdiTrackingMode::bx, NdiTrackingMode::stream));
  REQUIRE(rig.heard.poses(needle, 10));
  inject(rig, FaultKind::silence, 700ms);
  REQUIRE(rig.heard.until([&] { return rig.heard.count(Link::lost) >= 1; }));
  rig.heard.frames.clear();
  CHECK(rig.heard.until([&] { return rig.heard.count(Link::tracking) >= 2; }));
  CHECK(rig.heard.poses(needle, 10));
}

TEST_CASE("damaged, cut, glued and split replies never give a wrong pose") {
  const auto mode = GENERATE(NdiTrackingMode::tx, NdiTrackingMode::bx, NdiTrackingMode::bx2);
  const auto kind =
      GENERATE(FaultKind::bad_crc, FaultKind::cut, FaultKind::glued, FaultKind::split);
  Rig rig(mode);
  REQUIRE(rig.heard.poses(needle, 10));
  inject(rig, kind, 300ms, {}, kind == FaultKind::glued ? 40 : 0.01, 3);
  rig.heard.frames.clear();
  REQUIRE(rig.heard.poses(needle, 30));
  for (const auto& f : rig.heard.frames) {
    for (const Body& b : f.bodies) {
      if (!std::holds_alternative<MarkerPose>(b.pose) || !(b.tool == needle)) continue;
      const auto at = std::get<MarkerPose>(b.pose).tracker_from_marker.origin().mm;
      CHECK((at - Eigen::Vector3d(50, 20, -1400)).norm() < 0.05);
    }
  }
}

TEST_CASE("a closed connection is reopened, for ever and by itself") {
  Rig rig(NdiTrackingMode::bx);
  REQUIRE(rig.heard.poses(needle, 5));
  inject(rig, FaultKind::disconnect, 500ms);
  REQUIRE(rig.heard.until([&] { return rig.heard.count(Link::lost) >= 1; }));
  CHECK(rig.heard.until([&] { return rig.heard.count(Link::tracking) >= 2; }));
  rig.heard.frames.clear();
  CHECK(rig.heard.poses(needle, 5));
}

TEST_CASE("a tool that is unplugged and plugged in again is tracked again") {
  Rig rig(NdiTrackingMode::bx, true);
  REQUIRE(rig.heard.poses(needle, 5));
  inject(rig, FaultKind::unplug, 500ms, "needle");
  REQUIRE(rig.heard.until([&] { return rig.heard.count(Link::tracking) >= 2; }));
  rig.heard.frames.clear();
  CHECK(rig.heard.poses(needle, 5));
}

TEST_CASE("H18: a jump of the device's frame number makes the clock unknown, not wrong") {
  Rig rig(NdiTrackingMode::bx);
  REQUIRE(rig.heard.poses(needle, 60));
  CHECK(rig.heard.frames.back().acquired_bound < 50ms);
  rig.heard.frames.clear();
  inject(rig, FaultKind::frame_jump, 10s, {}, 500);
  REQUIRE(rig.heard.until([&] {
    for (const auto& f : rig.heard.frames) {
      if (f.acquired_bound == DeviceClock::unknown) return true;
    }
    return false;
  }));
}

TEST_CASE("an alert of the device reaches the engine with its text") {
  Rig rig(NdiTrackingMode::bx2);
  REQUIRE(rig.heard.poses(needle, 5));
  Fault bump;
  bump.kind = FaultKind::alert;
  bump.type = 1;
  bump.code = 2;
  bump.until = 1s;
  rig.server->inject(bump);
  REQUIRE(rig.heard.until([&] { return !rig.heard.alerts.empty(); }));
  CHECK(rig.heard.alerts[0].severity == Severity::alert);
  CHECK(rig.heard.alerts[0].code == 2);
}

TEST_CASE("a serial line is reset, changed in speed, and tracked on") {
  const NdiScenario s = scenario();
  auto opened = NdiServer::open_pty(s);
  REQUIRE(opened);
  const auto server = std::move(opened).value();
  Listener heard;
  const auto driver = make_ndi_driver(config_for(*server, NdiTrackingMode::bx), tools_of(s));
  driver->start(heard.outbox, heard.time);
  CHECK(heard.poses(needle, 10));
  driver->stop();
}

TEST_CASE("the probe names the device that answers") {
  const auto server = serve(scenario());
  Signal never;
  const auto report = probe_ndi(config_for(*server, NdiTrackingMode::automatic), never);
  INFO(report.problem);
  CHECK(report.answered);
  CHECK(report.device.serial == "P9-00042");
  CHECK(report.device.api_revision == "G.003.006");
}

TEST_CASE("the probe says which step failed and what to check") {
  NdiConfig config;
  {
    const auto server = serve(scenario());
    config = config_for(*server, NdiTrackingMode::automatic);
  }
  Signal never;
  const auto report = probe_ndi(config, never);
  CHECK_FALSE(report.answered);
  CHECK(report.failed == NdiStep::connecting);
  CHECK(report.problem.find("refused") != std::string::npos);
  CHECK(report.check.find("port") != std::string::npos);
}

TEST_CASE("stop ends the driver whatever it waits for") {
  NdiConfig config;
  config.host = "127.0.0.1";
  config.port = 1;
  Listener heard;
  const auto driver = make_ndi_driver(config, {});
  driver->start(heard.outbox, heard.time);
  CHECK(heard.until([&] { return heard.count(Link::lost) == 1; }));
  driver->stop();
}
