#include <fmt/format.h>

#include <algorithm>

#include "tools/phantom/intraop.hpp"
#include "tools/phantom/operation_script.hpp"
#include "tools/phantom/phantom.hpp"
#include "tools/phantom/writers.hpp"

namespace trocar::phantom {
namespace {

std::string pose(const Eigen::Isometry3d& t) {
  const Eigen::Quaterniond q(t.linear());
  return fmt::format("rotation_wxyz = [{:.12f}, {:.12f}, {:.12f}, {:.12f}]\nposition_mm = {}\n",
                     q.w(), q.x(), q.y(), q.z(), list(t.translation()));
}

std::string plate_text() {
  const SpherePlate plate = demo_plate();
  std::string t = fmt::format(
      "# The spheres on the simulated reference: made by trocar phantom, measured by nobody.\n"
      "id = \"{}\"\nprovenance = \"simulated\"\nsphere_diameter_mm = {:.2f}\n"
      "brighter_than_hu = 1500\nposition_sigma_mm = 0.03\ntolerance_mm = 0.5\n",
      plate.id, plate.sphere_diameter_mm);
  for (std::size_t i = 0; i < plate.centers_mm.size(); ++i)
    t += fmt::format("\n[[fiducial]]\nname = \"S{}\"\ncenter_in_reference_mm = {}\n", i + 1,
                     list(plate.centers_mm[i]));
  return t;
}

// From outside, by the mesh that the plan's structure is read from.
double to_lesion_mm(const Patient& patient, const Vec& p) {
  double nearest_mm = 1e9;
  for (const NamedMesh& m : make_meshes(patient, false, 1.0)) {
    if (m.name != "tumour") continue;
    for (const Vec& v : m.mesh.vertices_mm) nearest_mm = std::min(nearest_mm, (v - p).norm());
  }
  return nearest_mm;
}

std::string truth_text(const Patient& patient, const IntraopScene& scene, const Identity& preop,
                       const Identity& intraop) {
  std::string t = fmt::format(
      "# The truth of the simulated intraoperative CT. No program that registers may read it.\n"
      "patient_id = \"{}\"\npreop_frame_of_reference_uid = \"{}\"\n"
      "intraop_frame_of_reference_uid = \"{}\"\nlesion_vertebra = \"L{}\"\n"
      "reference_vertebra = \"L{}\"\n",
      intraop.patient_id, preop.frame_of_reference_uid, intraop.frame_of_reference_uid,
      patient.lesion_level(), scene.reference_level());
  t += fmt::format(
      "held_tip_in_preop_mm = {}\nheld_tip_in_patient_mm = {}\nheld_tip_to_tumour_mm = {:.2f}\n",
      list(scene.held_tip_in_preop()), list(scene.held_tip_in_patient()),
      to_lesion_mm(patient, scene.held_tip_in_preop()));
  t += "\n[reference_from_intraop]\n" + pose(scene.reference_from_intraop());
  for (std::size_t i = 0; i < level_count; ++i)
    t += fmt::format("\n[[vertebra]]\nname = \"{}\"\n[vertebra.preop_from_intraop]\n{}",
                     patient.spine().vertebra(i).size.name,
                     pose(scene.bend().intraop_from_preop(i).inverse()));
  for (const Vec& c : scene.spheres_mm())
    t += fmt::format("\n[[sphere]]\ncenter_in_intraop_mm = {}\n", list(c));
  return t;
}

Status make_folder(const std::filesystem::path& folder, bool dicom) {
  std::error_code problem;
  std::filesystem::remove(folder / "truth.toml", problem);
  // Slices of an earlier, longer scan must not stay among ours.
  for (const auto& old : std::filesystem::directory_iterator(folder / "ct", problem))
    if (old.path().extension() == ".dcm") std::filesystem::remove(old.path(), problem);
  problem.clear();
  std::filesystem::create_directories(dicom ? folder / "ct" : folder, problem);
  if (problem)
    return Error{Code::io, folder.string() + ": expected a folder that can be written, found: " +
                               problem.message()};
  return Done{};
}

}  // namespace

Status write_intraop(const Patient& patient, std::uint64_t seed, const IntraopOptions& options,
                     const std::filesystem::path& folder,
                     const std::function<void(const std::string&)>& progress) {
  if (Status made = make_folder(folder, options.dicom); !made) return made;
  progress("intraoperative CT");
  const IntraopScene scene(patient, options);
  const Volume<std::int16_t> ct = scene.scan();
  const Identity preop = identity_of(seed, ct.grid), intraop = intraop_identity_of(seed, ct.grid);
  if (Status s = write_nrrd(ct, folder / "ct.nrrd"); !s) return s;
  if (options.dicom) {
    progress("intraoperative DICOM");
    if (Status s = write_dicom_series(ct, intraop, folder / "ct"); !s) return s;
  }
  if (Status s = write_file(folder / "reference_phantom.toml", plate_text()); !s) return s;
  return write_file(folder / "truth.toml", truth_text(patient, scene, preop, intraop));
}

}  // namespace trocar::phantom
