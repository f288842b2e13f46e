#pragma once
#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/base/ring.hpp"
#include "engine/base/signal.hpp"
#include "engine/data/event.hpp"
#include "engine/navigation/landmark_touch.hpp"
#include "engine/registration/point_registration.hpp"

namespace trocar {

// `Registration` of the spine by the touched points, or `RegistrationRefused` with the reason.
Event register_landmarks(const PointRegistrationConfig& config,
                         const std::vector<Fiducial>& fiducials,
                         const LandmarksCollected& landmarks);

// Registers off the navigator's thread, so that a fit never delays a pose.
// hand-over: the navigator's thread gives landmarks points; the results come back through its
// inbox.
class RegistrationWorker {
 public:
  using Inbox = Ring<Event, 64>;

  // `inbox` and `wake` must outlive the worker; it writes one event for each set of landmarks:
  // `Registration` of the spine, or `RegistrationRefused`.
  RegistrationWorker(PointRegistrationConfig config, std::vector<Fiducial> fiducials);
  RegistrationWorker(const RegistrationWorker&) = delete;
  RegistrationWorker& operator=(const RegistrationWorker&) = delete;
  ~RegistrationWorker();

  void start(Inbox& inbox, Signal& wake);
  void stop();
  // Navigator's thread; no allocation, no lock.
  void offer(const LandmarksCollected& landmarks);

 private:
  void work();

  PointRegistrationConfig config_;
  std::vector<Fiducial> fiducials_;
  Inbox* inbox_ = nullptr;
  Signal* wake_ = nullptr;
  Ring<LandmarksCollected, 4> offered_;
  Signal bell_;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

}  // namespace trocar
