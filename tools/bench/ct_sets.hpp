#pragma once
#include <Eigen/Geometry>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/ct_volume.hpp"

// Intraoperative scans made from a preoperative one, with the truth that scores a registration.
// Nothing here is known to the code under test: another interpolation, other blur, other noise.
namespace trocar::bench {

struct CtSource {
  std::string name;
  std::shared_ptr<const CtVolume> preop;  // as the planner gets it: thick slices, noise
  std::shared_ptr<const LabelVolume> labels;
  std::shared_ptr<const CtVolume> scan;  // what the operating room's scan is made from
  std::vector<int> vertebrae;            // labels to register, cranial to caudal
};

// The phantom of this seed: intraoperative scans from 1 mm slices, preop averaged to 2 mm.
CtSource phantom_source(std::uint64_t seed);
// The thorax CT of the folder; nothing where it is not there.
std::vector<CtSource> real_sources(const std::string& folder);

inline constexpr double level_mm = 24;  // from a thoracic vertebra to the next, roughly

struct CtSet {
  std::string_view name;
  double start_mm, start_deg;  // per axis, evenly within +-
  bool operated;               // two screws, streaks, laminectomy, double noise
  // The field's centre lies so many levels off the target, and the start says that the vertebra
  // found there is the target: only a refusal is right.
  double absent_levels = 0;
  bool mirrored = false;  // the scan's rows run the wrong way under their header (H8)

  [[nodiscard]] bool only_refusal_is_right() const { return absent_levels != 0 || mirrored; }
};
inline constexpr CtSet ct_sets[] = {{"A", 10, 10, false},   {"B", 18, 18, false},
                                    {"C", 30, 25, false},   {"D", 10, 10, true},
                                    {"E", 10, 10, true, 4}, {"M", 10, 10, false, 0, true}};

struct ScanMake {
  std::uint64_t seed = 1;
  int target = 0;
  bool operated = false;
  double height_mm = 115;
  double spacing_mm = 0.6;
  double slice_mm = 0.6;    // from slice to slice
  double field_mm = 125;    // diameter of the circular field
  double shift_levels = 0;  // moves the field's centre along the spine: a target left out of it
};

struct CtScan {
  std::shared_ptr<const CtVolume> intraop;
  int target;
  Eigen::Vector3d centre_mm;               // of the target, preop
  std::vector<Eigen::Vector3d> points_mm;  // 20 of the target's voxels, preop
  Eigen::Isometry3d intraop_from_preop;    // truth for the target
};

CtScan make_scan(const CtSource& source, const ScanMake& make);
// The same scan with the voxels of each row in reverse order.
CtScan mirrored(const CtScan& scan);

// preop_from_intraop off by draws within the set's range, turned about the target.
Eigen::Isometry3d draw_start(const CtScan& scan, const CtSet& set, std::uint64_t seed);

// Largest and mean distance of the target's points between estimate and truth, mm.
struct Tre {
  double max_mm, mean_mm;
};
Tre tre_of(const CtScan& scan, const Eigen::Isometry3d& preop_from_intraop);

}  // namespace trocar::bench
