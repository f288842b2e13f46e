#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "drivers/simulators/ndi_scenario.hpp"

// What is in front of the simulated tracker, and what its cameras make of it.
namespace trocar {

// Where everything really is at one instant. Never goes over the wire.
struct TruePose {
  Transform<Tracker, Tool> tracker_from_tool;
  std::optional<Transform<Tracker, Reference>> tracker_from_reference;
  std::optional<Transform<Reference, Tool>> reference_from_tool;
  std::optional<Transform<Preop, Tip>> preop_from_tip;  // tip and patient are in the scenario
};

enum class Seen : std::uint8_t { ok, partially_out, out_of_volume, too_few, bad_fit, missing };

// One marker as the device reports it; codes as in the nibbles of TX option 0002.
struct MarkerSighting {
  enum Code : std::uint8_t {
    missing = 0,
    max_angle = 1,
    max_error = 2,
    used = 3,
    used_out_of_volume = 4,
    out_of_volume = 5,
  } code = missing;
  Eigen::Vector3d at_mm = Eigen::Vector3d::Zero();  // measured, tracker axes
};

struct Observation {
  Seen seen = Seen::missing;
  Eigen::Quaterniond rotation = Eigen::Quaterniond::Identity();
  Eigen::Vector3d position_mm = Eigen::Vector3d::Zero();
  double rms_mm = 0;
  std::vector<MarkerSighting> markers;
  // There is a pose (for out_of_volume it is sent only on demand).
  [[nodiscard]] bool has_pose() const { return seen <= Seen::out_of_volume; }
};

// Every answer depends on the scenario, the script's beginning and the arguments alone.
class SimulatedWorld {
 public:
  explicit SimulatedWorld(NdiScenario scenario) : scenario_(std::move(scenario)) {}

  [[nodiscard]] const NdiScenario& scenario() const { return scenario_; }
  // The script (motion, not noise) begins now instead of at power-up.
  void begin_script(Duration at) { script_began_ = at; }
  // `at` counts from the device's power-up.
  [[nodiscard]] TruePose truth(std::size_t tool, Duration at) const;
  // The exposure number `exposure` at time `at`: noise belongs to (seed, tool, exposure, marker).
  [[nodiscard]] Observation observe(std::size_t tool, Duration at, std::uint64_t exposure,
                                    const Disturbance& disturbance) const;

 private:
  [[nodiscard]] MarkerSighting see_marker(std::size_t tool, std::size_t marker,
                                          const Eigen::Isometry3d& pose,
                                          const Disturbance& disturbance) const;
  NdiScenario scenario_;
  Duration script_began_{};
};

}  // namespace trocar
