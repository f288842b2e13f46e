#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <catch2/catch.hpp>
#include <numbers>

#include "engine/base/config_reader.hpp"
#include "engine/registration/fiducial_matching.hpp"
#include "tests/tools/temporary_folder.hpp"
#include "tools/phantom/hounsfield.hpp"
#include "tools/phantom/intraop.hpp"
#include "tools/phantom/phantom.hpp"
#include "tools/phantom/random.hpp"

using namespace trocar;
using namespace trocar::phantom;
namespace fs = std::filesystem;

namespace {

constexpr double deg = std::numbers::pi / 180.0;

const Patient& patient() {
  static const Patient p(1, 3);
  return p;
}

IntraopOptions quick() {
  IntraopOptions o;
  o.in_plane_mm = 1.6;
  o.slice_mm = 2.0;
  return o;
}

const IntraopScene& scene() {
  static const IntraopScene s(patient(), quick());
  return s;
}

const Volume<std::int16_t>& scanned() {
  static const Volume<std::int16_t> ct = scene().scan();
  return ct;
}

Vec random_in(const Eigen::AlignedBox3d& box, Draw& draw) {
  Vec p;
  for (int i = 0; i < 3; ++i) p[i] = draw.between(box.min()[i], box.max()[i]);
  return p;
}

double hounsfield_at(const Volume<std::int16_t>& ct, const Vec& p) {
  const Vec i = (p - ct.grid.origin_mm).cwiseQuotient(ct.grid.spacing_mm);
  const auto near = [](double v) { return static_cast<std::size_t>(std::lround(v)); };
  return ct.voxels[ct.grid.index(near(i.x()), near(i.y()), near(i.z()))];
}

Eigen::Isometry3d pose_in(const ConfigReader& in) {
  const auto q = in.numbers("rotation_wxyz", 4);
  return Eigen::Translation3d(in.vector3("position_mm")) *
         Eigen::Quaterniond(q[0], q[1], q[2], q[3]);
}

}  // namespace

TEST_CASE(
    "the reference's vertebra moves with the table alone, every disc bends by the same angle") {
  Posture posture;
  posture.still_level = 4;
  posture.flexion_rad_per_disc = 2.0 * deg;
  const Bend bend(patient(), posture);
  CHECK(bend.intraop_from_preop(4).isApprox(Eigen::Isometry3d::Identity()));
  for (std::size_t i = 0; i + 1 < level_count; ++i) {
    const Eigen::Matrix3d between =
        bend.intraop_from_preop(i + 1).linear().transpose() * bend.intraop_from_preop(i).linear();
    CHECK(Eigen::AngleAxisd(between).angle() == Approx(2.0 * deg).margin(1e-9));
    CHECK(is_rigid(bend.intraop_from_preop(i), 1e-9));
  }
}

TEST_CASE("bending forward parts the spinous processes and brings the bodies' fronts together") {
  Posture posture;
  posture.flexion_rad_per_disc = 2.0 * deg;
  const Bend bend(patient(), posture);
  const auto gap_changes_by = [&](double y) {
    const PlacedVertebra &l2 = patient().spine().vertebra(2), &l3 = patient().spine().vertebra(3);
    const Vec a = l2.to_preop({0, y, 0}), b = l3.to_preop({0, y, 0});
    return (bend.intraop_from_preop(2) * a - bend.intraop_from_preop(3) * b).norm() -
           (a - b).norm();
  };
  CHECK(gap_changes_by(60.0) > 1.5);
  CHECK(gap_changes_by(-20.0) < -0.4);
}

TEST_CASE("bone is moved, not warped: inside and round each vertebra only its own pose counts") {
  Draw draw(5, 5);
  for (std::size_t level = 1; level < s1_level; ++level) {
    const Eigen::Isometry3d& pose = scene().bend().intraop_from_preop(level);
    std::size_t inside = 0, held = 0;
    while (inside < 2000) {
      const Vec preop = random_in(patient().spine().box(level), draw);
      if (patient().spine().bone(level, preop) > 0.8) continue;
      ++inside;
      if ((scene().bend().in_preop(pose * preop) - preop).norm() < 0.01) ++held;
    }
    // The rest lies in facet joints that the bend has pressed together.
    CHECK(held > 1960);
  }
}

TEST_CASE("soft tissue is not torn: what lies together stays together") {
  Draw draw(6, 6);
  const Eigen::Isometry3d& pose = scene().bend().intraop_from_preop(3);
  double most = 0.0;
  for (int i = 0; i < 20000; ++i) {
    const Vec p = pose * random_in(patient().scanned(), draw);
    const Vec step = 0.1 * Vec(draw.between(-1, 1), draw.between(-1, 1), draw.between(-1, 1));
    const Vec moved = scene().bend().in_preop(p + step) - scene().bend().in_preop(p);
    most = std::max(most, moved.norm());
  }
  // Between two vertebrae near each other the tissue shears; elsewhere it is nearly rigid.
  CHECK(most < 0.9);
}

TEST_CASE("the scan on the table shows lesion and bone where the truth says they went") {
  Draw draw(7, 7);
  for (const std::size_t level : {2U, 3U, 4U}) {
    double sum = 0.0;
    int count = 0;
    while (count < 200) {
      const Vec preop = random_in(patient().spine().box(level), draw);
      const double bone = patient().spine().bone(level, preop);
      if (bone > -0.2 || bone < -0.6 || patient().lesion(preop) < 3.0) continue;
      sum += hounsfield_at(scanned(), scene().bend().intraop_from_preop(level) * preop);
      ++count;
    }
    CHECK(sum / count > 350.0);  // the compact shell, blurred; muscle has 58
  }
  const Vec lesion = scene().bend().intraop_from_preop(3) * patient().way().target_mm;
  CHECK(hounsfield_at(scanned(), lesion) < 130.0);
}

TEST_CASE("the plate's spheres stand over the skin, in the scan, where the truth says") {
  const Volume<std::int16_t>& ct = scanned();
  REQUIRE(scene().spheres_mm().size() == 7);
  for (const Vec& truth : scene().spheres_mm()) {
    CHECK(patient().skin(scene().bend().in_preop(truth)) > 3.0);
    Vec sum = Vec::Zero();
    double weight = 0.0;
    for (std::size_t z = 0; z < ct.grid.size[2]; ++z)
      for (std::size_t y = 0; y < ct.grid.size[1]; ++y)
        for (std::size_t x = 0; x < ct.grid.size[0]; ++x) {
          const Vec p = ct.grid.center(x, y, z);
          if ((p - truth).norm() > 5.0) continue;
          const double w = std::max(0.0, ct.voxels[ct.grid.index(x, y, z)] + 900.0);
          sum += w * p;
          weight += w;
        }
    CHECK((sum / weight - truth).norm() < 0.15);
  }
}

TEST_CASE("the plate in the scan gives the reference's pose, skin markers or not") {
  Eigen::AlignedBox3d box;
  for (const Vec& c : scene().spheres_mm()) box.extend(c);
  const Volume<std::int16_t> part = scene().scan(
      grid_of({box.min() - Vec::Constant(14), box.max() + Vec::Constant(14)}, 0.8, 1.0));
  auto ct = std::make_shared<CtVolume>();
  for (std::size_t i = 0; i < 3; ++i) ct->geometry.size[i] = static_cast<int>(part.grid.size[i]);
  ct->geometry.spacing_mm = part.grid.spacing_mm;
  ct->geometry.origin.mm = part.grid.origin_mm;
  ct->hounsfield = part.voxels;
  const ReferencePhantom plate = read_reference_phantom("configs/reference_phantom.toml");
  const auto found =
      find_spheres(IntraopVolume(ct), {plate.sphere_diameter_mm, plate.brighter_than_hu});
  REQUIRE(found);
  for (const Vec& truth : scene().spheres_mm()) {
    double nearest = 1e9;
    for (const FoundSphere& s : found.value())
      nearest = std::min(nearest, (s.center.mm - truth).norm());
    CHECK(nearest < 0.1);
  }
  const auto match = match_fiducials({5, 1, 0.3}, plate, found.value());
  REQUIRE(match);
  CHECK(match.value().matched.size() == 7);
  // At the lesion, below the plate.
  const Vec lesion = scene().bend().intraop_from_preop(3) * patient().way().target_mm;
  CHECK((match.value().reference_from_intraop.matrix() * lesion -
         scene().reference_from_intraop() * lesion)
            .norm() < 0.2);
}

TEST_CASE("the written scan says another study and frame, and its truth reads back") {
  const TemporaryFolder folder;
  IntraopOptions o = quick();
  o.in_plane_mm = 4.0;
  o.slice_mm = 6.0;
  const IntraopScene coarse(patient(), o);
  REQUIRE(write_intraop(patient(), 1, o, folder.path(), [](const std::string&) {}));
  DcmFileFormat slice;
  REQUIRE(slice.loadFile((folder.path() / "ct" / "0001.dcm").c_str()).good());
  OFString frame, who, position;
  slice.getDataset()->findAndGetOFString(DCM_FrameOfReferenceUID, frame);
  slice.getDataset()->findAndGetOFString(DCM_PatientID, who);
  slice.getDataset()->findAndGetOFString(DCM_PatientPosition, position);
  CHECK(who == "PHANTOM-1");
  CHECK(position == "HFP");

  const ConfigReader truth = ConfigReader::open(folder.path() / "truth.toml");
  CHECK(truth.text("intraop_frame_of_reference_uid") == frame.c_str());
  CHECK(truth.text("preop_frame_of_reference_uid") != frame.c_str());
  CHECK(truth.text("reference_vertebra") == "L4");
  const auto vertebrae = truth.tables("vertebra");
  REQUIRE(vertebrae.size() == level_count);
  for (std::size_t i = 0; i < level_count; ++i)
    CHECK((pose_in(vertebrae[i].table("preop_from_intraop")) * coarse.bend().intraop_from_preop(i))
              .isApprox(Eigen::Isometry3d::Identity(), 1e-6));
  const Eigen::Isometry3d reference = pose_in(truth.table("reference_from_intraop"));
  const auto spheres = truth.tables("sphere");
  const ConfigReader plate = ConfigReader::open(folder.path() / "reference_phantom.toml");
  const auto fiducials = plate.tables("fiducial");
  REQUIRE(spheres.size() == fiducials.size());
  for (std::size_t i = 0; i < spheres.size(); ++i)
    CHECK((reference * spheres[i].vector3("center_in_intraop_mm") -
           fiducials[i].vector3("center_in_reference_mm"))
              .norm() < 1e-4);
}

TEST_CASE("a patient written with the scan on the table has it beside the first one") {
  const TemporaryFolder folder;
  PhantomOptions o;
  o.folder = folder.path();
  o.in_plane_mm = 5.0;
  o.slice_mm = 5.0;
  o.mesh_detail = 2.5;
  o.dicom = false;
  o.intraop = IntraopOptions{};
  const auto quiet = [](const std::string&) {};
  REQUIRE(write_phantom(o, quiet));
  CHECK(fs::exists(folder.path() / "intraop" / "ct.nrrd"));
  CHECK(fs::exists(folder.path() / "intraop" / "truth.toml"));
  o.intraop.reset();
  REQUIRE(write_phantom(o, quiet));
  // What is left of an earlier scan is not taken for one of this patient.
  CHECK_FALSE(fs::exists(folder.path() / "intraop" / "truth.toml"));
}
