#pragma once
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "engine/registration/ct_verdict.hpp"

namespace trocar {

// Hears after each vertebra how many are done, of how many.
using CtProgress = std::function<void(std::size_t done, std::size_t of)>;

// Registers vertebrae of an intraoperative CT to the preoperative one, each on its own. The scan is
// typed by who reads it: both volumes carry LPS, the second in its own frame of reference. The same
// input gives the same bits. plain: one thread; the pyramid may be shared. Decisions 0060 to 0062.
class CtRegistrar {
 public:
  CtRegistrar(std::shared_ptr<const CtVolume> preop, std::shared_ptr<const LabelVolume> labels,
              const CtLimits& limits);

  // Starts within limits of the truth. An error only for what cannot be tried: unknown label, a
  // label without bone. Everything else is a result, refused or not.
  Result<CtRegistration> register_vertebra(int label, const CtPyramid& intraop,
                                           const Transform<Preop, Intraop>& start,
                                           const std::stop_token& stop);
  // All of them from one start, then the check that neighbours fit together.
  Result<std::vector<CtRegistration>> register_vertebrae(std::span<const int> labels,
                                                         const CtPyramid& intraop,
                                                         const Transform<Preop, Intraop>& start,
                                                         const std::stop_token& stop,
                                                         const CtProgress& progress);
  // From a pose within a few millimetres: no search and no test of the level, which the caller must
  // have had confirmed. For scans of the same position.
  Result<CtRegistration> refine_vertebra(int label, const CtPyramid& intraop,
                                         const Transform<Preop, Intraop>& start);

 private:
  struct Case;
  [[nodiscard]] CtRegistration judged(const Case& c) const;

  CtSpine spine_;
  CtLimits limits_;
  BoneAligner aligner_;
};

}  // namespace trocar
