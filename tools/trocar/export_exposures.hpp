#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "engine/data/guidance.hpp"
#include "engine/data/tracker_frame.hpp"
#include "tools/trocar/export_sequence.hpp"

namespace trocar {

// Puts what a session holds of the bodies into exposures, in the order in which they were exposed:
// a tracker may report bodies of one exposure in several frames, and a later exposure before an
// earlier one. What the navigator made of a pose stands at the exposure it is of, not where it was
// said. plain: one thread.
class Exposures {
 public:
  explicit Exposures(std::size_t tools) : tools_(tools) {}

  // The next step of the session, nullptr: one that is no frame; and a guidance that was published
  // after it. Only exposures that one followed are given: recording was on.
  void take(const TrackerFrame* frame, Timestamp now);
  void take(const Guidance& guidance);

  // The next exposure that nothing can come before any more; at the end of the session, any.
  std::optional<SequenceExposure> next(bool at_end);

  // Exposures that came later than that.
  [[nodiscard]] std::uint64_t late() const { return late_; }

 private:
  struct Waiting {
    SequenceExposure exposure;
    bool was_said = false;
  };
  std::size_t tools_;
  std::map<Timestamp, Waiting> waiting_;
  Timestamp newest_step_{};
  std::optional<Timestamp> of_this_step_;
  std::optional<Timestamp> given_;
  std::uint64_t late_ = 0;
};

}  // namespace trocar
