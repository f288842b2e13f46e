#pragma once
#include <Eigen/Geometry>
#include <span>
#include <vector>

// Which found point is which known one, when neither order nor completeness can be trusted. On
// plain vectors in mm; fiducial_matching puts the frames on.
namespace trocar::fiducial_search {

// A pose under which several known points lie on found ones.
struct Candidate {
  Eigen::Isometry3d known_from_found;
  std::vector<int> partner;  // per known point: index of the found one, or -1
  std::size_t matched = 0;
  double rms_mm = 0;  // over the matched
};

struct Candidates {
  std::vector<Candidate> all;    // four or more matched, each pairing once, best first
  std::size_t best_matched = 0;  // three too: what a refusal can report
};

// All of them: congruent triangles give poses, each pose is refined on the points it matches within
// `tolerance_mm`, one to one. Exhaustive over triangles of known points, so that missing and
// spurious points cost nothing but time; at most 16 known and 64 found ones, a few ms. `mirrored`:
// of the known points with x negated, as a scan with left and right exchanged would show them.
// The same input gives the same output.
Candidates search(std::span<const Eigen::Vector3d> known, std::span<const Eigen::Vector3d> found,
                  double tolerance_mm, bool mirrored);

// How far two poses carry the known points apart, mm: the largest.
double apart_mm(const Candidate& a, const Candidate& b, std::span<const Eigen::Vector3d> known);

// The first candidate that is another pose than `best` (by more than two tolerances), or null.
const Candidate* rival_of(const Candidate& best, const Candidates& among,
                          std::span<const Eigen::Vector3d> known, double tolerance_mm);

}  // namespace trocar::fiducial_search
