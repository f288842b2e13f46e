#pragma once
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "drivers/ndi_driver.hpp"
#include "drivers/simulators/ndi_server.hpp"

// The whole driver against a simulated tracker on loopback, and what it said.
namespace trocar::test {

using namespace std::chrono_literals;

inline constexpr const char* scenario_text = R"(
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

inline NdiScenario scenario(bool hybrid = false) {
  std::string text = scenario_text;
  text.replace(text.find("HYBRID"), 6, hybrid ? "true" : "false");
  text.replace(text.find("KIND"), 4, hybrid ? "wired" : "passive");
  return read_ndi_scenario(ConfigReader::parse(text, "scenario"));
}

inline std::unique_ptr<NdiServer> serve(NdiScenario s) {
  auto server = NdiServer::listen(std::move(s), 0);
  REQUIRE(server);
  return std::move(server).value();
}

inline std::unique_ptr<NdiServer> serve_on_pty(NdiScenario s) {
  auto server = NdiServer::open_pty(std::move(s));
  REQUIRE(server);
  return std::move(server).value();
}

inline std::vector<NdiTool> tools_of(const NdiScenario& s) {
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

inline NdiConfig config_for(const NdiServer& server, NdiTrackingMode mode) {
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
  std::size_t frames_without_link = 0;  // between "lost" or "connecting" and "tracking"

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
    if (const auto* f = std::get_if<TrackerFrame>(&event)) {
      frames.push_back(*f);
      if (links.empty() || links.back().link != Link::tracking) ++frames_without_link;
    }
    if (const auto* l = std::get_if<LinkChanged>(&event)) links.push_back(*l);
    if (const auto* a = std::get_if<DeviceAlert>(&event)) alerts.push_back(*a);
  }
};

inline constexpr ToolId reference{0};
inline constexpr ToolId needle{1};

struct Rig {
  std::unique_ptr<NdiServer> server;
  Listener heard;
  std::unique_ptr<Source> driver;

  explicit Rig(NdiTrackingMode mode, bool hybrid = false) : Rig(scenario(hybrid), mode) {}
  Rig(const NdiScenario& s, NdiTrackingMode mode, bool strays = false)
      : Rig(serve(s), s, mode, strays) {}
  Rig(std::unique_ptr<NdiServer> serving, const NdiScenario& s, NdiTrackingMode mode,
      bool strays = false)
      : server(std::move(serving)) {
    NdiConfig config = config_for(*server, mode);
    config.report_stray_markers = strays;
    driver = make_ndi_driver(config, tools_of(s));
    driver->start(heard.outbox, heard.time);
  }
  ~Rig() { driver->stop(); }
};

inline void inject(Rig& rig, FaultKind kind, Duration length, std::string tool = {},
                   double amount = 0, int at_most = 0) {
  Fault fault;
  fault.kind = kind;
  fault.until = length;
  fault.tool = std::move(tool);
  fault.amount = amount;
  fault.at_most = at_most;
  rig.server->inject(fault);
}

}  // namespace trocar::test
