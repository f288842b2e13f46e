#include "engine/runtime/registration_worker.hpp"

#include <fmt/format.h>

#include <utility>

#include "engine/base/log.hpp"

namespace trocar {

namespace {

void log_result(const Event& result, std::size_t touched) {
  if (const auto* refused = std::get_if<RegistrationRefused>(&result)) {
    log::error("registration refused: " + std::string(refused->why.view()));
  } else {
    log::info(fmt::format("registration fitted: FRE {:.2f} mm over {} fiducials",
                          std::get<Registration>(result).fre_mm, touched));
  }
}

}  // namespace

Event register_landmarks(const PointRegistrationConfig& config,
                         const std::vector<Fiducial>& fiducials,
                         const LandmarksCollected& landmarks) {
  std::vector<Point<Reference>> points;
  for (const Dwell& dwell : landmarks.dwells) points.push_back(dwell.mean);
  const auto result = register_points(config, points, fiducials);
  if (!result) return RegistrationRefused{result.error().detail};
  return registration_of(result.value(), fiducials);
}

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
    while (offered_.pop(landmarks)) {
      const Event result = register_landmarks(config_, fiducials_, landmarks);
      log_result(result, landmarks.dwells.size());
      inbox_->push(result);
      wake_->notify();
    }
  }
}

}  // namespace trocar
