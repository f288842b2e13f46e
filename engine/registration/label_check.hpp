#pragma once
#include <Eigen/Core>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace trocar {

// Another way to match the same points.
struct Labelling {
  std::vector<std::size_t> to_index;  // from[i] belongs to to[to_index[i]]
  double fre_mm;                      // RMS of its best rigid fit (proper rotation)
};

// What a search for other labellings found.
struct LabelSearch {
  // The best labelling other than the given one with FRE below the limit; none when there is none.
  std::optional<Labelling> best;
  bool complete = false;  // false: the search ran out of budget and there may be a better one
};

// Best labelling of `from` on `to`, other than the identity, with FRE <= max_fre_mm. Exhaustive up
// to lossless pruning by pairwise distances: for centred sets sum over pairs of
// (|from_i - from_j| - |to_i - to_j|)^2 <= N^2 FRE^2, so a partial labelling beyond that bound
// cannot be completed. Equal sizes, finite.
LabelSearch search_labellings(std::span<const Eigen::Vector3d> from,
                              std::span<const Eigen::Vector3d> to, double max_fre_mm);

}  // namespace trocar
