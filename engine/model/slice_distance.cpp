#include "engine/model/slice_distance.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace trocar {
namespace {

using Outlines = std::vector<std::vector<Eigen::Vector2d>>;

constexpr double same_point_mm = 0.01;

struct Edge {
  Eigen::Vector2d a, b;
};

// Edges that run over the same two points an even number of times cancel: the channel of a keyhole,
// a border that two outlines share. Points are moved to a fine raster first: so outlines stay
// closed.
std::vector<Edge> edges_of(const Outlines& outlines) {
  const auto rounded = [](double mm) { return std::llround(mm / same_point_mm); };
  using Place = std::pair<long long, long long>;
  const auto at = [](const Place& p) {
    return Eigen::Vector2d(same_point_mm * static_cast<double>(p.first),
                           same_point_mm * static_cast<double>(p.second));
  };
  std::map<std::pair<Place, Place>, std::pair<Edge, int>> seen;
  for (const auto& outline : outlines)
    for (std::size_t i = 0; i < outline.size(); ++i) {
      const Eigen::Vector2d &a = outline[i], &b = outline[(i + 1) % outline.size()];
      Place pa{rounded(a.x()), rounded(a.y())}, pb{rounded(b.x()), rounded(b.y())};
      if (pa == pb) continue;
      if (pb < pa) std::swap(pa, pb);
      auto& [edge, times] = seen.try_emplace({pa, pb}, Edge{at(pa), at(pb)}, 0).first->second;
      ++times;
    }
  std::vector<Edge> edges;
  for (const auto& [places, edge] : seen)
    if (edge.second % 2 == 1) edges.push_back(edge.first);
  return edges;
}

// Lowers `squared` to the squared distance of this edge wherever it comes within reach.
void spread(const PlaneGrid& g, const Edge& e, double reach_mm, std::vector<float>& squared) {
  const Eigen::Vector2d low = e.a.cwiseMin(e.b).array() - reach_mm;
  const Eigen::Vector2d high = e.a.cwiseMax(e.b).array() + reach_mm;
  const auto first = [&](double mm, double from) {
    return std::max(0, static_cast<int>(std::ceil((mm - from) / g.step_mm)));
  };
  const int x_end =
      std::min(g.width, static_cast<int>((high.x() - g.origin_mm.x()) / g.step_mm) + 1);
  const int y_end =
      std::min(g.height, static_cast<int>((high.y() - g.origin_mm.y()) / g.step_mm) + 1);
  const Eigen::Vector2d along = e.b - e.a;
  const double length2 = along.squaredNorm();
  for (int y = first(low.y(), g.origin_mm.y()); y < y_end; ++y)
    for (int x = first(low.x(), g.origin_mm.x()); x < x_end; ++x) {
      const Eigen::Vector2d w = g.at(x, y) - e.a;
      const double t = length2 > 0 ? std::clamp(w.dot(along) / length2, 0.0, 1.0) : 0.0;
      float& best = squared[static_cast<std::size_t>(y) * static_cast<std::size_t>(g.width) +
                            static_cast<std::size_t>(x)];
      best = std::min(best, static_cast<float>((w - t * along).squaredNorm()));
    }
}

// Makes places inside negative: those that an odd number of edges crosses to their left.
void sign_inside(const PlaneGrid& g, const std::vector<Edge>& edges, std::vector<float>& distance) {
  std::vector<std::vector<double>> crossings(static_cast<std::size_t>(g.height));
  for (const Edge& e : edges) {
    const Eigen::Vector2d &low = e.a.y() < e.b.y() ? e.a : e.b,
                          &high = e.a.y() < e.b.y() ? e.b : e.a;
    const int first =
        std::max(0, static_cast<int>(std::floor((low.y() - g.origin_mm.y()) / g.step_mm)));
    for (int y = first; y < g.height && g.at(0, y).y() < high.y(); ++y) {
      const double at = g.at(0, y).y();
      if (at < low.y()) continue;  // half-open: a corner counts once
      const double t = (at - low.y()) / (high.y() - low.y());
      crossings[static_cast<std::size_t>(y)].push_back(low.x() + t * (high.x() - low.x()));
    }
  }
  for (int y = 0; y < g.height; ++y) {
    auto& at = crossings[static_cast<std::size_t>(y)];
    std::sort(at.begin(), at.end());
    std::size_t passed = 0;
    for (int x = 0; x < g.width; ++x) {
      while (passed < at.size() && at[passed] < g.at(x, y).x()) ++passed;
      if (passed % 2 == 1)
        distance[static_cast<std::size_t>(y) * static_cast<std::size_t>(g.width) +
                 static_cast<std::size_t>(x)] *= -1.0F;
    }
  }
}

}  // namespace

std::vector<float> slice_distance(const PlaneGrid& grid, const Outlines& outlines,
                                  double reach_mm) {
  const std::vector<Edge> edges = edges_of(outlines);
  std::vector<float> distance(grid.count(), static_cast<float>(reach_mm * reach_mm));
  for (const Edge& e : edges) spread(grid, e, reach_mm, distance);
  for (float& d : distance) d = std::sqrt(d);
  sign_inside(grid, edges, distance);
  return distance;
}

}  // namespace trocar
