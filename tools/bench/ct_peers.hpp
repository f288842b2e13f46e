#pragma once
#include <Eigen/Geometry>
#include <optional>
#include <string>
#include <vector>

#include "tools/bench/ct_sets.hpp"

namespace trocar::bench {

// What a peer made of one start: its pose, or nothing when it failed.
struct PeerRun {
  std::optional<Eigen::Isometry3d> preop_from_intraop;
  double cpu_s = 0;
  double peak_mb = 0;
};

// Debian's elastix and plastimatch and a program on ITK's framework (ct_itk_peer), run in `folder`
// on the preoperative CT cut to the vertebra and its mask, and on the scan. They are told the start
// as we are. Nothing when the program is not installed.
std::vector<std::string> installed_peers();
PeerRun run_peer(const std::string& peer, const CtSource& source, const CtScan& scan,
                 const Eigen::Isometry3d& start, const std::string& folder);

}  // namespace trocar::bench
