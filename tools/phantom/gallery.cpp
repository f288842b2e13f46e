#include "tools/phantom/gallery.hpp"

#include "tools/phantom/render.hpp"

namespace trocar::phantom {
namespace {

Vec colour_of(const std::string& name) {
  if (name == "tumour") return {0.80, 0.20, 0.22};
  if (name == "aorta") return {0.90, 0.32, 0.28};
  if (name == "dura") return {0.92, 0.86, 0.45};
  if (name.starts_with("root")) return {0.98, 0.80, 0.25};
  if (name.starts_with("pedicle")) return {0.35, 0.52, 0.90};
  return {0.93, 0.89, 0.78};
}

}  // namespace

Status write_gallery(const Patient& patient, const Volume<std::int16_t>& ct,
                     const std::vector<NamedMesh>& meshes, const std::filesystem::path& folder) {
  const PlacedVertebra& v = patient.spine().vertebra(patient.lesion_level());
  std::vector<ColouredMesh> all, bones, level;
  for (const NamedMesh& m : meshes) {
    const ColouredMesh coloured{&m.mesh, colour_of(m.name)};
    all.push_back(coloured);
    if (m.name.starts_with("bone")) bones.push_back(coloured);
    if (m.name == "bone_" + std::string(v.size.name)) level.push_back(coloured);
  }
  const Vec center = patient.spine().vertebra(3).center_mm + Vec(0, 12, 0);
  const Vec oblique = Vec(-0.7, 0.7, 0).normalized(), up = Vec::UnitZ();
  const auto spine = [&](const std::vector<ColouredMesh>& what, const Vec& right) {
    return render(what, {right, up, center, 0.45}, 320, 480);
  };
  const Vec near = v.center_mm + Vec(0, 20, -2);
  const auto close = [&](const Vec& right, const Vec& upwards) {
    return render(level, {right, upwards, near, 0.27}, 380, 330);
  };
  Status s = write_png(beside({spine(bones, -Vec::UnitX()), spine(bones, Vec::UnitY()),
                               spine(bones, oblique), spine(all, Vec::UnitX())}),
                       folder / "spine.png");
  if (!s) return s;
  s = write_png(beside({close(Vec::UnitX(), Vec::UnitY()), close(-Vec::UnitX(), up),
                        close(Vec::UnitY(), up), close(oblique, up)}),
                folder / "lesion_level.png");
  if (!s) return s;
  const Vec target = patient.way().target_mm;
  return write_png(beside({slice(ct, Plane::axial, target, 60, 500),
                           slice(ct, Plane::sagittal, v.center_mm, 150, 900),
                           slice(ct, Plane::sagittal, target + Vec(5, 0, 0), 150, 900),
                           slice(ct, Plane::coronal, target, 100, 700)}),
                   folder / "slices.png");
}

}  // namespace trocar::phantom
