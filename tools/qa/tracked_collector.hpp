#pragma once
#include <cstdint>
#include <map>
#include <optional>

#include "engine/data/tracker_frame.hpp"
#include "tools/qa/presence.hpp"
#include "tools/qa/report.hpp"
#include "tools/qa/stillness.hpp"

namespace trocar::qa {

// What the tracker reported of one body, gathered as its exposures come. Each stands until the next
// that reports on the body. plain.
class TrackedCollector {
 public:
  void exposed(const Body& body, double at_s, std::uint32_t device_frame);
  // `end_s`: of the record.
  [[nodiscard]] Tracked finish(double end_s);

 private:
  void settle(double to_s);
  void count(double at_s, std::uint32_t device_frame);
  [[nodiscard]] Computed<Rate> rate() const;

  Tracked tracked_;
  Presence presence_;
  Stillness stillness_;
  std::optional<Missing> missing_;  // at the last exposure
  std::uint64_t exposures_ = 0;
  double first_s_ = 0;
  double last_s_ = 0;
  std::uint32_t last_frame_ = 0;
  std::map<std::uint32_t, std::uint64_t> steps_;  // of the device's frame number
};

}  // namespace trocar::qa
