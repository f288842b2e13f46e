#pragma once
#include <atomic>
#include <filesystem>
#include <thread>

#include "engine/runtime/vertebra_team.hpp"

namespace trocar::bench {

// Five vertebrae of a scan of 512 x 512 x 192 registered over and over as a running engine does it,
// by a worker and its team, until it is destroyed: what navigation has beside it when a scan comes,
// without end. Making the scan takes half a minute; the folder keeps it.
class RegisteringLoad {
 public:
  explicit RegisteringLoad(const std::filesystem::path& folder);

  [[nodiscard]] int scans_done() const { return done_; }

 private:
  std::atomic<int> done_{0};
  std::jthread worker_;
};

}  // namespace trocar::bench
