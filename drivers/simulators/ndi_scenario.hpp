#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drivers/ndi_rom.hpp"
#include "drivers/simulators/ndi_fault.hpp"
#include "drivers/simulators/simulated_motion.hpp"
#include "engine/base/config_reader.hpp"
#include "engine/base/time.hpp"
#include "engine/base/transform.hpp"

// What a simulated NDI tracker is, what it sees and what goes wrong: docs/simulator.md.
namespace trocar {

enum class ToolKind : std::uint8_t { passive, active_wireless, wired };
enum class MotionFrame : std::uint8_t { tracker, reference, patient };
enum class PollAnswer : std::uint8_t { wait, repeat };

struct ScenarioTool {
  std::string name;
  ToolKind kind = ToolKind::passive;
  int handle = 0;   // of a wired tool; 0: the device chooses
  int buttons = 0;  // switches of the tool, up to 3
  NdiRom rom;
  std::vector<std::byte> rom_image;
  std::optional<Transform<Tool, Tip>> tool_from_tip;
  MotionFrame frame = MotionFrame::tracker;
  bool keyframes_of_tip = false;  // else of the marker body
  KeyframeMotion motion{{Keyframe{}}, AtEnd::hold};
};

// A frustum in front of the tracker, which looks along -z.
struct TrackedVolume {
  double near_mm = 950;
  double far_mm = 2400;
  Eigen::Vector2d near_half_mm{240, 300};  // half width and height at near_mm
  Eigen::Vector2d far_half_mm{780, 650};
  [[nodiscard]] bool holds(const Eigen::Vector3d& in_tracker_mm) const;
};

struct ScenarioDevice {
  std::string model = "Polaris Vega";
  std::string serial = "P9-00001";
  std::string firmware = "POLARIS VEGA Rev 003.006";
  std::string api_revision = "G.003.006";
  double frame_hz = 60;
  Duration latency{};  // exposure to last byte on the wire, mean
  double latency_jitter_ms = 0;
  double clock_drift_ppm = 0;
  std::int64_t utc_start_s = 1'700'000'000;  // what the device's own clock shows at power-up
  bool measured_timing = false;
  PollAnswer poll = PollAnswer::wait;
  bool script_from_tracking = false;  // motion and faults begin with the first TSTART
  bool hybrid = false;                // active tools are exposed 1 or 2 frames before passive ones
  bool plain_warning = false;         // PINIT answers WARNING without a code
  int stale_handles = 0;              // handles a previous session left behind
  TrackedVolume volume;
};

struct NdiScenario {
  ScenarioDevice device;
  std::uint64_t seed = 1;
  Eigen::Vector3d fle_mm = Eigen::Vector3d::Zero();  // standard deviation per tracker axis
  std::vector<ScenarioTool> tools;
  std::optional<std::size_t> reference;  // index of the tool that is the reference
  ReferenceMotion reference_motion;
  std::optional<Transform<Reference, Preop>> reference_from_preop;
  std::vector<Eigen::Vector3d> strays_mm;  // single markers lying about, in tracker axes
  std::vector<Fault> faults;

  [[nodiscard]] std::optional<std::size_t> find_tool(std::string_view name) const;
};

// Throws ConfigError. Reads and finishes the whole file.
NdiScenario read_ndi_scenario(const ConfigReader& in);

}  // namespace trocar
