#pragma once
#include <array>
#include <optional>
#include <span>

#include "engine/data/guidance.hpp"
#include "engine/data/image_frame.hpp"
#include "engine/igtl/guidance_messages.hpp"
#include "engine/igtl/out_queue.hpp"

namespace trocar::igtl {

// The newest guidance as bytes, encoded once for each kind of client that is there and shared by
// all of them. plain: the network thread.
class GuidanceFanout {
 public:
  GuidanceFanout(const StreamNames& names, WallClock wall) : messages_(names, wall), wall_(wall) {}

  // A new snapshot, or the same with every number withheld. It must live until the next one.
  void set(const Guidance& g, std::optional<Withheld> instead);
  // The work of set() and of the first tools() once ahead, for the caches.
  void rehearse(const Guidance& g);

  // nullptr before the first guidance.
  [[nodiscard]] SharedBytes tools(std::uint16_t version);
  [[nodiscard]] SharedBytes tracking(std::uint16_t version);
  [[nodiscard]] SharedBytes heartbeat(const Heartbeat& beat, std::uint16_t version);
  // The words of the one made last.
  [[nodiscard]] const std::string& heartbeat_text() const { return messages_.heartbeat_text(); }
  [[nodiscard]] SharedBytes state(const StateLine& line, std::uint16_t version);
  [[nodiscard]] SharedBytes image(const ImageFrame& frame, std::uint16_t version);

  // Values withheld at the last gate since the start.
  [[nodiscard]] std::uint64_t refused() const { return messages_.refused(); }

 private:
  GuidanceMessages messages_;
  WallClock wall_;
  BufferPool pool_;
  bool any_ = false;
  std::array<SharedBytes, 2> tools_;  // of the snapshot set last, by header version
  std::array<SharedBytes, 2> tracking_;
};

}  // namespace trocar::igtl
