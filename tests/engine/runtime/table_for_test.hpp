#pragma once
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "engine/base/config_reader.hpp"
#include "engine/model/plan.hpp"
#include "engine/runtime/scan_registrar.hpp"
#include "tests/tools/temporary_folder.hpp"
#include "tools/phantom/phantom.hpp"

// A phantom whose spine has bent on the table, with plan, scan and plate as files; the truth is
// read here alone.
namespace trocar::table {

inline const std::filesystem::path& folder() {
  static const TemporaryFolder made;
  static const bool written = [] {
    phantom::PhantomOptions o;
    o.folder = made.path();
    o.in_plane_mm = 1.2;
    o.slice_mm = 1.5;
    o.mesh_detail = 2;
    o.dicom = false;
    o.intraop.emplace();
    o.intraop->flexion_deg_per_disc = 4;
    return static_cast<bool>(phantom::write_phantom(o, [](const std::string&) {}));
  }();
  REQUIRE(written);
  return made.path();
}

inline const Plan& plan() {
  static const Plan p = read_plan(folder() / "plan.toml");
  return p;
}

inline IntraopConfig config() {
  IntraopConfig c;
  c.plate = read_reference_phantom(folder() / "intraop/reference_phantom.toml");
  c.matching = {5, 2, 0.4};
  return c;
}

inline PreopSpine preop() {
  static const auto ct = read_ct(folder() / "ct.nrrd");
  static const auto labels = read_labels(folder() / "labels.nrrd");
  REQUIRE(ct);
  REQUIRE(labels);
  return {ct.value().volume, labels.value(), plan().vertebrae, "PHANTOM"};
}

inline ArrivedScan scan(const std::string& patient = "PHANTOM") {
  static const auto ct = read_ct(folder() / "intraop/ct.nrrd");
  REQUIRE(ct);
  return {ct.value().volume, patient, "the phantom on the table"};
}

// The truth: preop_from_reference of each vertebra by its name.
struct Truth {
  Eigen::Isometry3d reference_from_intraop;
  std::map<std::string, Eigen::Isometry3d> preop_from_reference;
  std::string reference_vertebra;
};

inline Eigen::Isometry3d pose_in(const ConfigReader& in) {
  const auto q = in.numbers("rotation_wxyz", 4);
  return Eigen::Translation3d(in.vector3("position_mm")) *
         Eigen::Quaterniond(q[0], q[1], q[2], q[3]);
}

inline const Truth& truth() {
  static const Truth t = [] {
    const ConfigReader in = ConfigReader::open(folder() / "intraop/truth.toml");
    Truth out;
    out.reference_vertebra = in.text("reference_vertebra");
    out.reference_from_intraop = pose_in(in.table("reference_from_intraop"));
    for (const ConfigReader& v : in.tables("vertebra")) {
      out.preop_from_reference[v.text("name")] =
          pose_in(v.table("preop_from_intraop")) * out.reference_from_intraop.inverse();
    }
    return out;
  }();
  return t;
}

// Of a vertebra's label, in preop.
inline Eigen::Vector3d centre_of(const std::string& name) {
  const auto found = std::ranges::find(plan().vertebrae, name, &Vertebra::name);
  REQUIRE(found != plan().vertebrae.end());
  static const auto extents = label_extents(*preop().labels);
  return extents.at(found->label).centre_mm;
}

// What a tracked scanner would state.
inline ReferenceInScan stated(const ScanRegistrar& registrar) {
  const auto pose = registrar.stated_pose(Transform<Reference, Intraop>::declare(
      truth().reference_from_intraop));  // CLAIM: a test's truth
  REQUIRE(pose);
  return *pose;
}

// What touching would have found: the spine as one, where the reference's vertebra is.
inline Registration by_touch() {
  const Eigen::Isometry3d& m = truth().preop_from_reference.at(truth().reference_vertebra);
  // CLAIM: a test's truth
  return {{}, Transform<Preop, Reference>::declare(m), {}, 0, {}, false};
}

}  // namespace trocar::table
