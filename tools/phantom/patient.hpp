#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tools/phantom/spine.hpp"

namespace trocar::phantom {

struct Bead {  // a ball that the CT shows
  std::string label;
  Vec center_mm;
  double radius_mm;
};

// The straight way through a pedicle into the lesion.
struct PedicleWay {
  Vec skin_mm;    // where a needle on this way passes the skin
  Vec entry_mm;   // on the bone's back surface
  Vec target_mm;  // in the lesion
};

// One patient as signed fields in preop (LPS, mm), negative inside. CT, label map and meshes are
// made from the same fields and so agree. plain, const: callable from any thread.
class Patient {
 public:
  // `lesion_level`: 1..5 for L1..L5.
  Patient(std::uint64_t seed, std::size_t lesion_level);

  [[nodiscard]] const Spine& spine() const { return spine_; }
  [[nodiscard]] std::size_t lesion_level() const { return lesion_level_; }
  // What the scan shows.
  [[nodiscard]] const Eigen::AlignedBox3d& scanned() const { return scanned_; }

  [[nodiscard]] double skin(const Vec& p) const;
  [[nodiscard]] double lesion(const Vec& p) const;
  [[nodiscard]] double thecal_sac(const Vec& p) const;
  // The spinal nerve that leaves below the pedicle of `level`. side: +1 left, -1 right.
  [[nodiscard]] double root(std::size_t level, int side, const Vec& p) const;
  // The compact bone of the pedicle's wall towards the canal.
  [[nodiscard]] double medial_wall(std::size_t level, int side, const Vec& p) const;
  // Aorta with common iliac and lumbar (segmental) arteries; and the inferior vena cava.
  [[nodiscard]] double aorta(const Vec& p) const;
  [[nodiscard]] double vena_cava(const Vec& p) const;

  [[nodiscard]] const std::vector<Bead>& markers() const { return markers_; }
  [[nodiscard]] const PedicleWay& way() const { return way_; }
  // A box that holds the named structure with a margin.
  [[nodiscard]] Eigen::AlignedBox3d lesion_box() const;
  [[nodiscard]] Eigen::AlignedBox3d root_box(std::size_t level, int side) const;
  [[nodiscard]] Eigen::AlignedBox3d wall_box(std::size_t level, int side) const;
  [[nodiscard]] Eigen::AlignedBox3d aorta_box() const;
  [[nodiscard]] Eigen::AlignedBox3d sac_box() const;

 private:
  struct BoxedTube {
    Tube tube;
    Eigen::AlignedBox3d box;
  };
  void place_lesion();
  void place_roots();
  void place_vessels();
  void place_way();
  void place_markers();
  void add_bone_marker(std::string label, std::size_t level, const Vec& from_local);
  [[nodiscard]] double ends(const Vec& p) const;
  [[nodiscard]] double shortest(const std::vector<BoxedTube>& tubes, const Vec& p) const;

  Spine spine_;
  std::size_t lesion_level_;
  Eigen::AlignedBox3d scanned_, sac_box_, lesion_box_;
  std::vector<Bead> lobes_;       // of the lesion, in preop
  std::vector<BoxedTube> roots_;  // 2 * level + (right ? 1 : 0)
  std::vector<BoxedTube> arteries_, veins_;
  std::vector<Bead> markers_;
  PedicleWay way_;
};

}  // namespace trocar::phantom
