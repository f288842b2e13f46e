#include "tools/phantom/operation_script.hpp"

#include <fmt/format.h>

#include <random>

namespace trocar::phantom {
namespace {

// The surgeon's hand: keyframes of the needle's tip in preop.
class Hand {
 public:
  explicit Hand(const Vec& direction) : direction_(direction.normalized()) {}

  void go(const Vec& tip, double seconds, double hold_s = 0) {
    now_s_ += seconds;
    text_ += fmt::format("  {{ t_s = {:.3f}, hold_s = {:.3f}, tip_mm = {}, direction = {} }},\n",
                         now_s_, hold_s, list(tip), list(direction_));
    now_s_ += hold_s;
  }
  // Down into a divot, rest there, and up again.
  void touch(const Vec& divot) {
    const Vec above = divot - 45 * direction_;
    go(above, 0.9);
    go(divot, 0.7, 1.7);
    go(above, 0.6);
  }
  void turn_to(const Vec& direction) { direction_ = direction.normalized(); }
  [[nodiscard]] double now_s() const { return now_s_; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  Vec direction_;
  double now_s_ = 3;
  std::string text_;
};

// Takes the needle, checks its tip and touches the fiducials.
Hand registered(const Patient& patient, std::uint64_t seed, const Vec& divot_in_preop) {
  Hand hand(-Vec::UnitY());
  hand.go(divot_in_preop + Vec(40, 120, 0), 0);
  hand.touch(divot_in_preop);
  // Nobody holds a needle in the very middle of a divot.
  std::mt19937_64 random(seed + 1);
  std::normal_distribution<double> off_mm(0, 0.2);
  for (const Bead& marker : patient.markers()) {
    hand.touch(marker.center_mm + Vec(off_mm(random), off_mm(random), off_mm(random)));
  }
  return hand;
}

}  // namespace

std::string list(const Vec& v) {
  return fmt::format("[{:.6f}, {:.6f}, {:.6f}]", v.x(), v.y(), v.z());
}

Script way_in(const Patient& patient, std::uint64_t seed, const Vec& divot_in_preop) {
  Hand hand = registered(patient, seed, divot_in_preop);
  const PedicleWay& way = patient.way();
  const Vec forward = (way.target_mm - way.skin_mm).normalized();
  hand.turn_to(forward);
  hand.go(way.skin_mm - 40 * forward, 2);
  hand.go(way.skin_mm, 2);
  hand.go(way.entry_mm, 8);
  const double covered_from_s = hand.now_s() + 4;
  hand.go(way.target_mm, 16, 3);
  hand.go(way.skin_mm - 60 * forward, 8);
  return {hand.text(), "through the pedicle into the lesion", covered_from_s, hand.now_s()};
}

Script hold_still(const Patient& patient, std::uint64_t seed, const Vec& divot_in_preop,
                  const Vec& tip) {
  constexpr double long_enough_s = 600;
  Hand hand = registered(patient, seed, divot_in_preop);
  const PedicleWay& way = patient.way();
  const Vec forward = (way.target_mm - way.skin_mm).normalized();
  hand.turn_to(forward);
  hand.go(tip - 60 * forward, 2);
  hand.go(tip, 4, long_enough_s);
  return {hand.text(), "the tip is held beside the lesion", hand.now_s() + 1, hand.now_s() + 4};
}

}  // namespace trocar::phantom
