#include "engine/runtime/registration_worker.hpp"

#include <fmt/format.h>

#include <utility>

#include "engine/base/log.hpp"

namespace trocar {

RegistrationWorker::RegistrationWorker(PointRegistrationConfig config,
                                       std::vector<Fiducial> fiducials)
    : config_(config), fiducials_(std::move(fiducials)) {}

RegistrationWorker::~RegistrationWorker() { stop(); }

void RegistrationWorker::start(Inbox& inbox, Signal& wake) {
  inbox_ = &inbox;
  wake_ = &wake;
  thread_ = std::thread([this] { work(); });
}

void RegistrationWorker::stop() {
  ended_ = true;
  bell_.notify();
  if (thread_.joinable()) thread_.join();
}

void RegistrationWorker::offer(const LandmarksCollected& landmarks) {
  offered_.push(landmarks);
  bell_.notify();
}

void RegistrationWorker::work() {
  constexpr Duration look_up = std::chrono::seconds(1);
  while (!ended_) {
    bell_.wait(look_up);
    LandmarksCollected landmarks;
    while (offered_.pop(landmarks)) register_one(landmarks);
  }
}

void RegistrationWorker::register_one(const LandmarksCollected& landmarks) {
  std::vector<Point<Reference>> points;
  for (const Dwell& dwell : landmarks.dwells) points.push_back(dwell.mean);
  const auto result = register_points(config_, points, fiducials_);
  if (!result) {
    log::error("registration refused: " + result.error().detail);
    inbox_->push(RegistrationRefused{result.error().detail});
  } else {
    const auto& r = result.value();
    log::info(
        fmt::format("registration fitted: FRE {:.2f} mm over {} fiducials, FLE used {:.2f} mm",
                    r.fit.fre_mm, points.size(), r.fle_used_mm));
    inbox_->push(registration_of(r, fiducials_));
  }
  wake_->notify();
}

}  // namespace trocar
