#pragma once
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "engine/registration/ct_registration.hpp"

namespace trocar {

// Registers the vertebrae of a scan on several threads. Each has a registrar of its own, so what
// comes out is the same whatever their number. plain: one thread calls, and waits for the others,
// which work in the background.
class VertebraTeam {
 public:
  VertebraTeam(const std::shared_ptr<const CtVolume>& preop,
               const std::shared_ptr<const LabelVolume>& labels, const CtLimits& limits,
               int threads);

  // As CtRegistrar::register_vertebrae, which does the same alone. Of several errors that of the
  // first label. `spine`: of the same scans, for the check that neighbours fit together.
  Result<std::vector<CtRegistration>> register_vertebrae(std::span<const int> labels,
                                                         const CtPyramid& intraop,
                                                         const Transform<Preop, Intraop>& start,
                                                         const std::stop_token& stop,
                                                         CtSpine& spine);

 private:
  std::vector<CtRegistrar> members_;
  CtLimits limits_;
};

}  // namespace trocar
