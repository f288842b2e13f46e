#pragma once
#include <cstdint>
#include <string_view>
#include <variant>

#include "engine/base/bounded.hpp"
#include "engine/base/time.hpp"
#include "engine/base/transform.hpp"
#include "engine/data/ids.hpp"

namespace trocar {

// Why a device gave no pose for a body. Ordinary data, not an error.
enum class Missing : std::uint8_t {
  not_seen,         // the device says missing and no more
  too_few_markers,  // occluded, turned away
  out_of_volume,
  bad_fit,  // markers seen do not match the tool's geometry
  interference,
  processing,  // device buffer, algorithm or processing limit, or it fell behind
  disabled,    // the handle is switched off
  unplugged,
  not_finite,  // numbers that are none, or not a rotation
};
std::string_view to_string(Missing why);

// One pose as measured.
struct MarkerPose {
  Transform<Tracker, Marker> tracker_from_marker;
  double marker_rms_mm;  // residual of the device's marker fit: an indicator, never a TRE
  bool out_of_volume;    // delivered although wholly or partly outside the characterised volume
};

struct Body {
  ToolId tool;
  std::variant<Missing, MarkerPose> pose = Missing::not_seen;
  std::uint8_t switches = 0;  // bit n: switch n + 1 closed
};

// The bodies of one exposure. Bodies that a reply reports from different exposures travel in
// different frames.
struct TrackerFrame {
  std::uint32_t device_frame = 0;
  Timestamp acquired{};       // mid exposure, device clock mapped to session time
  Duration acquired_bound{};  // |true - acquired| is at most this
  Timestamp received{};       // last byte of the reply
  Bounded<Body, max_tools> bodies;
};

}  // namespace trocar
