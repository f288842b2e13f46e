#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/igtl/bytes.hpp"
#include "engine/igtl/out_queue.hpp"
#include "engine/igtl/stream_scene.hpp"
#include "engine/igtl/wall_clock.hpp"

// The plan as messages: what does not change during a session, encoded once. LPS becomes RAS here.
namespace trocar {

// plain: the network thread; encode_volume from any.
class SceneMessages {
 public:
  SceneMessages(const StreamScene& scene, WallClock wall);

  // The warnings, then each structure: what a new client is told first.
  [[nodiscard]] std::span<const igtl::SharedBytes> welcome(std::uint16_t version) const;
  // nullptr: no such structure, or one without a surface.
  [[nodiscard]] igtl::SharedBytes structure(std::string_view id, std::uint16_t version) const;

  // What there is to be asked for, each a message or nothing when there is none of that name.
  void append_points(igtl::Buffer& out, std::string_view list, std::uint16_t version) const;
  void append_image_meta(igtl::Buffer& out, std::uint16_t version) const;
  void append_label_meta(igtl::Buffer& out, std::uint16_t version) const;
  void append_capability(igtl::Buffer& out, std::uint16_t version) const;

  // The lists of points, in order of appearance.
  [[nodiscard]] const std::vector<std::string>& point_lists() const { return lists_; }

 private:
  void encode_structure(std::size_t index);

  const StreamScene& scene_;
  WallClock wall_;
  std::vector<std::string> lists_;
  std::array<std::vector<igtl::SharedBytes>, 2> welcome_;  // by header version
};

// The whole volume as IMAGE messages of the two header versions. Takes its time: megabytes. Errors:
// of `load`; out_of_range for an axis beyond 65535; inconsistent when the voxels are not as many as
// the size says.
Result<std::array<igtl::SharedBytes, 2>> encode_volume(const SceneVolume& volume,
                                                       const WallClock& wall);

// RAS axes and centre of a volume as OpenIGTLink says them.
igtl::ImageHeader image_header(const SceneVolume& volume);

}  // namespace trocar
