#include "engine/registration/bright_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>

namespace trocar {
namespace {

constexpr std::size_t max_runs = 1'000'000;
constexpr int block = 64;  // voxels asked at once whether any is bright: few are

struct Run {  // bright voxels begin..end-1 of one row
  int begin, end;
  std::uint32_t part;
};

// Calls found(begin, end) for each run of a row.
template <class Found>
void for_each_run(std::span<const std::int16_t> row, int threshold_hu, const Found& found) {
  const int size = static_cast<int>(row.size());
  int begin = -1;
  for (int first = 0; first < size; first += block) {
    const int last = std::min(first + block, size);
    std::int16_t most = std::numeric_limits<std::int16_t>::min();
    for (int x = first; x < last; ++x) most = std::max(most, row[static_cast<std::size_t>(x)]);
    if (most <= threshold_hu) {
      if (begin >= 0) found(begin, first);
      begin = -1;
      continue;
    }
    for (int x = first; x < last; ++x) {
      const bool bright = row[static_cast<std::size_t>(x)] > threshold_hu;
      if (bright && begin < 0) begin = x;
      if (bright || begin < 0) continue;
      found(begin, x);
      begin = -1;
    }
  }
  if (begin >= 0) found(begin, size);
}

// Runs of one slice, row after row.
struct SliceRuns {
  std::vector<Run> runs;
  std::vector<std::size_t> row_start;  // rows + 1

  [[nodiscard]] std::span<const Run> row(int y) const {
    const auto i = static_cast<std::size_t>(y);
    if (i + 1 >= row_start.size()) return {};
    return std::span(runs).subspan(row_start[i], row_start[i + 1] - row_start[i]);
  }
};

class Labelling {
 public:
  explicit Labelling(const CtVolume& volume, int threshold_hu)
      : volume_(volume), threshold_hu_(threshold_hu) {}

  Status run() {
    SliceRuns before;
    for (int z = 0; z < volume_.geometry.size[2]; ++z) {
      SliceRuns here;
      for (int y = 0; y < volume_.geometry.size[1]; ++y) add_row(y, z, here, before);
      here.row_start.push_back(here.runs.size());
      before = std::move(here);
      if (parts_.size() > max_runs)
        return Error{Code::out_of_range,
                     fmt::format("expected few voxels over {} HU, found more than {} rows of them: "
                                 "noise over the threshold?",
                                 threshold_hu_, max_runs)};
    }
    return Done{};
  }

  [[nodiscard]] std::vector<BrightPart> parts() {
    for (std::uint32_t i = 0; i < parts_.size(); ++i)
      if (root(i) != i) join(parts_[root(i)], parts_[i]);
    std::vector<BrightPart> out;
    for (std::uint32_t i = 0; i < parts_.size(); ++i)
      if (root(i) == i) out.push_back(parts_[i]);
    return out;
  }

 private:
  void add_row(int y, int z, SliceRuns& here, const SliceRuns& before) {
    here.row_start.push_back(here.runs.size());
    const auto width = static_cast<std::size_t>(volume_.geometry.size[0]);
    const std::span row(
        volume_.hounsfield.data() + CtVolume::voxel_offset(volume_.geometry, 0, y, z), width);
    for_each_run(row, threshold_hu_, [&](int begin, int end) {
      const auto part = static_cast<std::uint32_t>(parts_.size());
      const double n = end - begin;
      parts_.push_back({static_cast<std::size_t>(end - begin),
                        {begin, y, z},
                        {end - 1, y, z},
                        n * Eigen::Vector3d(0.5 * (begin + end - 1), y, z)});
      parent_.push_back(part);
      here.runs.push_back({begin, end, part});
    });
    const std::span<const Run> added =
        std::span<const Run>(here.runs).subspan(here.row_start.back());
    if (y > 0) touch(added, here.row(y - 1));
    touch(added, before.row(y));
  }

  void touch(std::span<const Run> a, std::span<const Run> b) {
    for (std::size_t i = 0, k = 0; i < a.size() && k < b.size();) {
      if (a[i].begin < b[k].end && b[k].begin < a[i].end) unite(a[i].part, b[k].part);
      (a[i].end < b[k].end ? i : k) += 1;
    }
  }

  std::uint32_t root(std::uint32_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  // The earlier one stays: the order of parts is that of their first voxels.
  void unite(std::uint32_t a, std::uint32_t b) {
    a = root(a);
    b = root(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }
  static void join(BrightPart& to, const BrightPart& from) {
    to.voxels += from.voxels;
    to.index_sum += from.index_sum;
    for (std::size_t k = 0; k < 3; ++k) {
      to.low[k] = std::min(to.low[k], from.low[k]);
      to.high[k] = std::max(to.high[k], from.high[k]);
    }
  }

  const CtVolume& volume_;
  int threshold_hu_;
  std::vector<BrightPart> parts_;  // one per run, joined at the end
  std::vector<std::uint32_t> parent_;
};

}  // namespace

Result<std::vector<BrightPart>> find_bright_parts(const CtVolume& volume, int threshold_hu) {
  Labelling labelling(volume, threshold_hu);
  const Status done = labelling.run();
  if (!done) return done.error();
  return labelling.parts();
}

}  // namespace trocar
