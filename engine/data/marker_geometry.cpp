#include "engine/data/marker_geometry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace trocar {
namespace {

// Three markers of a tool by the lengths of their sides, shortest first.
struct Triangle {
  std::array<std::size_t, 3> markers;
  std::array<double, 3> sides_mm;
};

std::vector<Triangle> triangles_of(const MarkerGeometry& tool) {
  const auto& m = tool.markers;
  std::vector<Triangle> out;
  for (std::size_t a = 0; a < m.size(); ++a) {
    for (std::size_t b = a + 1; b < m.size(); ++b) {
      for (std::size_t c = b + 1; c < m.size(); ++c) {
        Triangle t{{a, b, c},
                   {distance_mm(m[a], m[b]), distance_mm(m[b], m[c]), distance_mm(m[a], m[c])}};
        std::sort(t.sides_mm.begin(), t.sides_mm.end());
        out.push_back(t);
      }
    }
  }
  return out;
}

// Sides in order of length are matched best in that order: for any pairing within a tolerance the
// sorted pairing is within it too.
double mismatch_mm(const Triangle& a, const Triangle& b) {
  double worst = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    worst = std::max(worst, std::abs(a.sides_mm[i] - b.sides_mm[i]));
  }
  return worst;
}

struct Match {
  Triangle one;
  Triangle other;
};

std::optional<Match> closest_match(const std::vector<Triangle>& ones,
                                   const std::vector<Triangle>& others, double tolerance_mm) {
  std::optional<Match> best;
  for (const Triangle& one : ones) {
    for (const Triangle& other : others) {
      const double off_mm = mismatch_mm(one, other);
      if (off_mm > tolerance_mm) continue;
      if (best && off_mm >= mismatch_mm(best->one, best->other)) continue;
      best = Match{one, other};
    }
  }
  return best;
}

std::string describe(const std::string& tool, const Triangle& t) {
  return fmt::format("'{}' markers {}, {}, {} are {:.2f}, {:.2f}, {:.2f} mm apart", tool,
                     t.markers[0] + 1, t.markers[1] + 1, t.markers[2] + 1, t.sides_mm[0],
                     t.sides_mm[1], t.sides_mm[2]);
}

Status check_one(const MarkerGeometry& tool) {
  if (tool.markers.size() < 3) {
    return Error{Code::out_of_range, fmt::format("tool '{}': expected 3 or more markers, found {}",
                                                 tool.tool, tool.markers.size())};
  }
  for (const Point<Marker>& m : tool.markers) {
    if (!m.mm.allFinite()) {
      return Error{Code::out_of_range,
                   fmt::format("tool '{}': a marker position is not finite", tool.tool)};
    }
  }
  return Done{};
}

}  // namespace

Status check_distinct(std::span<const MarkerGeometry> tools, double tolerance_mm) {
  std::vector<std::vector<Triangle>> triangles;
  for (const MarkerGeometry& tool : tools) {
    if (Status s = check_one(tool); !s) return s;
    triangles.push_back(triangles_of(tool));
  }
  for (std::size_t i = 0; i < tools.size(); ++i) {
    for (std::size_t j = i + 1; j < tools.size(); ++j) {
      const auto match = closest_match(triangles[i], triangles[j], tolerance_mm);
      if (!match) continue;
      return Error{Code::ambiguous,
                   fmt::format("tools '{}' and '{}' could be taken for each other: {}, {}; "
                               "expected a difference over {:.2f} mm in one of them",
                               tools[i].tool, tools[j].tool, describe(tools[i].tool, match->one),
                               describe(tools[j].tool, match->other), tolerance_mm)};
    }
  }
  return Done{};
}

}  // namespace trocar
