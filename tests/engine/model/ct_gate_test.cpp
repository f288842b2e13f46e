#include "engine/model/ct_gate.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace trocar;

namespace {

std::vector<SliceDescription> even_stack(int count, double gap_mm) {
  std::vector<SliceDescription> out;
  for (int k = 0; k < count; ++k) {
    SliceDescription s;
    s.file = "s" + std::to_string(k);
    s.patient_id = "P";
    s.study_uid = "1";
    s.series_uid = "2";
    s.frame_of_reference_uid = "3";
    s.instance_uid = "4." + std::to_string(k);
    s.size = {8, 9};
    s.spacing_mm = {0.7, 0.8};
    s.position.mm = {-5, 6, 100 + gap_mm * k};
    s.along_row = Eigen::Vector3d::UnitX();
    s.along_column = Eigen::Vector3d::UnitY();
    out.push_back(s);
  }
  return out;
}

bool found(const std::vector<InputWarning>& issues, InputIssue wanted) {
  return std::any_of(issues.begin(), issues.end(),
                     [&](const InputWarning& i) { return i.issue == wanted; });
}

// Refused, for this reason, and no volume.
void check_refused(const std::vector<SliceDescription>& slices, InputIssue why) {
  const auto out = examine_slices(slices);
  INFO(to_string(why));
  CHECK(found(out.issues, why));
  CHECK(refuses(out.issues));
  CHECK_FALSE(out.geometry);
}

VolumeGeometry volume() {
  VolumeGeometry g;
  g.size = {10, 10, 10};
  return g;
}

}  // namespace

TEST_CASE("an even stack in any order of files becomes a volume") {
  auto slices = even_stack(10, 1.25);
  std::reverse(slices.begin(), slices.end());
  std::swap(slices[2], slices[7]);
  const auto out = examine_slices(slices);
  CHECK(out.issues.empty());
  REQUIRE(out.geometry);
  CHECK(out.geometry->size == std::array{8, 9, 10});
  CHECK(out.geometry->spacing_mm.isApprox(Eigen::Vector3d(0.7, 0.8, 1.25)));
  CHECK(out.geometry->origin.mm == Eigen::Vector3d(-5, 6, 100));
  CHECK(out.geometry->direction.determinant() == Approx(1));
  for (std::size_t k = 0; k < 10; ++k) CHECK(slices[out.order[k]].file == "s" + std::to_string(k));
}

TEST_CASE("H7: two patients, frames of reference, studies or series in a folder are refused") {
  auto slices = even_stack(6, 1);
  slices[3].patient_id = "Q";
  check_refused(slices, InputIssue::several_patients);
  CHECK(refusal_text(examine_slices(slices).issues) ==
        "several_patients: expected one patient id, found 2");
  slices = even_stack(6, 1);
  slices[3].frame_of_reference_uid = "9";
  check_refused(slices, InputIssue::several_frames_of_reference);
  slices = even_stack(6, 1);
  slices[3].series_uid = "9";
  check_refused(slices, InputIssue::several_series);
  slices = even_stack(6, 1);
  slices[3].study_uid = "9";
  check_refused(slices, InputIssue::several_series);
  slices = even_stack(6, 1);
  slices[0].patient_id.clear();
  check_refused(slices, InputIssue::several_patients);
}

TEST_CASE("missing slices are refused, wherever they are missing") {
  for (const std::ptrdiff_t at : {1, 4, 8}) {
    auto slices = even_stack(10, 1);
    slices.erase(slices.begin() + at);
    check_refused(slices, InputIssue::missing_slices);
  }
  auto three = even_stack(4, 1);
  three.erase(three.begin() + 1);
  check_refused(three, InputIssue::missing_slices);
}

TEST_CASE("duplicate slices are refused, by place and by instance") {
  auto slices = even_stack(6, 1);
  slices.push_back(slices[2]);
  slices.back().instance_uid = "other";
  check_refused(slices, InputIssue::duplicate_slices);
  slices = even_stack(6, 1);
  slices[1].instance_uid = slices[2].instance_uid;
  check_refused(slices, InputIssue::duplicate_slices);
}

TEST_CASE("a slice 0.15 mm off its place is refused, one 0.05 mm off is not") {
  auto slices = even_stack(9, 1);
  slices[4].position.mm.z() += 0.15;
  check_refused(slices, InputIssue::uneven_slices);
  slices = even_stack(9, 1);
  slices[4].position.mm.z() += 0.05;
  CHECK(examine_slices(slices).issues.empty());
}

TEST_CASE("gantry tilt is refused, from the positions and from the scanner's word") {
  auto slices = even_stack(9, 1);
  for (int k = 0; k < 9; ++k) {
    slices[static_cast<std::size_t>(k)].position.mm.y() += 0.01 * k;  // 0.57 deg
  }
  check_refused(slices, InputIssue::gantry_tilt);
  slices = even_stack(9, 1);
  for (auto& s : slices) s.gantry_tilt_rad = 0.1;
  check_refused(slices, InputIssue::gantry_tilt);
}

TEST_CASE("slices that are no stack are refused as invalid geometry") {
  check_refused(even_stack(1, 1), InputIssue::geometry_invalid);
  check_refused({}, InputIssue::geometry_invalid);
  auto slices = even_stack(5, 1);
  slices[2].spacing_mm[0] = 0;
  check_refused(slices, InputIssue::geometry_invalid);
  slices = even_stack(5, 1);
  slices[2].position.mm.x() = std::numeric_limits<double>::quiet_NaN();
  check_refused(slices, InputIssue::geometry_invalid);
  slices = even_stack(5, 1);
  slices[2].size = {8, 8};
  check_refused(slices, InputIssue::geometry_invalid);
  slices = even_stack(5, 1);
  slices[2].along_row = Eigen::Vector3d::UnitZ();
  check_refused(slices, InputIssue::geometry_invalid);
  slices = even_stack(5, 1);
  for (auto& s : slices) s.along_row *= 1.1;
  check_refused(slices, InputIssue::geometry_invalid);
}

TEST_CASE("rows and columns that are not at a right angle are refused") {
  auto slices = even_stack(5, 1);
  for (auto& s : slices) s.along_row = Eigen::Vector3d(1, 0.01, 0).normalized();
  check_refused(slices, InputIssue::direction_not_orthogonal);
}

TEST_CASE("H13: slices 2.01 mm apart give a warning and are used, 2.00 mm give none") {
  const auto wide = examine_slices(even_stack(20, 2.01));
  CHECK(found(wide.issues, InputIssue::slice_spacing_large));
  CHECK_FALSE(refuses(wide.issues));
  CHECK(wide.geometry);
  CHECK(examine_slices(even_stack(20, 2.0)).issues.empty());
}

TEST_CASE("H8: a volume with det = -1 is refused") {
  VolumeGeometry g = volume();
  g.direction.col(0) *= -1;
  const auto issues = examine_geometry(g);
  CHECK(found(issues, InputIssue::direction_left_handed));
  CHECK(refuses(issues));
  g.direction.col(1) *= -1;
  CHECK(examine_geometry(g).empty());
}

TEST_CASE("a volume whose geometry is no geometry is refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double bad : {0.0, -1.0, nan}) {
    VolumeGeometry g = volume();
    g.spacing_mm[1] = bad;
    CHECK(found(examine_geometry(g), InputIssue::geometry_invalid));
  }
  VolumeGeometry g = volume();
  g.size[2] = 1;
  CHECK(found(examine_geometry(g), InputIssue::geometry_invalid));
  g = volume();
  g.origin.mm.x() = nan;
  CHECK(found(examine_geometry(g), InputIssue::geometry_invalid));
  g = volume();
  g.direction(0, 1) = 0.01;
  CHECK(found(examine_geometry(g), InputIssue::direction_not_orthogonal));
}

TEST_CASE("a place and its index are the inverse of each other, in an oblique volume too") {
  VolumeGeometry g = volume();
  g.spacing_mm = {0.5, 1.5, 2};
  g.origin.mm = {3, -4, 5};
  g.direction = Eigen::AngleAxisd(1, Eigen::Vector3d(1, 1, -1).normalized()).toRotationMatrix();
  const Eigen::Vector3d index(1.5, -2, 7);
  CHECK((g.index_of(g.at(index)) - index).norm() < 1e-12);
  CHECK(g.holds(g.at({9.49, 0, 0})));
  CHECK_FALSE(g.holds(g.at({9.51, 0, 0})));
  CHECK(g.holds(g.at({9.51, 0, 0}), 1.0));
  CHECK_FALSE(g.holds({{std::nan(""), 0, 0}}));
}
