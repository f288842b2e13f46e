#include "engine/registration/fiducial_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/registration/rigid_fit.hpp"

namespace trocar::fiducial_search {
namespace {

using Points = std::span<const Eigen::Vector3d>;

constexpr double wide = 2.5;    // tolerances at which a pose of three points gathers others
constexpr double pair = 2.0;    // tolerances that a distance of two found points may be off
constexpr double sliver = 4.0;  // a triangle's height in tolerances: flatter ones give no pose
constexpr int refinements = 4;

struct FoundPair {
  double mm;
  int a, b;
};

// Both orders of each pair, by distance.
std::vector<FoundPair> pairs_of(Points found) {
  std::vector<FoundPair> out;
  for (int a = 0; a < static_cast<int>(found.size()); ++a)
    for (int b = 0; b < static_cast<int>(found.size()); ++b)
      if (a != b)
        out.push_back(
            {(found[static_cast<std::size_t>(a)] - found[static_cast<std::size_t>(b)]).norm(), a,
             b});
  std::stable_sort(out.begin(), out.end(),
                   [](const FoundPair& l, const FoundPair& r) { return l.mm < r.mm; });
  return out;
}

double height_mm(const Eigen::Vector3d& a, const Eigen::Vector3d& b, const Eigen::Vector3d& c) {
  const double longest = std::max({(a - b).norm(), (b - c).norm(), (c - a).norm()});
  return longest > 0 ? (b - a).cross(c - a).norm() / longest : 0.0;
}

class Search {
 public:
  Search(Points known, Points found, double tolerance_mm)
      : known_(known), found_(found), tolerance_mm_(tolerance_mm), pairs_(pairs_of(found)) {}

  Candidates run() {
    const int n = static_cast<int>(known_.size());
    for (int i = 0; i < n; ++i)
      for (int j = i + 1; j < n; ++j)
        for (int k = j + 1; k < n; ++k)
          if (height_mm(at(i), at(j), at(k)) > sliver * tolerance_mm_) try_triangle({i, j, k});
    std::stable_sort(out_.all.begin(), out_.all.end(), [](const Candidate& l, const Candidate& r) {
      return l.matched != r.matched ? l.matched > r.matched : l.rms_mm < r.rms_mm;
    });
    return std::move(out_);
  }

 private:
  [[nodiscard]] const Eigen::Vector3d& at(int known) const {
    return known_[static_cast<std::size_t>(known)];
  }
  [[nodiscard]] const Eigen::Vector3d& found(int index) const {
    return found_[static_cast<std::size_t>(index)];
  }

  void try_triangle(const std::array<int, 3>& of) {
    const double off = pair * tolerance_mm_;
    const double ij = (at(of[0]) - at(of[1])).norm(), ik = (at(of[0]) - at(of[2])).norm(),
                 jk = (at(of[1]) - at(of[2])).norm();
    auto p = std::lower_bound(pairs_.begin(), pairs_.end(), ij - off,
                              [](const FoundPair& l, double mm) { return l.mm < mm; });
    for (; p != pairs_.end() && p->mm <= ij + off; ++p)
      for (int c = 0; c < static_cast<int>(found_.size()); ++c) {
        if (c == p->a || c == p->b) continue;
        if (std::abs((found(p->a) - found(c)).norm() - ik) > off) continue;
        if (std::abs((found(p->b) - found(c)).norm() - jk) > off) continue;
        try_pose(of, {p->a, p->b, c});
      }
  }

  void try_pose(const std::array<int, 3>& of, const std::array<int, 3>& to) {
    out_.best_matched = std::max<std::size_t>(out_.best_matched, 3);
    for (const Candidate& c : out_.all) {
      bool holds = true;
      for (std::size_t i = 0; i < 3; ++i)
        holds = holds && c.partner[static_cast<std::size_t>(of[i])] == to[i];
      if (holds) return;
    }
    std::vector<int> partner(known_.size(), -1);
    for (std::size_t i = 0; i < 3; ++i) partner[static_cast<std::size_t>(of[i])] = to[i];
    refine(std::move(partner));
  }

  void refine(std::vector<int> partner) {
    Candidate c{Eigen::Isometry3d::Identity(), std::move(partner)};
    for (int i = 0; i < refinements; ++i) {
      fit(c);
      std::vector<int> next = assign(c.known_from_found, (i == 0 ? wide : 1.0) * tolerance_mm_);
      if (std::count(next.begin(), next.end(), -1) + 3 > static_cast<std::ptrdiff_t>(next.size()))
        return;  // fewer than three
      const bool same = next == c.partner;
      c.partner = std::move(next);
      if (same && i > 0) break;
    }
    fit(c);
    c.matched = known_.size() -
                static_cast<std::size_t>(std::count(c.partner.begin(), c.partner.end(), -1));
    out_.best_matched = std::max(out_.best_matched, c.matched);
    const bool new_pairing =
        std::none_of(out_.all.begin(), out_.all.end(),
                     [&](const Candidate& other) { return other.partner == c.partner; });
    if (c.matched >= 4 && new_pairing) out_.all.push_back(std::move(c));
  }

  void fit(Candidate& c) const {
    std::vector<Eigen::Vector3d> from, to;
    for (std::size_t i = 0; i < known_.size(); ++i) {
      if (c.partner[i] < 0) continue;
      from.push_back(found(c.partner[i]));
      to.push_back(known_[i]);
    }
    const std::vector<double> equal(from.size(), 1.0);
    c.known_from_found = detail::best_rigid(from, to, equal);
    double squares = 0;
    for (std::size_t i = 0; i < from.size(); ++i)
      squares += (to[i] - c.known_from_found * from[i]).squaredNorm();
    c.rms_mm = std::sqrt(squares / static_cast<double>(from.size()));
  }

  // Each known point with its nearest found one, if within reach and nobody is nearer to that.
  [[nodiscard]] std::vector<int> assign(const Eigen::Isometry3d& known_from_found,
                                        double reach_mm) const {
    std::vector<int> partner(known_.size(), -1);
    std::vector<double> nearest(known_.size(), reach_mm);
    for (std::size_t f = 0; f < found_.size(); ++f) {
      const Eigen::Vector3d p = known_from_found * found_[f];
      std::size_t best = known_.size();
      double best_mm = reach_mm;
      for (std::size_t i = 0; i < known_.size(); ++i) {
        const double mm = (known_[i] - p).norm();
        if (mm <= best_mm) best = i, best_mm = mm;
      }
      if (best == known_.size() || (partner[best] >= 0 && nearest[best] <= best_mm)) continue;
      partner[best] = static_cast<int>(f);
      nearest[best] = best_mm;
    }
    return partner;
  }

  Points known_, found_;
  double tolerance_mm_;
  std::vector<FoundPair> pairs_;
  Candidates out_;
};

}  // namespace

Candidates search(Points known, Points found, double tolerance_mm, bool mirrored) {
  std::vector<Eigen::Vector3d> points(known.begin(), known.end());
  if (mirrored)
    for (Eigen::Vector3d& p : points) p.x() = -p.x();
  return Search(points, found, tolerance_mm).run();
}

double apart_mm(const Candidate& a, const Candidate& b, Points known) {
  double most = 0;
  for (const Eigen::Vector3d& p : known)
    most = std::max(most,
                    (a.known_from_found.inverse() * p - b.known_from_found.inverse() * p).norm());
  return most;
}

const Candidate* rival_of(const Candidate& best, const Candidates& among, Points known,
                          double tolerance_mm) {
  for (const Candidate& c : among.all)
    if (apart_mm(best, c, known) > 2.0 * tolerance_mm) return &c;
  return nullptr;
}

}  // namespace trocar::fiducial_search
