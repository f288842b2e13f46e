#pragma once
#include <Eigen/Core>
#include <optional>
#include <string>
#include <vector>

namespace trocar {

enum class Crossing {
  refused,
  allowed  // of CLOSEDPLANAR_XOR: what two of them surround is meant to be outside
};

struct OutlineConflict {
  std::string found;  // "two outlines that cross each other"
  Eigen::Vector2d at_mm;
};

// Outlines of one slice that are there twice or cross each other: what two of them surround would
// become a hole that nobody drew. One within the other, side by side, and with a common border are
// all right; so is one that touches itself (a keyhole). Points must be finite.
//
// What lies in which outline is looked at on a grid of a quarter of a mm, half the surface's: that
// is robust where edges coincide, which is what duplicates and common borders are made of. Regions
// thinner than 0.1 mm are none. O(n log n) in points and lines crossed; too many are a conflict.
std::optional<OutlineConflict> find_conflict(
    const std::vector<std::vector<Eigen::Vector2d>>& outlines, Crossing crossing);

}  // namespace trocar
