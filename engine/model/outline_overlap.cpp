#include "engine/model/outline_overlap.hpp"

#include <fmt/format.h>

#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>

namespace trocar {
namespace {

using Outline = std::vector<Eigen::Vector2d>;

constexpr double line_mm = 0.25;    // between lines
constexpr double phase = 0.3717;    // off whole fractions of a mm, where corners are
constexpr double matters_mm = 0.1;  // a region thinner than that is none
// Of one slice. The work for a pair is the lines in its common box.
constexpr std::size_t max_outlines = 5'000, max_pairs = 20'000;
constexpr double max_length_mm = 1e6;

double at(long line) { return line_mm * (static_cast<double>(line) + phase); }
long first_from(double mm) { return static_cast<long>(std::ceil(mm / line_mm - phase)); }

struct Crossed {
  long line;
  double at_mm;
  bool operator<(const Crossed& other) const {
    return line != other.line ? line < other.line : at_mm < other.at_mm;
  }
};

// Where an outline crosses the lines along x (axis 0) or y (axis 1), line by line.
std::vector<Crossed> crossings_of(const Outline& outline, Eigen::Index axis) {
  const Eigen::Index up = 1 - axis;
  std::vector<Crossed> crossings;
  for (std::size_t i = 0; i < outline.size(); ++i) {
    Eigen::Vector2d low = outline[i], high = outline[(i + 1) % outline.size()];
    if (low[up] > high[up]) std::swap(low, high);
    // Half-open: a corner counts once.
    for (long line = first_from(low[up]); line < first_from(high[up]); ++line) {
      const double t = (at(line) - low[up]) / (high[up] - low[up]);
      crossings.push_back({line, low[axis] + t * (high[axis] - low[axis])});
    }
  }
  std::sort(crossings.begin(), crossings.end());
  return crossings;
}

struct Drawn {
  Eigen::AlignedBox2d box;
  std::array<std::vector<Crossed>, 2> crossings;  // along x, along y
};

enum Where : unsigned { nowhere = 0, in_first = 1, in_second = 2, in_both = 3 };

// A piece of a line that lies in one or both of two outlines.
struct Piece {
  long line;
  double from_mm, to_mm;
  unsigned where;
};

// The pieces on lines that pass through the boxes of both, but for what is too short to matter.
std::vector<Piece> pieces_of(const Drawn& a, const Drawn& b, std::size_t axis) {
  const auto up = static_cast<Eigen::Index>(1 - axis);
  const Crossed low{first_from(std::max(a.box.min()[up], b.box.min()[up])), -1e9};
  const Crossed high{first_from(std::min(a.box.max()[up], b.box.max()[up])), -1e9};
  const auto &of_a = a.crossings[axis], &of_b = b.crossings[axis];
  auto i = std::lower_bound(of_a.begin(), of_a.end(), low);
  auto j = std::lower_bound(of_b.begin(), of_b.end(), low);
  const auto i_end = std::lower_bound(of_a.begin(), of_a.end(), high);
  const auto j_end = std::lower_bound(of_b.begin(), of_b.end(), high);
  std::vector<Piece> pieces;
  unsigned where = nowhere;
  Crossed last = low;
  while (i < i_end || j < j_end) {
    const bool first = j >= j_end || (i < i_end && *i < *j);
    const Crossed now = first ? *i++ : *j++;
    // Every line enters and leaves an outline equally often: nothing is left over to the next.
    if (where != nowhere && now.at_mm - last.at_mm > matters_mm)
      pieces.push_back({now.line, last.at_mm, now.at_mm, where});
    where ^= first ? in_first : in_second;
    last = now;
  }
  return pieces;
}

// Which of the regions (first alone, second alone, both) are there: as a place of the grid on whose
// two lines the region is long enough. A thin one is long on one of them only.
struct Regions {
  std::array<bool, 4> found{};
  Eigen::Vector2d both_at_mm{0, 0};
};

Regions regions_of(const Drawn& a, const Drawn& b) {
  Regions r;
  // Beyond the other's box nothing need be looked at.
  const Eigen::AlignedBox2d wide_a(a.box.min().array() - line_mm, a.box.max().array() + line_mm);
  const Eigen::AlignedBox2d wide_b(b.box.min().array() - line_mm, b.box.max().array() + line_mm);
  r.found[in_first] = !wide_b.contains(a.box);
  r.found[in_second] = !wide_a.contains(b.box);
  const std::vector<Piece> upright = pieces_of(a, b, 1);
  const auto crosses = [&](const Piece& p, long line) {
    const double height = at(p.line);
    const auto after = std::upper_bound(upright.begin(), upright.end(), Crossed{line, height},
                                        [](const Crossed& c, const Piece& u) {
                                          return c < Crossed{u.line, u.from_mm};
                                        });
    if (after == upright.begin()) return false;
    const Piece& u = *(after - 1);
    return u.line == line && u.to_mm > height && u.where == p.where;
  };
  for (const Piece& p : pieces_of(a, b, 0)) {
    if (r.found[p.where]) continue;
    for (const double share : {0.5, 0.25, 0.75}) {
      const long line = first_from(p.from_mm + share * (p.to_mm - p.from_mm));
      if (at(line) >= p.to_mm || !crosses(p, line)) continue;
      r.found[p.where] = true;
      if (p.where == in_both) r.both_at_mm = {at(line), at(p.line)};
      break;
    }
  }
  return r;
}

std::optional<OutlineConflict> conflict_of(const Drawn& a, const Drawn& b, Crossing crossing) {
  const Regions r = regions_of(a, b);
  if (!r.found[in_both]) return std::nullopt;
  if (!r.found[in_first] && !r.found[in_second])
    return OutlineConflict{"an outline that is there twice", r.both_at_mm};
  if (crossing == Crossing::refused && r.found[in_first] && r.found[in_second])
    return OutlineConflict{"two outlines that cross each other", r.both_at_mm};
  return std::nullopt;
}

std::optional<std::string> too_much(const std::vector<Outline>& outlines) {
  double length_mm = 0;
  for (const Outline& o : outlines)
    for (std::size_t i = 0; i < o.size(); ++i)
      length_mm += (o[(i + 1) % o.size()] - o[i]).lpNorm<1>();
  if (length_mm > max_length_mm)
    return fmt::format("{:.0f} m of outlines where {:.0f} m are allowed", length_mm / 1e3,
                       max_length_mm / 1e3);
  if (outlines.size() > max_outlines)
    return fmt::format("{} outlines where {} are allowed", outlines.size(), max_outlines);
  return std::nullopt;
}

// Whether the boxes have more than a border in common.
bool meet(const Eigen::AlignedBox2d& a, const Eigen::AlignedBox2d& b) {
  return (a.max().cwiseMin(b.max()) - a.min().cwiseMax(b.min())).minCoeff() > matters_mm;
}

}  // namespace

std::optional<OutlineConflict> find_conflict(const std::vector<Outline>& outlines,
                                             Crossing crossing) {
  if (outlines.size() < 2) return std::nullopt;
  if (const auto found = too_much(outlines)) return OutlineConflict{*found, outlines[0].front()};
  std::vector<Drawn> drawn;
  for (const Outline& o : outlines) {
    drawn.push_back({{}, {crossings_of(o, 0), crossings_of(o, 1)}});
    for (const Eigen::Vector2d& p : o) drawn.back().box.extend(p);
  }
  std::size_t pairs = 0;
  for (std::size_t i = 0; i < drawn.size(); ++i)
    for (std::size_t k = i + 1; k < drawn.size(); ++k) {
      if (!meet(drawn[i].box, drawn[k].box)) continue;
      if (++pairs > max_pairs)
        return OutlineConflict{
            fmt::format("more than {} pairs of outlines in each other's place", max_pairs),
            outlines[k].front()};
      if (auto conflict = conflict_of(drawn[i], drawn[k], crossing)) return conflict;
    }
  return std::nullopt;
}

}  // namespace trocar
