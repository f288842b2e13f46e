#pragma once
#include <array>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/igtl/network_loop.hpp"
#include "engine/igtl/out_queue.hpp"
#include "engine/igtl/scene_messages.hpp"

namespace trocar::igtl {

// A volume as messages of the two header versions.
using VolumeMessages = std::array<SharedBytes, 2>;

// Fetches and encodes volumes on a thread of its own, one at a time, and remembers them as long as
// some client still receives one. plain: the loop's thread.
class VolumeDesk {
 public:
  using Deliver = std::function<void(const Result<VolumeMessages>&)>;

  VolumeDesk(NetworkLoop& loop, WallClock wall) : loop_(loop), wall_(wall) {}
  VolumeDesk(const VolumeDesk&) = delete;
  VolumeDesk& operator=(const VolumeDesk&) = delete;
  ~VolumeDesk();  // waits for the thread

  // Calls `deliver` on the loop's thread, now or later. `asker`: one who asks again while waiting
  // is served once. The volume must outlive the desk.
  void ask(const SceneVolume& volume, const void* asker, Deliver deliver);

 private:
  struct Request {
    const SceneVolume* volume;
    const void* asker;
    Deliver deliver;
  };
  struct Kept {
    const SceneVolume* volume = nullptr;
    std::array<std::weak_ptr<const Buffer>, 2> messages;
  };

  void fetch(const SceneVolume& volume);
  void done(const SceneVolume& volume, const Result<VolumeMessages>& messages);

  NetworkLoop& loop_;
  WallClock wall_;
  std::vector<Request> waiting_;
  Kept kept_;
  std::thread thread_;
};

}  // namespace trocar::igtl
