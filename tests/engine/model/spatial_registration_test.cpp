#include "engine/model/spatial_registration.hpp"

#include <catch2/catch.hpp>

#include "ct_files.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

SpatialRegistration example() {
  SpatialRegistration r;
  r.patient_id = "P1";
  r.study_uid = "1.2.3.1";
  r.frame_of_reference_uid = "1.2.3.3";
  RegisteredFrame frame;
  frame.frame_of_reference_uid = "1.2.3.30";
  frame.registered_from_frame = Eigen::Translation3d(12.5, -340.25, 1000.125) *
                                Eigen::AngleAxisd(0.7, Eigen::Vector3d(1, -2, 3).normalized());
  r.frames.push_back(frame);
  frame.frame_of_reference_uid = "1.2.3.3";
  frame.registered_from_frame = Eigen::Isometry3d::Identity();
  r.frames.push_back(frame);
  return r;
}

std::string with(std::string bytes, const std::string& from, const std::string& to) {
  REQUIRE(from.size() == to.size());
  const auto at = bytes.find(from);
  REQUIRE(at != std::string::npos);
  return bytes.replace(at, from.size(), to);
}

Result<SpatialRegistration> read_back(const SpatialRegistration& r, const std::string& from = "",
                                      const std::string& to = "") {
  const TempFolder folder;
  REQUIRE(write_spatial_registration(folder / "r.dcm", r));
  if (!from.empty()) {
    write_file(folder / "r.dcm", with(read_file(folder / "r.dcm"), from, to));
  }
  return read_spatial_registration(folder / "r.dcm");
}

Code refusal(const Result<SpatialRegistration>& r) {
  REQUIRE_FALSE(r);
  return r.error().code;
}

SpatialRegistration turned_by_90_deg() {
  SpatialRegistration r = example();
  r.frames.resize(1);
  r.frames[0].registered_from_frame = Eigen::Isometry3d::Identity();
  r.frames[0].registered_from_frame.linear() << 0, -1, 0, 1, 0, 0, 0, 0, 1;
  r.frames[0].registered_from_frame.translation() << 100, 200, 300;
  return r;
}

// Of turned_by_90_deg, as it stands in the file.
const std::string first_row = "0.000000000\\-1.000000000\\0.000000000\\100.000000";

}  // namespace

TEST_CASE("a registration that is written reads back, to a billionth of a turn and a nanometre") {
  const SpatialRegistration r = example();
  const auto back = read_back(r);
  REQUIRE(back);
  CHECK(back.value().patient_id == "P1");
  CHECK(back.value().frame_of_reference_uid == "1.2.3.3");
  REQUIRE(back.value().frames.size() == 2);
  CHECK(back.value().frames[0].frame_of_reference_uid == "1.2.3.30");
  const Eigen::Matrix4d off = back.value().frames[0].registered_from_frame.matrix() -
                              r.frames[0].registered_from_frame.matrix();
  CHECK(off.cwiseAbs().maxCoeff() <= 2e-9 + 1e-6);
  CHECK(back.value().frames[1].registered_from_frame.isApprox(Eigen::Isometry3d::Identity()));
}

TEST_CASE("H8: the matrix is row by row and takes a point of the frame to the registered frame") {
  const auto back = read_back(turned_by_90_deg());
  REQUIRE(back);
  const Eigen::Vector3d p = back.value().frames[0].registered_from_frame * Eigen::Vector3d(1, 0, 0);
  CHECK(p.isApprox(Eigen::Vector3d(100, 201, 300)));
}

TEST_CASE("H8: a mirror is refused") {
  const auto mirror =
      read_back(turned_by_90_deg(), "0.000000000\\0.000000000\\1.000000000\\300.000000",
                "0.00000000\\0.000000000\\-1.000000000\\300.000000");
  CHECK(refusal(mirror) == Code::malformed);
  CHECK(mirror.error().detail.find("mirror (det = -1)") != std::string::npos);
}

TEST_CASE("scale, shear, another type of matrix and numbers that are none are refused") {
  const SpatialRegistration r = turned_by_90_deg();
  CHECK(refusal(read_back(r, first_row, "0.000000000\\-1.001000000\\0.000000000\\100.000000")) ==
        Code::unsupported);
  CHECK(refusal(read_back(r, first_row, "0.100000000\\-1.000000000\\0.000000000\\100.000000")) ==
        Code::unsupported);
  CHECK(refusal(read_back(r, first_row, "nan00000000\\-1.000000000\\0.000000000\\100.000000")) ==
        Code::malformed);
  CHECK(refusal(read_back(r, "RIGID ", "AFFINE")) == Code::unsupported);
  CHECK(refusal(read_back(r, "0.000000000\\0.000000000\\0.000000000\\1.000000",
                          "0.000000000\\0.000000000\\0.000000000\\2.000000")) == Code::malformed);
}

TEST_CASE("H17: an origin that only another unit explains is refused") {
  CHECK(refusal(read_back(turned_by_90_deg(), first_row,
                          "0.00000000\\-1.00000000\\0.00000000\\100000.000000")) ==
        Code::out_of_range);
}

TEST_CASE("another kind of object, and a file cut anywhere, is refused") {
  const TempFolder folder;
  write_dicom_slice(folder / "ct.dcm", small_geometry(), 0, slice_tags(small_geometry(), 0));
  CHECK(refusal(read_spatial_registration(folder / "ct.dcm")) == Code::unsupported);
  CHECK(refusal(read_spatial_registration(folder / "none.dcm")) == Code::not_found);
  REQUIRE(write_spatial_registration(folder / "r.dcm", example()));
  const std::string whole = read_file(folder / "r.dcm");
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    write_file(folder / "cut.dcm", whole.substr(0, size));
    INFO(size);
    CHECK_FALSE(read_spatial_registration(folder / "cut.dcm"));
  }
}

TEST_CASE("damaged bytes never give a matrix that is not rigid") {
  const TempFolder folder;
  REQUIRE(write_spatial_registration(folder / "r.dcm", example()));
  const std::string whole = read_file(folder / "r.dcm");
  for (std::size_t at = 132; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x15);
    write_file(folder / "bad.dcm", bytes);
    const auto read = read_spatial_registration(folder / "bad.dcm");
    if (!read) continue;
    for (const RegisteredFrame& f : read.value().frames) {
      CHECK(f.registered_from_frame.matrix().allFinite());
      CHECK(std::abs(f.registered_from_frame.linear().determinant() - 1) < 1e-9);
    }
  }
}

TEST_CASE("what reading would refuse is not written") {
  const TempFolder folder;
  const auto written = [&](const SpatialRegistration& r) {
    return static_cast<bool>(write_spatial_registration(folder / "r.dcm", r));
  };
  SpatialRegistration r = example();
  r.frames[0].registered_from_frame.linear() *= 1.01;
  CHECK_FALSE(written(r));
  r = example();
  r.frames[0].registered_from_frame.translation().x() = std::nan("");
  CHECK_FALSE(written(r));
  r = example();
  r.frames.clear();
  CHECK_FALSE(written(r));
  r = example();
  r.frame_of_reference_uid = "not a uid";
  CHECK_FALSE(written(r));
  CHECK_FALSE(write_spatial_registration("/proc/none/r.dcm", example()));
}
