#pragma once
#include <optional>
#include <span>
#include <vector>

#include "engine/base/time.hpp"
#include "engine/model/dicom_slice.hpp"
#include "engine/model/input_warning.hpp"

namespace trocar {

// DICOM has no mark for the end of a series. What is known of one while it comes in.
struct SeriesSoFar {
  std::span<const ObjectIdentity> objects;
  bool open = false;  // an association or a copy that brought part of it still goes on
  // Objects of one that ended without release, and whose part nobody brought again.
  std::optional<std::size_t> broken_after{};
  Duration quiet{};  // since the last object, or the end of the last delivery
};

// How long to wait for more.
struct SeriesPatience {
  Duration quiet = std::chrono::milliseconds(500);  // when what is there looks whole
  Duration missing = std::chrono::seconds(10);      // when something is known to be missing
};

enum class SeriesState : std::uint8_t {
  waiting,
  whole,    // to be read; issues are warnings
  refused,  // issues say why
};

struct SeriesVerdict {
  SeriesState state = SeriesState::waiting;
  std::vector<InputWarning> issues{};
};

// Whether a series is all there, by count: as many objects as Images in Acquisition states (then at
// once), else instance numbers without a hole and quiet for a while. Where the slices lie is judged
// by examine_slices afterwards. docs/decisions/0066-when-a-series-is-whole.md.
SeriesVerdict judge_series(const SeriesSoFar& series, const SeriesPatience& patience);

}  // namespace trocar
