#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "tools/phantom/bend.hpp"
#include "tools/phantom/volume.hpp"

namespace trocar::phantom {

// Spheres of a plate that is fixed to the reference: what an intraoperative scan shows of it.
struct SpherePlate {
  std::string id;
  double sphere_diameter_mm = 5.0;
  std::vector<Vec> centers_mm;  // in the reference's own axes
};
// Seven spheres over the skin, no two distances alike; the same that
// configs/reference_phantom.toml describes.
SpherePlate demo_plate();

// Preop to the reference's own axes, as the simulated operation has it before the spine bends.
Eigen::Isometry3d reference_from_preop(const Patient& patient);

struct IntraopOptions {
  double in_plane_mm = 0.8;
  double slice_mm = 1.0;
  double flexion_deg_per_disc = 1.5;
  double side_bend_deg_per_disc = 0.5;
  bool plate = true;
  bool dicom = true;
};

// The same patient on the table, the reference clamped to the level below the lesion.
class IntraopScene {
 public:
  IntraopScene(const Patient& patient, const IntraopOptions& options);
  [[nodiscard]] const Bend& bend() const { return bend_; }
  [[nodiscard]] std::size_t reference_level() const { return posture_.still_level; }
  // The plate's spheres in intraop (LPS of this scan, mm).
  [[nodiscard]] const std::vector<Vec>& spheres_mm() const { return spheres_mm_; }
  [[nodiscard]] const Eigen::Isometry3d& reference_from_intraop() const {
    return reference_from_intraop_;
  }
  // Where the needle of the demonstration is held: on the way in, 20 mm before its target, as the
  // lesion's vertebra knew it before it bent,
  [[nodiscard]] Vec held_tip_in_preop() const;
  // and where that truly is, in preop of the reference's level: what a registration by touch sees.
  [[nodiscard]] Vec held_tip_in_patient() const;
  [[nodiscard]] Grid grid() const;
  // Of all of it, or of a part.
  [[nodiscard]] Volume<std::int16_t> scan() const { return scan(grid()); }
  [[nodiscard]] Volume<std::int16_t> scan(const Grid& grid) const;

 private:
  const Patient& patient_;
  IntraopOptions options_;
  Posture posture_;
  Bend bend_;
  Eigen::Isometry3d reference_from_intraop_;
  std::vector<Vec> spheres_mm_;
};

// Writes the scan of `scene` into `folder` (made when absent; files of the same name replaced):
//   ct/*.dcm ct.nrrd reference_phantom.toml truth.toml
// truth.toml comes last: the pose of each vertebra and of the plate. The same patient, another
// study and frame of reference. Errors: io.
Status write_intraop(const Patient& patient, std::uint64_t seed, const IntraopOptions& options,
                     const std::filesystem::path& folder,
                     const std::function<void(const std::string&)>& progress);

}  // namespace trocar::phantom
