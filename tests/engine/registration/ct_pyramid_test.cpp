#include "engine/registration/ct_pyramid.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/registration/ct_spine_for_test.hpp"

using namespace trocar;
using namespace trocar::ct_test;

TEST_CASE("three levels, each near its spacing, whatever the scan's own") {
  const auto fine = scan(grid(centre_of(33), {60, 60, 60}, {0.6, 0.6, 0.6}), stays, {});
  const CtPyramid pyramid(fine);
  for (std::size_t level = 0; level < ct_levels; ++level) {
    const CtGrid& grid = pyramid.at(static_cast<CtLevel>(level));
    CHECK(grid.spacing_mm.maxCoeff() == Approx(ct_level_mm[level]).margin(0.01));
    CHECK(grid.size[0] == static_cast<int>(60 / ct_level_mm[level]));
  }
}

TEST_CASE("thick slices are not averaged further until they are the finer axis") {
  const auto thick = scan(grid(centre_of(33), {60, 60, 60}, {1.0, 1.0, 3.0}), stays, {});
  const CtPyramid pyramid(thick);
  CHECK(pyramid.at(CtLevel::fine).spacing_mm == Vector3d(1, 1, 3));
  CHECK(pyramid.at(CtLevel::medium).spacing_mm == Vector3d(2, 2, 3));
  CHECK(pyramid.at(CtLevel::coarse).spacing_mm.z() == Approx(6));
}

TEST_CASE("the pyramid says what the scanner saw") {
  const auto round = scan(grid(centre_of(33), {60, 60, 60}, {1, 1, 1}), stays, {1, 0, 10, 1, 58});
  const CtPyramid pyramid(round);
  CHECK(pyramid.sees(centre_of(33)));
  CHECK_FALSE(pyramid.sees(centre_of(33) + Vector3d(26, 26, 0)));
  CHECK_FALSE(pyramid.sees(centre_of(33) + Vector3d(0, 0, 40)));
}
