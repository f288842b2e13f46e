#include "engine/registration/ct_search.hpp"

#include <algorithm>
#include <cmath>

namespace trocar {
namespace {

constexpr double lattice_mm = 10;  // what a coarse fit reaches from either side
constexpr double lattice_rad = 20 * M_PI / 180;
constexpr std::size_t coarse_fits = 96, medium_fits = 20, fine_fits = 5;

struct Rated {
  BonePose pose;
  float score = -1;
};

void best_first(std::vector<Rated>& all) {
  std::stable_sort(all.begin(), all.end(),
                   [](const Rated& a, const Rated& b) { return a.score > b.score; });
}

bool alike(const BonePose& a, const BonePose& b, double mm, double rad) {
  if ((a.translation() - b.translation()).norm() > mm) return false;
  return Eigen::Quaterniond(a.linear()).angularDistance(Eigen::Quaterniond(b.linear())) <= rad;
}

// The best of each group of near poses, at most `most`.
void keep_distinct(std::vector<Rated>& all, std::size_t most, double mm, double rad) {
  best_first(all);
  std::vector<Rated> kept;
  for (const Rated& r : all) {
    if (kept.size() == most) break;
    const bool known = std::any_of(kept.begin(), kept.end(),
                                   [&](const Rated& k) { return alike(k.pose, r.pose, mm, rad); });
    if (!known) kept.push_back(r);
  }
  all = std::move(kept);
}

std::vector<Eigen::Matrix3d> turns(double range_rad) {
  std::vector<Eigen::Matrix3d> out{Eigen::Matrix3d::Identity()};
  if (range_rad <= 0.5 * lattice_rad) return out;
  const double angle = std::min(lattice_rad, 0.8 * range_rad);
  for (int k = 0; k < 3; ++k) {
    for (const double sign : {1.0, -1.0}) {
      out.push_back(Eigen::AngleAxisd(sign * angle, Eigen::Vector3d::Unit(k)).toRotationMatrix());
    }
  }
  return out;
}

// Rates the lattice: at each shift the best turn.
std::vector<Rated> rate_lattice(BoneAligner& aligner, const BoneModel& bone, const CtPyramid& scan,
                                const BonePose& start, const SearchRange& range, int& starts) {
  const std::vector<Eigen::Matrix3d> all_turns = turns(range.turn_rad);
  const int reach = static_cast<int>(std::ceil(range.shift_mm / lattice_mm - 0.2));
  const double step = reach > 0 ? range.shift_mm / reach : 0;
  std::vector<Rated> out;
  for (int x = -reach; x <= reach; ++x) {
    for (int y = -reach; y <= reach; ++y) {
      for (int z = -reach; z <= reach; ++z) {
        Rated best{start, -1};
        for (const Eigen::Matrix3d& turn : all_turns) {
          BonePose pose = start;
          pose.linear() = start.linear() * turn;
          pose.translation() += start.linear() * (step * Eigen::Vector3d(x, y, z));
          const float score =
              aligner.correlation(bone.at(CtLevel::coarse), scan.at(CtLevel::coarse), pose);
          if (score > best.score) best = {pose, score};
          ++starts;
        }
        if (best.score > -1) out.push_back(best);
      }
    }
  }
  return out;
}

AlignOptions options_at(CtLevel level) {
  switch (level) {
    case CtLevel::coarse:
      return {10, 0.3, 9.0F};
    case CtLevel::medium:
      return {12, 0.1, 6.0F};
    case CtLevel::fine:
      return {25, 0.004, 4.685F, true};  // Tukey's constant: 95 % efficient for normal noise
  }
  return {};
}

Alignment align_at(BoneAligner& aligner, const BoneModel& bone, const CtPyramid& scan,
                   CtLevel level, const BonePose& start) {
  return aligner.align(bone.at(level), scan.at(level), start, options_at(level));
}

// Enough steps to compare places; only the one that is kept is fitted to the end.
constexpr AlignOptions to_compare{8, 0.05, 4.685F, true};

Placement placed(BoneAligner& aligner, const BoneModel& bone, const CtPyramid& scan,
                 const BoneSamples& samples, const BonePose& start, const AlignOptions& options) {
  Placement out;
  out.fit = aligner.align(samples, scan.at(CtLevel::fine), start, options);
  out.scores = block_scores(bone.many, scan.at(CtLevel::fine), out.fit.intraop_from_bone);
  out.score = out.scores.mean();
  return out;
}

void fit_all(BoneAligner& aligner, const BoneModel& bone, const CtPyramid& scan, CtLevel level,
             std::vector<Rated>& all, int& iterations) {
  for (Rated& r : all) {
    const Alignment fit = align_at(aligner, bone, scan, level, r.pose);
    r.pose = fit.intraop_from_bone;
    r.score = aligner.correlation(bone.at(level), scan.at(level), r.pose);
    iterations += fit.iterations;
  }
}

std::vector<Placement> distinct(std::vector<Placement> all) {
  std::stable_sort(all.begin(), all.end(),
                   [](const Placement& a, const Placement& b) { return a.score > b.score; });
  std::vector<Placement> kept;
  for (Placement& p : all) {
    const bool known = std::any_of(kept.begin(), kept.end(), [&](const Placement& k) {
      return alike(k.fit.intraop_from_bone, p.fit.intraop_from_bone, 3, 0.1);
    });
    if (!known) kept.push_back(std::move(p));
  }
  return kept;
}

}  // namespace

Placement finish(BoneAligner& aligner, const BoneModel& bone, const CtPyramid& scan,
                 const BonePose& near) {
  return placed(aligner, bone, scan, bone.many, near, options_at(CtLevel::fine));
}

Placement refine(BoneAligner& aligner, const BoneModel& bone, const CtPyramid& scan,
                 const BonePose& start) {
  const Alignment medium = align_at(aligner, bone, scan, CtLevel::medium, start);
  Placement out = finish(aligner, bone, scan, medium.intraop_from_bone);
  out.fit.iterations += medium.iterations;
  return out;
}

Placement refine_best(BoneAligner& aligner, const BoneModel& bone, const CtPyramid& scan,
                      const std::vector<BonePose>& starts) {
  std::vector<Rated> all;
  all.reserve(starts.size());
  for (const BonePose& s : starts) all.push_back({s, -1});
  int iterations = 0;
  fit_all(aligner, bone, scan, CtLevel::medium, all, iterations);
  best_first(all);
  return placed(aligner, bone, scan, bone.at(CtLevel::fine), all.front().pose, to_compare);
}

Search search_bone(BoneAligner& aligner, const BoneModel& bone, const CtPyramid& scan,
                   const BonePose& start, const SearchRange& range, const std::stop_token& stop) {
  Search out;
  std::vector<Rated> all = rate_lattice(aligner, bone, scan, start, range, out.starts);
  best_first(all);
  if (all.size() > coarse_fits) all.resize(coarse_fits);
  for (const CtLevel level : {CtLevel::coarse, CtLevel::medium}) {
    out.cancelled = stop.stop_requested();
    if (out.cancelled) return out;
    fit_all(aligner, bone, scan, level, all, out.iterations);
    if (level == CtLevel::coarse) keep_distinct(all, medium_fits, 4, 0.15);
  }
  keep_distinct(all, fine_fits, 2, 0.08);
  std::vector<Placement> placements;
  for (const Rated& r : all) {
    out.cancelled = stop.stop_requested();
    if (out.cancelled) return out;
    placements.push_back(placed(aligner, bone, scan, bone.at(CtLevel::fine), r.pose, to_compare));
    out.iterations += placements.back().fit.iterations;
  }
  out.placements = distinct(std::move(placements));
  return out;
}

}  // namespace trocar
