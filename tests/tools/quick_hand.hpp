#pragma once
#include <filesystem>
#include <utility>
#include <vector>

#include "drivers/simulators/ndi_server.hpp"
#include "engine/base/config_reader.hpp"
#include "engine/model/plan.hpp"

// The phantom's simulated operation with a quick hand: it checks its tip and touches every fiducial
// of the plan, each for 0.9 s; what it does then is the test's.
class QuickHand {
 public:
  QuickHand(const std::filesystem::path& simulator, const trocar::Plan& plan)
      : scenario_(trocar::read_ndi_scenario(trocar::ConfigReader::open(simulator))) {
    const Eigen::Vector3d down(0, -1, 0);
    const trocar::Point<trocar::Reference> divot{{8, 20, 6}};  // navigator.tip_check of run.toml
    go((scenario_.reference_from_preop->inverse() * divot).mm, down, 0, 1.2);
    for (const trocar::Fiducial& f : plan.fiducials) go(f.position.mm, down, 0.7, 0.9);
  }
  void go(const Eigen::Vector3d& tip_mm, const Eigen::Vector3d& direction, double in_s,
          double hold_s) {
    now_s_ += in_s;
    keyframes_.push_back({now_s_, hold_s, trocar::pose_of_tip(tip_mm, direction, 0)});
    now_s_ += hold_s;
  }
  [[nodiscard]] trocar::NdiScenario scenario(std::vector<trocar::Fault> faults) const {
    trocar::NdiScenario s = scenario_;
    s.tools[1].motion = trocar::KeyframeMotion(keyframes_, trocar::AtEnd::hold);
    s.faults = std::move(faults);
    return s;
  }

 private:
  trocar::NdiScenario scenario_;
  std::vector<trocar::Keyframe> keyframes_;
  double now_s_ = 1;
};
