#include "engine/model/nifti_header.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

using namespace trocar;

namespace {

template <class T>
void put(std::string& bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

// 100 x 80 x 60 voxels of 1 x 2 x 3 mm, written by the offsets of nifti1.h.
std::string header(std::int16_t qform_code, std::int16_t sform_code) {
  std::string bytes(nifti_header_bytes, '\0');
  put(bytes, 0, std::int32_t{348});
  const std::int16_t dim[] = {3, 100, 80, 60, 1, 1, 1, 1};
  const float pixdim[] = {1, 1, 2, 3};
  std::memcpy(bytes.data() + 40, dim, sizeof dim);
  std::memcpy(bytes.data() + 76, pixdim, sizeof pixdim);
  bytes[123] = 2;
  put(bytes, 252, qform_code);
  put(bytes, 254, sform_code);
  // A quarter turn about x: y runs superior, z anterior to posterior.
  put(bytes, 256, static_cast<float>(std::sqrt(0.5)));
  const float place[] = {-50, 30, 7};
  std::memcpy(bytes.data() + 268, place, sizeof place);
  const float rows[] = {1, 0, 0, -50, 0, 0, -3, 30, 0, 2, 0, 7};
  std::memcpy(bytes.data() + 280, rows, sizeof rows);
  return bytes;
}

Error refusal(const std::string& bytes) {
  const auto placement = read_nifti_placement(bytes);
  if (!placement) return placement.error();
  const Status one = check_one_place(placement.value());
  REQUIRE_FALSE(one);
  return one.error();
}

}  // namespace

TEST_CASE("NIfTI: a qform and a sform that say the same in two ways are one place") {
  const auto placement = read_nifti_placement(header(1, 1));
  REQUIRE(placement);
  REQUIRE(placement.value().qform);
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t k = 0; k < 4; ++k) {
      CHECK((*placement.value().qform)[row][k] ==
            Approx((*placement.value().sform)[row][k]).margin(1e-5));
    }
  }
  CHECK(check_one_place(placement.value()));
  CHECK(check_one_place(read_nifti_placement(header(1, 0)).value()));
  CHECK(check_one_place(read_nifti_placement(header(0, 1)).value()));
}

TEST_CASE("H8: a NIfTI whose qform and sform differ, or that has neither, is refused") {
  CHECK(refusal(header(0, 0)).detail.find("found none") != std::string::npos);
  std::string moved = header(1, 1);
  put(moved, 268, -48.0F);
  CHECK(refusal(moved).detail.find("corners 2.00 mm apart") != std::string::npos);
  std::string mirrored = header(1, 1);
  put(mirrored, 76, -1.0F);  // the qform's third axis runs the other way
  CHECK(refusal(mirrored).detail.find("corners 354.00 mm apart") != std::string::npos);
}

TEST_CASE("NIfTI: the other byte order and units of metres give the same millimetres") {
  std::string metres = header(1, 0);
  metres[123] = 1;
  for (const std::size_t at : {80U, 84U, 88U, 268U, 272U, 276U}) {
    float v = 0;
    std::memcpy(&v, metres.data() + at, sizeof v);
    put(metres, at, v / 1000);
  }
  std::string swapped = header(1, 1);
  const auto swap = [&](std::size_t from, std::size_t to, std::size_t width) {
    for (std::size_t at = from; at < to; at += width) {
      std::reverse(swapped.data() + at, swapped.data() + at + width);
    }
  };
  swap(0, 4, 4);
  swap(40, 56, 2);
  swap(76, 108, 4);
  swap(252, 256, 2);
  swap(256, 328, 4);
  const auto want = read_nifti_placement(header(1, 1));
  const auto from_metres = read_nifti_placement(metres);
  const auto from_swapped = read_nifti_placement(swapped);
  REQUIRE(from_metres);
  REQUIRE(from_swapped);
  CHECK(from_swapped.value().sform == want.value().sform);
  CHECK(from_swapped.value().size == want.value().size);
  CHECK((*from_metres.value().qform)[1][3] == Approx(30));
  CHECK((*from_metres.value().qform)[2][1] == Approx(2));
}

TEST_CASE("NIfTI: numbers that are no place are refused before a library sees them") {
  const float not_a_number = std::numeric_limits<float>::quiet_NaN();
  for (const float wrong : {not_a_number, std::numeric_limits<float>::infinity(), 1e30F}) {
    std::string sform = header(0, 1);
    put(sform, 284, wrong);
    CHECK(refusal(sform).detail.find("in the sform") != std::string::npos);
    std::string qform = header(1, 0);
    put(qform, 272, wrong);
    CHECK(refusal(qform).detail.find("in the qform") != std::string::npos);
    std::string turn = header(1, 0);
    put(turn, 260, wrong);
    refusal(turn);
  }
  for (const float wrong : {0.0F, -1.0F, not_a_number}) {
    std::string spacing = header(0, 1);
    put(spacing, 84, wrong);
    CHECK(refusal(spacing).detail.find("expected spacings above 0 mm") != std::string::npos);
  }
  CHECK(refusal(header(1, 1).substr(0, 347)).detail.find("found 347") != std::string::npos);
  CHECK(refusal(std::string(nifti_header_bytes, 'x')).code == Code::malformed);
}
