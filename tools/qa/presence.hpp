#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "tools/qa/report.hpp"

namespace trocar::qa {

// How much of the time something was there, the gaps in it, and why it was not. Told time after
// time what held from when to when. plain.
class Presence {
 public:
  void present(double from_s, double to_s) {
    close_gap(from_s);
    has_been_ = true;
    present_s_ += to_s - from_s;
    since_first_s_ += to_s - from_s;
  }
  void absent(double from_s, double to_s, std::string_view why) {
    if (!(to_s > from_s)) return;
    absent_s_[std::string(why)] += to_s - from_s;
    if (!has_been_) return;
    since_first_s_ += to_s - from_s;
    if (!gap_) gap_ = Span{from_s, to_s, std::string(why)};
  }
  // Of the time since it was first there; left as it is when it never was.
  void finish(double end_s, Computed<double>& uptime, SecondsOf& absent_s, Gaps& gaps) {
    close_gap(end_s);
    if (since_first_s_ > 0) uptime = present_s_ / since_first_s_;
    absent_s = absent_s_;
    gaps = gaps_;
  }

 private:
  static constexpr double shortest_gap_s = 0.1;
  void close_gap(double at_s) {
    if (gap_ && at_s - gap_->from_s >= shortest_gap_s) {
      gap_->to_s = at_s;
      gaps_.add(*gap_);
    }
    gap_.reset();
  }
  bool has_been_ = false;
  double present_s_ = 0;
  double since_first_s_ = 0;
  SecondsOf absent_s_;
  std::optional<Span> gap_;
  Gaps gaps_;
};

}  // namespace trocar::qa
