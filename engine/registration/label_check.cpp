#include "engine/registration/label_check.hpp"

#include <cassert>
#include <cmath>

#include "engine/registration/rigid_fit.hpp"

namespace trocar {
namespace {

// 8 points cost at most 110,000 steps without any pruning; more points only meet this budget when
// they are highly symmetric, and then an answer has been found long before.
constexpr std::size_t step_budget = 2'000'000;

class Search {
 public:
  Search(std::span<const Eigen::Vector3d> from, std::span<const Eigen::Vector3d> to,
         double max_fre_mm)
      : from_(from),
        to_(to),
        weights_(from.size(), 1.0),
        matched_(to.begin(), to.end()),
        used_(to.size(), false),
        limit_fre_mm_(max_fre_mm) {}

  LabelSearch run() {
    descend(0.0);
    return {best_, steps_ < step_budget};
  }

 private:
  [[nodiscard]] double limit() const {
    const double scaled = static_cast<double>(from_.size()) * limit_fre_mm_;
    return scaled * scaled;
  }

  // What giving label `candidate` to the next point adds to the sum over pairs.
  [[nodiscard]] double added(std::size_t candidate) const {
    const std::size_t next = chosen_.size();
    double sum = 0;
    for (std::size_t i = 0; i < next; ++i) {
      const double d = (from_[next] - from_[i]).norm() - (to_[candidate] - to_[chosen_[i]]).norm();
      sum += d * d;
    }
    return sum;
  }

  void descend(double spent) {
    if (steps_ >= step_budget) return;
    ++steps_;
    if (chosen_.size() == from_.size()) {
      consider();
      return;
    }
    for (std::size_t candidate = 0; candidate < to_.size(); ++candidate) {
      if (used_[candidate]) continue;
      const double sum = spent + added(candidate);
      if (sum > limit()) continue;
      used_[candidate] = true;
      chosen_.push_back(candidate);
      descend(sum);
      chosen_.pop_back();
      used_[candidate] = false;
    }
  }

  void consider() {
    bool given = true;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      matched_[i] = to_[chosen_[i]];
      given = given && chosen_[i] == i;
    }
    if (given) return;
    const Eigen::Isometry3d fit = detail::best_rigid(from_, matched_, weights_);
    double squares = 0;
    for (std::size_t i = 0; i < from_.size(); ++i) {
      squares += (matched_[i] - fit * from_[i]).squaredNorm();
    }
    const double fre_mm = std::sqrt(squares / static_cast<double>(from_.size()));
    if (fre_mm > limit_fre_mm_) return;
    best_ = Labelling{chosen_, fre_mm};
    limit_fre_mm_ = fre_mm;  // only a better one is of interest from here on
  }

  std::span<const Eigen::Vector3d> from_;
  std::span<const Eigen::Vector3d> to_;
  std::vector<double> weights_;
  std::vector<Eigen::Vector3d> matched_;
  std::vector<bool> used_;
  std::vector<std::size_t> chosen_;
  std::optional<Labelling> best_;
  double limit_fre_mm_;
  std::size_t steps_ = 0;
};

}  // namespace

LabelSearch search_labellings(std::span<const Eigen::Vector3d> from,
                              std::span<const Eigen::Vector3d> to, double max_fre_mm) {
  assert(from.size() == to.size());
  return Search(from, to, max_fre_mm).run();
}

}  // namespace trocar
