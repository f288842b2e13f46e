#include "tools/pictures/strokes.hpp"

#include <algorithm>
#include <cmath>

namespace trocar {
namespace {

using Eigen::Vector2d;

double distance_to(const Vector2d& p, const Vector2d& a, const Vector2d& b) {
  const Vector2d along = b - a;
  const double length2 = along.squaredNorm();
  const double t = length2 > 0 ? std::clamp((p - a).dot(along) / length2, 0.0, 1.0) : 0.0;
  return (p - a - t * along).norm();
}

// How much of each pixel a pen has covered: a pixel near two pieces of a line is painted once.
class Cover {
 public:
  Cover(int width, int height)
      : width_(width),
        height_(height),
        share_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {}

  void add(const Vector2d& a, const Vector2d& b, double width_px) {
    const double reach = 0.5 * width_px + 0.5;
    const auto first = [&](double v) { return std::max(0, static_cast<int>(v - reach)); };
    const auto last = [&](double v, int end) {
      return std::min(end - 1, static_cast<int>(std::ceil(v + reach)));
    };
    const Vector2d low = a.cwiseMin(b), high = a.cwiseMax(b);
    for (int y = first(low.y()); y <= last(high.y(), height_); ++y)
      for (int x = first(low.x()); x <= last(high.x(), width_); ++x) {
        const double covered = std::clamp(reach - distance_to(Vector2d(x, y), a, b), 0.0, 1.0);
        float& share = at(x, y);
        share = std::max(share, static_cast<float>(std::min(covered, width_px)));
      }
  }
  float& at(int x, int y) {
    return share_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                  static_cast<std::size_t>(x)];
  }

 private:
  int width_, height_;
  std::vector<float> share_;
};

}  // namespace

void blend(Rgb& into, Rgb colour, double share) {
  for (std::size_t c = 0; c < 3; ++c)
    into[c] = static_cast<std::uint8_t>(std::lround((1 - share) * into[c] + share * colour[c]));
}

void draw_outlines(Picture& upon, const std::vector<Outline>& outlines, const Pen& pen) {
  Cover cover(upon.width, upon.height);
  for (const Outline& line : outlines)
    for (std::size_t i = 0; i < line.size(); ++i)
      cover.add(line[i], line[(i + 1) % line.size()], pen.width_px);
  for (int y = 0; y < upon.height; ++y)
    for (int x = 0; x < upon.width; ++x)
      if (const float share = cover.at(x, y); share > 0)
        blend(upon.at(x, y), pen.colour, pen.opacity * static_cast<double>(share));
}

void fill(Picture& upon, int left, int top, int width, int height, Rgb colour) {
  for (int y = top; y < top + height; ++y)
    for (int x = left; x < left + width; ++x)
      if (upon.holds(x, y)) upon.at(x, y) = colour;
}

}  // namespace trocar
