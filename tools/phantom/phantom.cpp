#include "tools/phantom/phantom.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "tools/phantom/gallery.hpp"
#include "tools/phantom/hounsfield.hpp"
#include "tools/phantom/marker_tools.hpp"
#include "tools/phantom/operating_room.hpp"
#include "tools/phantom/writers.hpp"

namespace trocar::phantom {
namespace {

using Progress = std::function<void(const std::string&)>;
using nlohmann::ordered_json;

Status check(const PhantomOptions& o) {
  const auto in = [](double v) { return v >= 0.3 && v <= 5.0; };
  if (!in(o.in_plane_mm) || !in(o.slice_mm))
    return Error{Code::out_of_range, "expected spacings of 0.3 to 5 mm, found " +
                                         std::to_string(o.in_plane_mm) + " and " +
                                         std::to_string(o.slice_mm)};
  if (level_named(o.lesion_level) == level_count)
    return Error{Code::out_of_range,
                 "expected a lesion level of L1 to L5, found '" + o.lesion_level + "'"};
  return Done{};
}

ordered_json listed(const Vec& v) { return {v.x(), v.y(), v.z()}; }

ordered_json labels_of(const Patient& patient) {
  ordered_json j;
  for (std::size_t i = 0; i < level_count; ++i) {
    const LevelSize& s = patient.spine().vertebra(i).size;
    const std::string name(s.name);
    j[name] = s.label;
    if (i == s1_level) break;
    j["disc below " + name] = first_disc + i;
    j["left root " + name] = first_root_left + i;
    j["right root " + name] = first_root_right + i;
  }
  j.update({{"aorta", aorta},
            {"vena cava", vena_cava},
            {"left hip", hip_left},
            {"right hip", hip_right},
            {"thecal sac", thecal_sac},
            {"lesion", lesion},
            {"rib", rib},
            {"marker", marker}});
  return j;
}

PlanText plan_of(const PhantomOptions& o, const Patient& patient, const Identity& who) {
  const std::string l = o.lesion_level;
  const auto mesh = [](const std::string& name) { return "meshes/" + name + ".stl"; };
  return {"phantom-" + std::to_string(o.seed),
          who.frame_of_reference_uid,
          l,
          o.dicom,
          {{"tumour", "tumour", mesh("tumour"), 0.0, 5.0},
           {"dura", "dura", mesh("dura"), 2.0, 5.0},
           {"root_left", "nerve_root", mesh("root_" + l + "_left"), 1.5, 4.0},
           {"root_right", "nerve_root", mesh("root_" + l + "_right"), 1.5, 4.0},
           {"aorta", "vessel", mesh("aorta"), 3.0, 8.0},
           {"wall_left", "pedicle_wall", mesh("pedicle_wall_" + l + "_left"), 0.5, 2.0},
           {"wall_right", "pedicle_wall", mesh("pedicle_wall_" + l + "_right"), 0.5, 2.0}},
          patient.way()};
}

std::string summary_of(const PhantomOptions& o, const Patient& patient, const Grid& grid,
                       const Identity& who, const ordered_json& meshes) {
  ordered_json fiducials = ordered_json::array();
  for (const Bead& m : patient.markers())
    fiducials.push_back({{"label", m.label}, {"lps_mm", listed(m.center_mm)}});
  const ordered_json j = {{"seed", o.seed},
                          {"patient_id", who.patient_id},
                          {"frame_of_reference_uid", who.frame_of_reference_uid},
                          {"series_uid", who.series_uid},
                          {"lesion_level", o.lesion_level},
                          {"size_voxels", grid.size},
                          {"spacing_mm", listed(grid.spacing_mm)},
                          {"origin_lps_mm", listed(grid.origin_mm)},
                          {"trajectory",
                           {{"skin_lps_mm", listed(patient.way().skin_mm)},
                            {"entry_lps_mm", listed(patient.way().entry_mm)},
                            {"target_lps_mm", listed(patient.way().target_mm)}}},
                          {"fiducials", fiducials},
                          {"meshes", meshes},
                          {"labels", labels_of(patient)}};
  return j.dump(2) + "\n";
}

// Runs steps until one fails.
class Steps {
 public:
  explicit Steps(const Progress& progress) : progress_(progress) {}
  template <class Step>
  void then(const std::string& say, const Step& step) {
    if (!outcome_) return;
    progress_(say);
    outcome_ = step();
  }
  [[nodiscard]] const Status& outcome() const { return outcome_; }

 private:
  const Progress& progress_;
  Status outcome_ = Done{};
};

Error cannot_write(const std::filesystem::path& folder, const std::error_code& problem) {
  return {Code::io,
          folder.string() + ": expected a folder that can be written, found: " + problem.message()};
}

// What others start from, and what says that all is there. Written last and removed first, so that
// a folder whose writing was broken off is not taken for a patient.
constexpr std::array<const char*, 7> starting_points{
    "phantom.json", "plan.toml",         "run.toml",          "simulator.toml",
    "run_ct.toml",  "simulator_ct.toml", "intraop/truth.toml"};

Status make_folders(const PhantomOptions& o) {
  for (const char* sub : {"meshes", "tools", "ct"}) {
    std::error_code problem;
    if (std::string_view(sub) == "ct") {
      // Slices of an earlier, longer phantom must not stay among ours.
      for (const auto& old : std::filesystem::directory_iterator(o.folder / sub, problem))
        if (old.path().extension() == ".dcm") std::filesystem::remove(old.path(), problem);
      if (!o.dicom) continue;
    }
    std::filesystem::create_directories(o.folder / sub, problem);
    if (problem) return cannot_write(o.folder, problem);
  }
  for (const char* file : starting_points) {
    std::error_code problem;
    std::filesystem::remove(o.folder / file, problem);
    if (problem) return cannot_write(o.folder, problem);
  }
  return Done{};
}

IntraopOptions table_options(const PhantomOptions& o) {
  IntraopOptions on_table = *o.intraop;
  on_table.in_plane_mm = o.in_plane_mm;
  on_table.slice_mm = o.slice_mm;
  on_table.dicom = o.dicom;
  return on_table;
}

}  // namespace

Result<PhantomSummary> write_phantom(const PhantomOptions& o, const Progress& progress) {
  if (const Status options = check(o); !options) return options.error();
  if (const Status folders = make_folders(o); !folders) return folders.error();
  const Patient patient(o.seed, level_named(o.lesion_level));
  const Grid grid = scan_grid(patient, o.in_plane_mm, o.slice_mm);
  const Identity who = identity_of(o.seed, grid);
  Volume<std::int16_t> ct{grid, {}};
  std::vector<NamedMesh> meshes;
  ordered_json mesh_list;
  std::string json;

  Steps steps(progress);
  steps.then("meshes", [&]() -> Status {
    meshes = make_meshes(patient, true, o.mesh_detail);
    for (const NamedMesh& m : meshes) {
      mesh_list[m.name] = m.mesh.triangles.size();
      if (Status s = write_stl(m.mesh, o.folder / "meshes" / (m.name + ".stl")); !s) return s;
    }
    return Done{};
  });
  steps.then("CT", [&]() -> Status { return ct = scan(patient, grid), Done{}; });
  steps.then("NRRD", [&] { return write_nrrd(ct, o.folder / "ct.nrrd"); });
  if (o.dicom) steps.then("DICOM", [&] { return write_dicom_series(ct, who, o.folder / "ct"); });
  steps.then("label map",
             [&] { return write_nrrd(label_map(patient, grid), o.folder / "labels.nrrd"); });
  steps.then("fiducials",
             [&] { return write_fiducials(patient.markers(), o.folder / "fiducials.mrk.json"); });
  steps.then("tools", [&] { return write_marker_tools(o.folder / "tools"); });
  if (o.pictures)
    steps.then("pictures", [&] { return write_gallery(patient, ct, meshes, o.folder); });
  if (o.intraop)
    steps.then("the patient on the table", [&] {
      return write_intraop(patient, o.seed, table_options(o), o.folder / "intraop", progress);
    });
  steps.then("operating room", [&] { return write_operating_room(patient, o.seed, o.folder); });
  if (o.intraop)
    steps.then("operating room with a scan", [&] {
      return write_table_operation(patient, o.seed, {patient, table_options(o)}, o.folder);
    });
  steps.then("plan",
             [&] { return write_plan(plan_of(o, patient, who), patient, o.folder / "plan.toml"); });
  steps.then("summary", [&] {
    json = summary_of(o, patient, grid, who, mesh_list);
    return write_file(o.folder / "phantom.json", json);
  });
  if (!steps.outcome()) return steps.outcome().error();
  return PhantomSummary{who.patient_id, who.frame_of_reference_uid, o.folder / "plan.toml", json};
}

}  // namespace trocar::phantom
