#include "engine/runtime/intraop_worker.hpp"

#include <algorithm>
#include <utility>

#include "engine/base/background.hpp"
#include "engine/base/log.hpp"

namespace trocar {

IntraopWorker::IntraopWorker(ScanRegistrar registrar) : registrar_(std::move(registrar)) {}

IntraopWorker::~IntraopWorker() { stop(); }

void IntraopWorker::start(Inbox& inbox, Signal& wake) {
  inbox_ = &inbox;
  wake_ = &wake;
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void IntraopWorker::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  bell_.notify();
  thread_.join();
}

void IntraopWorker::offer(ArrivedScan scan) { put(std::move(scan)); }
void IntraopWorker::offer(ArrivedScannerPose pose) { put(std::move(pose)); }
void IntraopWorker::offer(ScanNews news) { put(news); }
void IntraopWorker::offer(IntakeRefused refused) { put(refused); }

void IntraopWorker::put(Item item) {
  {
    const std::lock_guard lock(mutex_);
    // A scan that waits is older than this one: the patient has moved on.
    if (std::holds_alternative<ArrivedScan>(item)) {
      const auto older = std::erase_if(
          queue_, [](const Item& i) { return std::holds_alternative<ArrivedScan>(i); });
      if (older > 0) {
        queue_.emplace_back(IntakeRefused{"scan_superseded: a newer one came before its turn"});
        log::warn("an intraoperative scan was not registered: a newer one came");
      }
    }
    queue_.push_back(std::move(item));
  }
  bell_.notify();
}

std::optional<IntraopWorker::Item> IntraopWorker::next() {
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) return std::nullopt;
  Item item = std::move(queue_.front());
  queue_.pop_front();
  return item;
}

void IntraopWorker::work(const std::stop_token& stop) {
  constexpr Duration look_up = std::chrono::seconds(1);
  work_in_background();
  const Status ready = registrar_.rehearse(stop);
  if (stop.stop_requested()) return;
  if (ready) {
    log::info("ready to register intraoperative scans");
  } else {
    log::warn("intraoperative scans may be refused, or take longer: the rehearsal failed: " +
              ready.error().detail);
  }
  while (!stop.stop_requested()) {
    bell_.wait(look_up);
    while (auto item = next()) {
      if (stop.stop_requested()) return;
      std::visit([&](const auto& i) { on(i, stop); }, *item);
    }
  }
}

void IntraopWorker::push(const Event& event) {
  inbox_->push(event);
  wake_->notify();
}

void IntraopWorker::say(Imaging imaging, const std::string& detail) {
  push(ImagingChanged{imaging, detail});
}

void IntraopWorker::on(const ScanNews& news, const std::stop_token&) { push(news.change); }

void IntraopWorker::on(const IntakeRefused& refused, const std::stop_token&) { push(refused); }

void IntraopWorker::on(const ArrivedScannerPose& pose, const std::stop_token& stop) {
  pose_ = pose;
  if (!waits_for_pose_) return;
  const ArrivedScan scan = *std::exchange(waits_for_pose_, std::nullopt);
  on(scan, stop);
}

void IntraopWorker::on(const ArrivedScan& scan, const std::stop_token& stop) {
  if (const Known* newer = known_.take()) newest_ = *newer;
  std::optional<ReferenceInScan> stated;
  if (pose_ && pose_->scan_frame_uid == scan.volume->frame_of_reference_uid) {
    stated = registrar_.stated_pose(pose_->reference_from_intraop);
  }
  if (!stated && registrar_.needs_pose()) {
    waits_for_pose_ = scan;
    return say(Imaging::receiving, scan.what + ", waiting for the scanner's pose");
  }
  say(Imaging::registering, scan.what);
  const auto result = registrar_.register_scan(scan, stated, newest_, stop);
  if (stop.stop_requested()) return;
  if (!result) {
    log::error("intraoperative scan refused: " + result.error().detail);
    return say(Imaging::refused, result.error().detail);
  }
  // Not in use yet: the navigator may refuse what comes of it, and says so, or that it holds.
  log::info("intraoperative scan matched, the navigator decides: " + result.value().detail);
  for (const Registration& r : result.value().registrations) push(r);
  say(Imaging::none, result.value().detail);
}

}  // namespace trocar
