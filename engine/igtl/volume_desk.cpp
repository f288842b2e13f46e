#include "engine/igtl/volume_desk.hpp"

#include <algorithm>
#include <utility>

namespace trocar::igtl {

VolumeDesk::~VolumeDesk() {
  if (thread_.joinable()) thread_.join();
}

void VolumeDesk::ask(const SceneVolume& volume, const void* asker, Deliver deliver) {
  if (kept_.volume == &volume) {
    const VolumeMessages messages = {kept_.messages[0].lock(), kept_.messages[1].lock()};
    if (messages[0] && messages[1]) return deliver(messages);
  }
  const bool waits = std::any_of(waiting_.begin(), waiting_.end(), [&](const Request& r) {
    return r.volume == &volume && r.asker == asker;
  });
  if (waits) return;
  waiting_.push_back({&volume, asker, std::move(deliver)});
  if (!thread_.joinable()) fetch(volume);
}

void VolumeDesk::fetch(const SceneVolume& volume) {
  thread_ = std::thread([this, &volume] {
    auto messages = std::make_shared<const Result<VolumeMessages>>(encode_volume(volume, wall_));
    loop_.post([this, &volume, messages] { done(volume, *messages); });
  });
}

void VolumeDesk::done(const SceneVolume& volume, const Result<VolumeMessages>& messages) {
  thread_.join();
  kept_ = {};
  if (messages) kept_ = {&volume, {messages.value()[0], messages.value()[1]}};
  const auto served = std::stable_partition(waiting_.begin(), waiting_.end(),
                                            [&](const Request& r) { return r.volume != &volume; });
  std::vector<Request> now(std::make_move_iterator(served),
                           std::make_move_iterator(waiting_.end()));
  waiting_.erase(served, waiting_.end());
  for (const Request& r : now) r.deliver(messages);
  if (!waiting_.empty() && !thread_.joinable()) fetch(*waiting_.front().volume);
}

}  // namespace trocar::igtl
