#pragma once
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "engine/data/pose_covariance.hpp"
#include "engine/registration/ct_level.hpp"

namespace trocar {

// Why a registration must not be used without a person. Each one asks a different question.
enum class CtRefusal : std::uint8_t {
  cancelled,
  no_bone,  // nothing near the start looks like this bone
  not_converged,
  out_of_field,   // the bone's centre lies outside what the scan shows
  low_overlap,    // too little of the bone is in the scan
  outside_range,  // the best fit lies further from the start than the start was said to be off
  poor_match,     // what lies there does not look like this bone
  wrong_level,    // another level explains this bone better
  ambiguous,      // another level, or this level elsewhere, explains the scan about as well
  unconfirmed,    // no neighbouring level in the label map to compare with
  spine_folds,    // neighbouring results do not fit together
};
std::string_view to_string(CtRefusal refusal);

// Limits of a registration. Decision 0060 says where each comes from.
struct CtLimits {
  double shift_mm = 30;               // the start may be off by this along each axis,
  double turn_rad = 25 * M_PI / 180;  // and about each
  double least_overlap = 0.6;         // share of the bone's samples that the scan shows
  double least_score = 0.25;
  double least_margin = 0.05;              // of the score, over every rival
  double least_sigmas = 2.0;               // the same, in standard errors
  double most_bend_rad = 16 * M_PI / 180;  // between neighbouring vertebrae, against the preop CT
  double most_slip_mm = 7;                 // of the disc's middle, as its two vertebrae place it
};

// Where one vertebra lies, and whether one may rely on it.
struct CtRegistration {
  int label = 0;
  Transform<Preop, Intraop> preop_from_intraop;
  PoseCovariance<Preop> covariance{};
  double score = 0;                    // mean correlation of the bone's blocks
  std::optional<Rival> other_level{};  // on this bone
  std::optional<Rival> other_place{};  // of this level
  double overlap = 0;
  int starts = 0;
  int iterations = 0;
  std::optional<CtRefusal> refused{};  // nothing: accepted
  std::string reason{};                // of the refusal: one line for a person

  // The smaller of the two margins; nothing when there was no rival to measure against.
  [[nodiscard]] std::optional<Margin> margin() const;
};

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

// A spine does not fold: of each two neighbouring levels accepted, bend and slip against the
// preoperative CT stay within limits; else both are refused.
void check_continuity(std::span<CtRegistration> results, CtSpine& spine, const CtLimits& limits);

}  // namespace trocar
