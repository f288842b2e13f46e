#include "engine/runtime/vertebra_team.hpp"

#include <algorithm>
#include <optional>
#include <thread>

#include "engine/base/background.hpp"
#include "engine/registration/ct_together.hpp"

namespace trocar {

VertebraTeam::VertebraTeam(const std::shared_ptr<const CtVolume>& preop,
                           const std::shared_ptr<const LabelVolume>& labels, const CtLimits& limits,
                           int threads)
    : limits_(limits) {
  for (int k = 0; k < std::max(threads, 1); ++k) members_.emplace_back(preop, labels, limits);
}

Result<std::vector<CtRegistration>> VertebraTeam::register_vertebrae(
    std::span<const int> labels, const CtPyramid& intraop, const Transform<Preop, Intraop>& start,
    const std::stop_token& stop, CtSpine& spine) {
  std::vector<std::optional<Result<CtRegistration>>> found(labels.size());
  // Always the same vertebrae to a member: it has made their models at the rehearsal.
  const auto share = [&](std::size_t member) {
    for (std::size_t k = member; k < labels.size(); k += members_.size())
      found[k].emplace(members_[member].register_vertebra(labels[k], intraop, start, stop));
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t member = 1; member < members_.size(); ++member) {
      others.emplace_back([&share, member] {
        work_in_background();
        share(member);
      });
    }
    share(0);
  }
  std::vector<CtRegistration> out;
  for (auto& one : found) {
    if (!*one) return one->error();
    out.push_back(std::move(one->value()));
  }
  check_together(out, spine, limits_);
  return out;
}

}  // namespace trocar
