#include "engine/model/plan.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "ct_files.hpp"
#include "dicom_objects.hpp"
#include "engine/base/config_reader.hpp"
#include "engine/model/mesh_check.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

// 40 mm cube of 20 x 20 x 20 voxels round the origin; label 1 a cube at x < 0, 2 a cube at x > 0.
VolumeGeometry geometry() {
  VolumeGeometry g;
  g.size = {20, 20, 20};
  g.spacing_mm = {2, 2, 2};
  g.origin.mm = {-19, -19, -19};
  return g;
}
std::int16_t label_at(const Point<Preop>& p) {
  if (p.mm.cwiseAbs().maxCoeff() > 12 || std::abs(p.mm.x()) < 3) return 0;
  return p.mm.x() < 0 ? 1 : 2;
}

std::string tetrahedron(const std::string& header, bool inverted = false) {
  const char* order =
      inverted ? "f 1 2 3\nf 1 4 2\nf 2 4 3\nf 3 4 1\n" : "f 1 3 2\nf 1 2 4\nf 2 3 4\nf 3 1 4\n";
  return header + "v 0 0 0\nv 10 0 0\nv 0 10 0\nv 1 2 10\n" + order;
}

std::string fiducials(const std::string& system, double scale = 1) {
  std::string points;
  for (int k = 0; k < 4; ++k) {
    points += fmt::format(R"({}{{"label":"F{}","position":[{},{},{}],"positionStatus":"defined"}})",
                          k == 0 ? "" : ",", k, scale * (5 + k), scale * (6 + k * k), scale * 7);
  }
  return R"({"markups":[{"type":"Fiducial","coordinateSystem":")" + system +
         R"(","controlPoints":[)" + points + "]}]}";
}

const std::string good_plan = R"(id = "case 7"
[ct]
path = "ct"
frame_of_reference_uid = "1.2.3.3"
[labels]
path = "labels.nrrd"
[[vertebra]]
name = "L3"
label = 1
[[vertebra]]
name = "L4"
label = 2
[[structure]]
id = "tumour"
kind = "tumour"
vertebra = "L4"
label = 2
surface_sigma_mm = 0.3
zones = { stop_mm = 1.0, warn_mm = 3.0, hysteresis_mm = 0.5 }
[[structure]]
id = "dura"
kind = "dura"
vertebra = "L3"
mesh = "dura.obj"
surface_sigma_mm = 0.4
zones = { stop_mm = 2.0, warn_mm = 4.0, hysteresis_mm = 0.5 }
[fiducials]
path = "f.mrk.json"
[[trajectory]]
id = "left"
vertebra = "L4"
entry_lps_mm = [0, -30, 0]
target_lps_mm = [5, 5, 5]
)";

// A folder with all that good_plan names.
class Case {
 public:
  Case() {
    write_dicom(folder_ / "ct", geometry());
    write_nrrd(folder_ / "labels.nrrd", geometry(), label_at);
    write_file(folder_ / "dura.obj", tetrahedron("# SPACE=RAS\n"));
    write_file(folder_ / "f.mrk.json", fiducials("RAS"));
  }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return folder_ / name;
  }
  [[nodiscard]] Plan read(const std::string& text = good_plan) const {
    write_file(folder_ / "plan.toml", text);
    return read_plan(folder_ / "plan.toml");
  }
  // What the reader says, without the folder; "accepted" when it reads.
  [[nodiscard]] std::string refusal(const std::string& text) const {
    try {
      (void)read(text);
    } catch (const ConfigError& e) {
      std::string said = e.what();
      CHECK(said.find('\n') == std::string::npos);
      const std::string prefix = folder_.path().string() + "/";
      for (std::size_t at = said.find(prefix); at != said.npos; at = said.find(prefix)) {
        said.erase(at, prefix.size());
      }
      return said;
    }
    return "accepted";
  }

 private:
  TempFolder folder_;
};

std::string with(const std::string& from, const std::string& to) {
  std::string text = good_plan;
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

bool says(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return true;
}

}  // namespace

TEST_CASE("a plan is read with everything it names") {
  const Case c;
  const Plan plan = c.read();
  CHECK(plan.id == "case 7");
  CHECK(plan.frame_of_reference_uid == "1.2.3.3");
  CHECK(plan.ct.size == std::array{20, 20, 20});
  CHECK(plan.warnings.empty());
  REQUIRE(plan.vertebrae.size() == 2);
  CHECK(plan.vertebrae[1].name == "L4");
  REQUIRE(plan.structures.size() == 2);
  CHECK(plan.structures[0].vertebra == VertebraId{1});
  CHECK(plan.structures[0].kind == StructureKind::tumour);
  CHECK(plan.structures[1].zones.warn_mm == 4.0);
  for (const Structure& s : plan.structures) CHECK(check_mesh(*s.surface));
  REQUIRE(plan.trajectories.size() == 1);
  CHECK(plan.trajectories[0].target.mm == Eigen::Vector3d(5, 5, 5));
}

TEST_CASE("a label surface carries the slice spacing beside the stated sigma, a mesh does not") {
  const Case c;
  const Plan plan = c.read();
  CHECK(plan.structures[0].surface_sigma_mm == Approx(std::sqrt(0.3 * 0.3 + 2.0 * 2.0 / 12)));
  CHECK(plan.structures[1].surface_sigma_mm == 0.4);
}

TEST_CASE("H8: meshes and fiducials written in RAS lie in LPS") {
  const Case c;
  const Plan plan = c.read();
  Eigen::Vector3d sum = Eigen::Vector3d::Zero();
  for (const auto& p : plan.structures[1].surface->vertices_mm) sum += p;
  CHECK((sum - Eigen::Vector3d(-11, -12, 10)).norm() < 1e-9);
  CHECK(plan.fiducials[1].position.mm == Eigen::Vector3d(-6, -7, 7));
}

TEST_CASE("a trajectory may be a markups line") {
  const Case c;
  write_file(c / "line.mrk.json",
             R"({"markups":[{"type":"Line","coordinateSystem":"LPS","controlPoints":[)"
             R"({"label":"L-1","position":[0,-25,0]},{"label":"L-2","position":[1,2,3]}]}]})");
  const std::string points = "entry_lps_mm = [0, -30, 0]\ntarget_lps_mm = [5, 5, 5]\n";
  const Plan plan = c.read(with(points, "line = \"line.mrk.json\"\n"));
  CHECK(plan.trajectories[0].entry.mm == Eigen::Vector3d(0, -25, 0));
  CHECK(plan.trajectories[0].target.mm == Eigen::Vector3d(1, 2, 3));
  says(c.refusal(with(points, "line = \"f.mrk.json\"\n")), "expected a markups line of two points");
}

TEST_CASE("H7: a plan for another frame of reference is refused") {
  const Case c;
  says(c.refusal(with("\"1.2.3.3\"", "\"1.2.3.4\"")),
       "plan.toml:4: key 'ct.frame_of_reference_uid': expected the CT's, 1.2.3.3 "
       "(frame_of_reference_differs), found 1.2.3.4");
}

TEST_CASE(
    "H10: the plan goes with its examination: A, B, A gives refused, and the same bits again") {
  const Case c;
  write_dicom(c / "other_ct", geometry(), [](int, DicomTags& tags) {
    tags["0020,0052"] = "1.2.3.77";
    return true;
  });
  const Plan a = c.read();
  const std::string other = with("path = \"ct\"", "path = \"other_ct\"");
  says(c.refusal(other), "frame_of_reference_differs");
  const Plan again = c.read();
  REQUIRE(again.structures.size() == a.structures.size());
  for (std::size_t i = 0; i < a.structures.size(); ++i) {
    CHECK(again.structures[i].surface->vertices_mm == a.structures[i].surface->vertices_mm);
    CHECK(again.structures[i].surface->triangles == a.structures[i].surface->triangles);
  }
  REQUIRE(again.fiducials.size() == a.fiducials.size());
  for (std::size_t i = 0; i < a.fiducials.size(); ++i) {
    CHECK(again.fiducials[i].position.mm == a.fiducials[i].position.mm);
  }
  REQUIRE(again.trajectories.size() == 1);
  CHECK(again.trajectories[0].entry.mm == a.trajectories[0].entry.mm);
  CHECK(again.trajectories[0].target.mm == a.trajectories[0].target.mm);
  CHECK(again.frame_of_reference_uid == a.frame_of_reference_uid);
}

TEST_CASE(
    "H7: a CT that does not say whose it is stands on the plan's word, and that is a warning") {
  const Case c;
  write_nrrd(c / "ct.nrrd", geometry(), label_at);
  const Plan stated = c.read(with("\"ct\"\n", "\"ct.nrrd\"\n"));
  REQUIRE(stated.warnings.size() == 1);
  CHECK(stated.warnings[0].issue == InputIssue::identity_by_plan_only);
  says(stated.warnings[0].detail, "found none in ct.nrrd");
  says(stated.warnings[0].detail, "which states 1.2.3.3");
  CHECK(stated.frame_of_reference_uid == "1.2.3.3");
  const Plan silent =
      c.read(with("\"ct\"\nframe_of_reference_uid = \"1.2.3.3\"\n", "\"ct.nrrd\"\n"));
  REQUIRE(silent.warnings.size() == 1);
  says(silent.warnings[0].detail, "which states none either");
}

TEST_CASE("H7: a CT folder with two patients cannot become a plan") {
  const Case c;
  write_dicom(c / "ct", geometry(), [](int slice, DicomTags& tags) {
    if (slice > 9) tags["0010,0020"] = "P2";
    return true;
  });
  says(c.refusal(good_plan), "several_patients");
}

TEST_CASE("H13: the warning of a CT with wide slices reaches the plan") {
  const Case c;
  VolumeGeometry g = geometry();
  g.spacing_mm.z() = 2.01;
  write_dicom(c / "ct", g);
  write_nrrd(c / "labels.nrrd", g, label_at);
  const Plan plan = c.read();
  REQUIRE(plan.warnings.size() == 1);
  CHECK(plan.warnings[0].issue == InputIssue::slice_spacing_large);
  says(plan.warnings[0].detail, "found 2.010 mm");
}

TEST_CASE("H17: a mesh or fiducials in metres are refused") {
  const Case c;
  write_file(c / "dura.obj",
             "# SPACE=RAS\nv 0 0 0\nv .01 0 0\nv 0 .01 0\nv 0 0 .01\n"
             "f 1 3 2\nf 1 2 4\nf 2 3 4\nf 3 1 4\n");
  says(c.refusal(good_plan), "found 0.01 across (metres?)");
  write_file(c / "dura.obj", tetrahedron("# SPACE=RAS\n"));
  write_file(c / "f.mrk.json", fiducials("RAS", 100));
  says(c.refusal(good_plan), "unit or coordinateSystem?");
}

TEST_CASE("H23: an open or inverted mesh is refused with its place in the plan") {
  const Case c;
  write_file(c / "dura.obj", tetrahedron("# SPACE=RAS\n", true));
  says(c.refusal(good_plan), "plan.toml:24: key 'structure[1].mesh': expected a closed, outward");
  std::string open = tetrahedron("# SPACE=RAS\n");
  open.resize(open.rfind("f "));
  write_file(c / "dura.obj", open);
  says(c.refusal(good_plan), "dura.obj: ");
}

TEST_CASE("the space of a mesh is settled between file and plan") {
  const Case c;
  says(c.refusal(with("mesh = \"dura.obj\"", "mesh = \"dura.obj\"\nspace = \"LPS\"")),
       "expected SPACE=LPS as the plan states, found RAS");
  write_file(c / "dura.obj", tetrahedron(""));
  says(c.refusal(good_plan), "expected SPACE=LPS or SPACE=RAS in the file or 'space' in the plan");
  CHECK(c.refusal(with("mesh = \"dura.obj\"", "mesh = \"dura.obj\"\nspace = \"LPS\"")) ==
        "accepted");
}

TEST_CASE("a label map that does not lie on the CT is refused") {
  const Case c;
  VolumeGeometry g = geometry();
  g.origin.mm.x() += 0.5;
  write_nrrd(c / "labels.nrrd", g, label_at);
  says(c.refusal(good_plan), "corners up to 0.25 voxels away");
  g = geometry();
  g.size[2] = 19;
  write_nrrd(c / "labels.nrrd", g, label_at);
  says(c.refusal(good_plan), "expected the CT's 20 x 20 x 20 voxels, found 20 x 20 x 19");
}

TEST_CASE("every wrong key of a plan gives one line with its place") {
  const Case c;
  const std::vector<std::array<std::string, 3>> wrongs{
      {"path = \"ct\"", "path = \"no\"", "plan.toml:3: key 'ct.path': expected a path that exists"},
      {"label = 1", "label = 9",
       "plan.toml:9: key 'vertebra[0].label': expected one of 1, 2 as in the label map, found 9"},
      {"name = \"L4\"", "name = \"L3\"", "key 'vertebra[1].name': expected a name of its own"},
      {"vertebra = \"L4\"", "vertebra = \"L5\"", "expected one of L3, L4, found \"L5\""},
      {"id = \"dura\"", "id = \"tumour\"", "expected an id of its own"},
      {"id = \"dura\"", "id = \"Tumour\"", "found \"Tumour\", as tumour"},
      {"id = \"dura\"", "id = \"a dura\"", "expected at most 12 of A-Z a-z 0-9 _ -"},
      {"id = \"dura\"", "id = \"abcdefghijklm\"", "expected at most 12"},
      {"kind = \"dura\"", "kind = \"bone\"", "expected one of tumour, dura, cord"},
      {"stop_mm = 1.0", "stop_mm = 3.0", "expected more than stop_mm = 3"},
      {"stop_mm = 1.0, ", "", "key 'structure[0].zones.stop_mm': expected a number"},
      {"hysteresis_mm = 0.5", "hysteresis = 0.5", "hysteresis_mm"},
      {"surface_sigma_mm = 0.3\n", "", "surface_sigma_mm"},
      {"label = 2\nsurface", "surface",
       "expected one of 'mesh', 'label' and 'object', found neither"},
      {"label = 2\nsurface", "label = 2\nmesh = \"dura.obj\"\nsurface", "found two of them"},
      {"label = 2\nsurface", "label = 77\nsurface",
       "expected one of 1, 2 as in the label map, found 77, in no voxel"},
      {"[labels]\npath = \"labels.nrrd\"\n", "", "expected a table [labels] in the plan"},
      {"[5, 5, 5]", "[5, 5, 50]", "expected a point inside the CT"},
      {"[0, -30, 0]", "[0, -300, 0]", "expected an entry in or near the CT"},
      {"[0, -30, 0]", "[5, 5, 5]", "expected a target 1 mm or more from the entry"},
      {"id = \"case 7\"", "id = \"case 7\"\ncolour = 1",
       "key 'colour': expected only known keys, found an unknown key"},
      {"id = \"case 7\"", "id = ", "not TOML"}};
  for (const auto& [from, to, part] : wrongs) says(c.refusal(with(from, to)), part);
}

TEST_CASE("a structure may come from an RTSTRUCT or SEG, its slices counting as uncertainty") {
  const Case c;
  Roi roi{3, "GTV", {}};
  for (int z = -8; z <= 8; z += 2)
    roi.contours.push_back(contour_text(circle({8, 0, 1.0 * z}, std::sqrt(82.0 - z * z))));
  write_rtstruct(c / "rt.dcm", {roi});
  Seg seg;
  seg.columns = seg.rows = 33;
  seg.slice_mm = 2;
  seg.labels = {"Tumour"};
  add_ball(seg, 1, {8, 0, 0}, 9);
  write_seg(c / "seg.dcm", seg);
  for (const char* const item :
       {"object = \"rt.dcm\"\nitem_number = 3", "object = \"rt.dcm\"\nitem_name = \"GTV\"",
        "object = \"seg.dcm\"\nitem_name = \"Tumour\""}) {
    const Plan plan = c.read(with("label = 2\nsurface", std::string(item) + "\nsurface"));
    const Structure& s = plan.structures[0];
    CHECK(check_mesh(*s.surface));
    CHECK(s.surface_sigma_mm == Approx(std::hypot(0.3, 2 / std::sqrt(12.0))));
    for (const auto& p : s.surface->vertices_mm)
      CHECK((p - Eigen::Vector3d(8, 0, 0)).norm() == Approx(9).margin(1.3));
  }
}

TEST_CASE("a structure that comes apart between its slices is warned of, a whole one is not") {
  const Case c;
  Seg seg;
  seg.columns = seg.rows = 33;
  seg.slice_mm = 2;
  seg.labels = {"Tumour"};
  add_ball(seg, 1, {8, 0, 0}, 9);
  const auto warned = [&] {
    write_seg(c / "seg.dcm", seg);
    const Plan plan =
        c.read(with("label = 2\nsurface", "object = \"seg.dcm\"\nitem_number = 1\nsurface"));
    return std::count_if(plan.warnings.begin(), plan.warnings.end(), [](const InputWarning& w) {
      return w.issue == InputIssue::structure_in_parts &&
             w.detail.find("found it in 2:") != std::string::npos;
    });
  };
  CHECK(warned() == 0);
  seg.frames.erase(seg.frames.begin() + 4);  // the middle one: taken for empty
  CHECK(warned() == 1);
}

TEST_CASE("H7: an object of another frame of reference is refused, and one that nobody can place") {
  const Case c;
  Roi roi{1, "GTV", {}};
  for (int z = -4; z <= 4; z += 2) roi.contours.push_back(contour_text(circle({8, 0, 1.0 * z}, 8)));
  roi.frame_uid = "1.2.3.4";
  write_rtstruct(c / "rt.dcm", {roi});
  const std::string object = "object = \"rt.dcm\"\nitem_number = 1\nsurface";
  says(c.refusal(with("label = 2\nsurface", object)),
       "plan.toml:17: key 'structure[0].object': expected an object in the frame of reference of "
       "the "
       "CT, 1.2.3.3 (frame_of_reference_differs), found 1.2.3.4");
  roi.frame_uid = object_frame_uid;
  roi.contours.clear();
  for (int z = -4; z <= 4; z += 2)
    roi.contours.push_back(contour_text(circle({300, 0, 1.0 * z}, 8)));
  write_rtstruct(c / "rt.dcm", {roi});
  says(c.refusal(with("label = 2\nsurface", object)), "expected a surface inside the CT");
  says(c.refusal(with("label = 2\nsurface", "object = \"rt.dcm\"\nsurface")),
       "expected either 'item_number' or 'item_name'");
  says(c.refusal(with("label = 2\nsurface", "object = \"dura.obj\"\nitem_number = 1\nsurface")),
       "expected a DICOM file");
}

// Vertebrae behind the middle of the CT, L3 above L4.
std::int16_t posterior_label_at(const Point<Preop>& p) {
  if (p.mm.y() < 10 || std::abs(p.mm.z()) < 2) return 0;
  return p.mm.z() > 0 ? 1 : 2;
}

TEST_CASE("H8: fiducials that lie on the vertebrae only with x and y negated are refused") {
  const Case c;
  write_nrrd(c / "labels.nrrd", geometry(), posterior_label_at);
  write_file(c / "f.mrk.json", fiducials("LPS"));
  CHECK(c.refusal(good_plan) == "accepted");
  write_file(c / "f.mrk.json", fiducials("RAS"));
  says(c.refusal(good_plan),
       "key 'fiducials.path': expected fiducials near the labelled vertebrae, found half of "
       "them");
  says(c.refusal(good_plan), "with x and y negated");
}

// Three of them at these y, on the midline's left.
std::string fiducials_at_y(std::array<int, 3> y) {
  std::string points;
  for (int k = 0; k < 3; ++k) {
    points += fmt::format(R"({}{{"label":"F{}","position":[{},{},0]}})", k == 0 ? "" : ",", k,
                          3 * k, y[static_cast<std::size_t>(k)]);
  }
  return R"({"markups":[{"type":"Fiducial","coordinateSystem":"LPS","controlPoints":[)" + points +
         "]}]}";
}

TEST_CASE("H8: fiducials nearer to the vertebrae with x and y negated are a warning") {
  const Case c;
  write_nrrd(c / "labels.nrrd", geometry(), [](const Point<Preop>& p) -> std::int16_t {
    return p.mm.y() < -2 || std::abs(p.mm.z()) < 2 ? 0 : p.mm.z() > 0 ? 1 : 2;
  });
  write_file(c / "f.mrk.json", fiducials_at_y({-5, -6, -7}));
  const Plan plan = c.read();
  REQUIRE(plan.warnings.size() == 1);
  CHECK(plan.warnings[0].issue == InputIssue::fiducials_space_doubtful);
  says(plan.warnings[0].detail, "found a median of ");
  write_file(c / "f.mrk.json", fiducials_at_y({5, 6, 7}));
  CHECK(c.read().warnings.empty());
}

TEST_CASE("fiducials far from every vertebra are a warning") {
  const Case c;
  write_nrrd(c / "labels.nrrd", geometry(), posterior_label_at);
  write_file(c / "f.mrk.json", fiducials_at_y({-55, -58, -60}));
  const Plan plan = c.read();
  REQUIRE(plan.warnings.size() == 2);
  CHECK(plan.warnings[0].issue == InputIssue::fiducials_space_doubtful);
  CHECK(plan.warnings[1].issue == InputIssue::fiducials_far);
  says(plan.warnings[1].detail, "the nearest 66 mm away");
}

TEST_CASE("a structure far from the vertebra it moves with is a warning") {
  const Case c;
  VolumeGeometry wide = geometry();
  wide.spacing_mm = {8, 8, 2};
  wide.origin.mm = {-76, -76, -19};
  write_dicom(c / "ct", wide);
  write_nrrd(c / "labels.nrrd", wide, [](const Point<Preop>& p) -> std::int16_t {
    return p.mm.y() < 55 || std::abs(p.mm.z()) < 2 ? 0 : p.mm.z() > 0 ? 1 : 2;
  });
  const Plan plan = c.read();
  std::vector<std::string> far;
  for (const InputWarning& w : plan.warnings) {
    if (w.issue == InputIssue::structure_far) far.push_back(w.detail);
  }
  REQUIRE(far.size() == 1);  // the tumour is made of its vertebra's own label
  says(far[0], "expected structure 'dura' within 50 mm of L3");
  says(far[0], "found it 60 mm away");
}

TEST_CASE("vertebrae that are not listed from cranial to caudal are refused") {
  const Case c;
  write_nrrd(c / "labels.nrrd", geometry(), posterior_label_at);
  write_file(c / "f.mrk.json", fiducials("LPS"));
  std::string swapped = with("name = \"L3\"\nlabel = 1", "name = \"L3\"\nlabel = 3");
  swapped.replace(swapped.find("label = 2"), 9, "label = 1");
  swapped.replace(swapped.find("label = 3"), 9, "label = 2");
  says(c.refusal(swapped),
       "plan.toml:11: key 'vertebra[1].name': expected the vertebrae from cranial to caudal, found "
       "\"L4\" 22 mm above \"L3\" in the label map");
}

TEST_CASE("a folder where a file should be is called one, and a FIFO is not waited for") {
  const Case c;
  says(c.refusal(with("\"dura.obj\"", "\"ct\"")), "expected a mesh file, found a folder");
  says(c.refusal(with("\"f.mrk.json\"", "\"ct\"")), "expected a markups file, found a folder");
  REQUIRE(mkfifo((c / "fifo").c_str(), 0600) == 0);
  for (const char* named : {"\"dura.obj\"", "\"f.mrk.json\"", "\"labels.nrrd\"", "\"ct\""}) {
    says(c.refusal(with(named, "\"fifo\"")), "expected a file or a folder, found a FIFO at fifo");
  }
}

TEST_CASE("a label map cut in its voxels or in its header is refused with the cause alone") {
  const Case c;
  const std::string whole = read_file(c / "labels.nrrd");
  write_file(c / "labels.nrrd", whole.substr(0, whole.size() - 100));
  says(c.refusal(good_plan), "labels.nrrd: cannot be read, damaged or cut short: ");
  CHECK(c.refusal(good_plan).find("[nrrd]") == std::string::npos);
  write_file(c / "labels.nrrd", whole.substr(0, 60));
  says(c.refusal(good_plan), "labels.nrrd: expected 'space directions' in the header, found none");
}

TEST_CASE("a mesh of another patient, far from the CT, is refused") {
  const Case c;
  write_file(c / "dura.obj",
             "# SPACE=LPS\nv 500 0 0\nv 510 0 0\nv 500 10 0\nv 500 0 10\n"
             "f 1 3 2\nf 1 2 4\nf 2 3 4\nf 3 1 4\n");
  says(c.refusal(good_plan), "another patient, unit or space?");
}

TEST_CASE("the example plan in configs reads") {
  const Case c;
  const std::string example = read_file("configs/plan.toml");
  REQUIRE_FALSE(example.empty());
  write_dicom(c / "ct", geometry());
  write_file(c / "meshes/dura.obj", tetrahedron("# SPACE=LPS\n"));
  write_file(c / "fiducials.mrk.json", fiducials("LPS"));
  CHECK(c.refusal(example) == "accepted");
}
