#include "engine/igtl/guidance_fanout.hpp"

#include "engine/igtl/image_messages.hpp"

namespace trocar::igtl {

void GuidanceFanout::set(const Guidance& g, std::optional<Withheld> instead) {
  any_ = true;
  messages_.prepare(g, instead);
  tools_ = {};
  tracking_ = {};
}

void GuidanceFanout::rehearse(const Guidance& g) {
  const std::array<bool, 2> used = {tools_[0] != nullptr, tools_[1] != nullptr};
  set(g, std::nullopt);
  for (const std::uint16_t version : {std::uint16_t{1}, std::uint16_t{2}}) {
    if (used[version - 1U]) (void)tools(version);
  }
}

SharedBytes GuidanceFanout::tools(std::uint16_t version) {
  SharedBytes& bytes = tools_[version - 1U];
  if (!bytes && any_) {
    const auto fresh = pool_.take();
    messages_.append_tools(*fresh, version);
    bytes = fresh;
  }
  return bytes;
}

SharedBytes GuidanceFanout::tracking(std::uint16_t version) {
  SharedBytes& bytes = tracking_[version - 1U];
  if (!bytes && any_) {
    const auto fresh = pool_.take();
    messages_.append_tracking(*fresh, version);
    bytes = fresh;
  }
  return bytes;
}

SharedBytes GuidanceFanout::heartbeat(const Heartbeat& beat, std::uint16_t version) {
  const auto bytes = pool_.take();
  messages_.append_heartbeat(*bytes, beat, version);
  return bytes;
}

SharedBytes GuidanceFanout::state(const StateLine& line, std::uint16_t version) {
  const auto bytes = pool_.take();
  messages_.append_state(*bytes, line, version);
  return bytes;
}

SharedBytes GuidanceFanout::image(const ImageFrame& frame, std::uint16_t version) {
  const auto bytes = pool_.take();
  append_image_frame(*bytes, frame, wall_.header_time(frame.acquired), version);
  return bytes;
}

}  // namespace trocar::igtl
