#pragma once
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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
  mirrored,       // the scan shows the bone's mirror image: left and right exchanged (H8)
  spine_folds,    // neighbouring results do not fit together
};
std::string_view to_string(CtRefusal refusal);

// Limits of a registration. Decision 0060 says where each comes from.
struct CtLimits {
  // The start may be off by this along each of its axes, and about each. Searched so far; what is
  // found up to 1.5 times as far off, 2 times as far turned, is not yet outside_range.
  double shift_mm = 30;
  double turn_rad = 25 * M_PI / 180;
  double least_overlap = 0.6;  // share of the bone's samples that the scan shows
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
  double score = 0;                      // mean correlation of the bone's blocks
  std::optional<Rival> other_level{};    // on this bone
  std::optional<Rival> other_place{};    // of this level
  std::optional<Margin> mirror_image{};  // how far the bone's own mirror image is beaten
  double overlap = 0;
  int starts = 0;
  int iterations = 0;
  std::optional<CtRefusal> refused{};  // nothing: accepted
  std::string reason{};                // of the refusal: one line for a person

  // The smaller of the two margins; nothing when there was no rival to measure against.
  [[nodiscard]] std::optional<Margin> margin() const;
};

// Whether an explanation beats a rival by what the limits ask for.
bool well_beaten(const Margin& margin, const CtLimits& limits);

struct CtVerdict {
  CtRefusal refusal;
  std::string reason;  // one line for a person
};
// Why this result, found from `start` where the scan shows the bone as `fit` says, must be refused;
// nothing: it may be used. Geometry first: what a level or a score says of a bone that is hardly in
// the scan is worth nothing.
std::optional<CtVerdict> verdict_on(const CtRegistration& result, const Alignment& fit,
                                    const CtPyramid& scan, const BonePose& start,
                                    const CtLimits& limits);

}  // namespace trocar
