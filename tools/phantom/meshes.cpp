#include "tools/phantom/mesher.hpp"
#include "tools/phantom/phantom.hpp"

namespace trocar::phantom {

std::vector<NamedMesh> make_meshes(const Patient& patient, bool bones, double detail) {
  const Spine& spine = patient.spine();
  const std::size_t level = patient.lesion_level();
  const std::string name(spine.vertebra(level).size.name);
  std::vector<NamedMesh> all;
  const auto add = [&](std::string what, Field field, const Eigen::AlignedBox3d& box,
                       double step_mm) {
    TriangleMesh mesh = mesh_of(field, box, step_mm * detail);
    all.push_back({std::move(what), std::move(mesh), std::move(field)});
  };
  add(
      "tumour", [&patient](const Vec& p) { return patient.lesion(p); }, patient.lesion_box(), 0.6);
  add(
      "dura", [&patient](const Vec& p) { return patient.thecal_sac(p); }, patient.sac_box(), 1.0);
  for (const int side : {1, -1}) {
    const std::string suffix = name + (side > 0 ? "_left" : "_right");
    add(
        "root_" + suffix,
        [&patient, level, side](const Vec& p) { return patient.root(level, side, p); },
        patient.root_box(level, side), 0.5);
    add(
        "pedicle_wall_" + suffix,
        [&patient, level, side](const Vec& p) { return patient.medial_wall(level, side, p); },
        patient.wall_box(level, side), std::min(0.4, 0.5 / detail));
  }
  add(
      "aorta", [&patient](const Vec& p) { return patient.aorta(p); }, patient.aorta_box(),
      std::min(0.8, 1.0 / detail));
  for (std::size_t i = 1; bones && i < s1_level; ++i)
    add(
        "bone_" + std::string(spine.vertebra(i).size.name),
        [&spine, i](const Vec& p) { return spine.bone(i, p); }, spine.box(i), 1.0);
  return all;
}

}  // namespace trocar::phantom
