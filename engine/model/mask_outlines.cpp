#include "engine/model/mask_outlines.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace trocar {
namespace {

// Cells between four pixels, from (-1, -1) to (width - 1, height - 1). A crossing on a cell's side
// is named by the side: twice the doubled coordinates of its middle.
using Side = std::pair<int, int>;

class Tracer {
 public:
  explicit Tracer(const MaskSlice& mask) : mask_(mask) {}

  std::vector<std::vector<Eigen::Vector2d>> run() {
    for (int y = -1; y < mask_.height; ++y)
      for (int x = -1; x < mask_.width; ++x) cross(x, y);
    std::sort(steps_.begin(), steps_.end(),
              [](const Step& a, const Step& b) { return a.from < b.from; });
    std::vector<std::vector<Eigen::Vector2d>> outlines;
    for (Step& first : steps_) {
      if (first.taken) continue;
      outlines.emplace_back();
      for (Step* step = &first; !step->taken; step = &step_from(step->to)) {
        outlines.back().push_back(place(step->from));
        step->taken = true;
      }
    }
    return outlines;
  }

  [[nodiscard]] std::size_t count() const {
    std::size_t sides = 0;
    for (int y = -1; y < mask_.height; ++y)
      for (int x = -1; x < mask_.width; ++x) {
        const bool here = inside(x, y);
        sides += (here != inside(x + 1, y) ? 1U : 0U) + (here != inside(x, y + 1) ? 1U : 0U);
      }
    return sides;
  }

 private:
  struct Step {
    Side from, to;
    bool taken;
  };
  // Outlines are closed: there is one.
  Step& step_from(const Side& side) {
    return *std::lower_bound(steps_.begin(), steps_.end(), side,
                             [](const Step& s, const Side& at) { return s.from < at; });
  }
  [[nodiscard]] double share(int x, int y) const {
    if (x < 0 || y < 0 || x >= mask_.width || y >= mask_.height) return 0.0;
    return mask_.share[static_cast<std::size_t>(y) * static_cast<std::size_t>(mask_.width) +
                       static_cast<std::size_t>(x)];
  }
  [[nodiscard]] bool inside(int x, int y) const { return share(x, y) >= 0.5; }

  // Leads the outline through the cell, inside on the left: from the side where it enters.
  void cross(int x, int y) {
    const Side bottom{2 * x + 1, 2 * y}, right{2 * x + 2, 2 * y + 1}, top{2 * x + 1, 2 * y + 2},
        left{2 * x, 2 * y + 1};
    const std::array<bool, 4> in{inside(x, y), inside(x + 1, y), inside(x + 1, y + 1),
                                 inside(x, y + 1)};
    const std::array<Side, 4> side{bottom, right, top, left};  // side i: corner i to i + 1
    // Counter-clockwise round the cell, the outline leaves where the inside ends and enters where
    // it begins; each entry belongs to the exit after it: the corners between stay apart.
    for (std::size_t i = 0; i < 4; ++i) {
      if (in[i] || !in[(i + 1) % 4]) continue;
      std::size_t k = (i + 1) % 4;
      while (!(in[k] && !in[(k + 1) % 4])) k = (k + 1) % 4;
      steps_.push_back({side[k], side[i], false});
    }
  }

  // Where the share passes one half between the side's two pixels.
  [[nodiscard]] Eigen::Vector2d place(const Side& side) const {
    const bool along_x = side.first % 2 != 0;
    const int x = (side.first - (along_x ? 1 : 0)) / 2, y = (side.second - (along_x ? 0 : 1)) / 2;
    const double a = share(x, y), b = along_x ? share(x + 1, y) : share(x, y + 1);
    const double t = (0.5 - a) / (b - a);
    return along_x ? Eigen::Vector2d(x + t, y) : Eigen::Vector2d(x, y + t);
  }

  const MaskSlice& mask_;
  std::vector<Step> steps_;
};

}  // namespace

std::vector<std::vector<Eigen::Vector2d>> mask_outlines(const MaskSlice& mask) {
  return Tracer(mask).run();
}

std::size_t count_outline_points(const MaskSlice& mask) { return Tracer(mask).count(); }

}  // namespace trocar
