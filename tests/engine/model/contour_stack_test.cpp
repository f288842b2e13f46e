#include "engine/model/contour_stack.hpp"

#include <Eigen/Geometry>
#include <catch2/catch.hpp>
#include <cmath>

using namespace trocar;

namespace {

Contour ring(double radius_mm, double height_mm, int points = 24) {
  Contour c;
  for (int i = 0; i < points; ++i) {
    const double a = 2 * M_PI * i / points;
    c.emplace_back(radius_mm * std::cos(a), radius_mm * std::sin(a), height_mm);
  }
  return c;
}

std::vector<Contour> rings(const std::vector<double>& heights_mm) {
  std::vector<Contour> all;
  for (const double z : heights_mm) all.push_back(ring(10, z));
  return all;
}

std::string refusal(const std::vector<Contour>& contours) {
  const auto stack = stack_contours(contours);
  REQUIRE_FALSE(stack);
  CHECK(stack.error().detail.find('\n') == std::string::npos);
  return stack.error().detail;
}

bool says(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return true;
}

}  // namespace

TEST_CASE("outlines in any order become slices that rise, several in one plane") {
  auto contours = rings({5.0, 0.0, 2.5});
  contours.push_back(ring(3, 2.52));  // written with few digits
  const auto stack = stack_contours(contours);
  REQUIRE(stack);
  REQUIRE(stack.value().slices.size() == 3);
  CHECK(stack.value().spacing_mm == Approx(2.5));
  CHECK(stack.value().slices[0].height_mm == Approx(0));
  CHECK(stack.value().slices[1].outlines.size() == 2);
  CHECK(stack.value().slices[2].outlines.size() == 1);
}

TEST_CASE("the planes may stand at any angle, and the points come back where they were") {
  const Eigen::Matrix3d turn =
      Eigen::AngleAxisd(0.7, Eigen::Vector3d(1, -2, 0.5).normalized()).toRotationMatrix();
  std::vector<Contour> contours = rings({0, 3, 6});
  for (Contour& c : contours)
    for (Eigen::Vector3d& p : c) p = turn * p + Eigen::Vector3d(40, -20, 300);
  const auto stack = stack_contours(contours);
  REQUIRE(stack);
  const ContourStack& s = stack.value();
  CHECK(s.axes.determinant() == Approx(1.0));
  CHECK(s.spacing_mm == Approx(3.0));
  CHECK(std::abs(s.axes.col(2).dot(turn.col(2))) == Approx(1.0));
  double nearest = 1e9;
  const Eigen::Vector2d& first = s.slices[0].outlines[0][0];
  const Eigen::Vector3d back =
      s.axes * Eigen::Vector3d(first.x(), first.y(), s.slices[0].height_mm);
  for (const Contour& c : contours)
    for (const Eigen::Vector3d& p : c) nearest = std::min(nearest, (p - back).norm());
  CHECK(nearest < 1e-9);
}

TEST_CASE("planes that are upright but for the digits written are upright") {
  std::vector<Contour> contours = rings({0, 2, 4});
  contours[1][3].z() += 0.0005;
  const auto stack = stack_contours(contours);
  REQUIRE(stack);
  CHECK(stack.value().axes.col(2) == Eigen::Vector3d::UnitZ());
}

TEST_CASE("what bounds nothing or lies askew is refused, with its place") {
  says(refusal({}), "found none");
  says(refusal({ring(10, 0), Contour{{1, 2, 3}, {4, 5, 3}}}), "3 or more points, found one of 2");
  says(refusal({Contour{{0, 0, 0}, {5, 0, 0}, {9, 0, 0}}}), "surround an area");
  auto askew = rings({0, 2, 4});
  askew[1][5].z() += 0.8;
  says(refusal(askew), "mm out of them");
  auto infinite = rings({0, 2, 4});
  infinite[2][0].x() = INFINITY;
  says(refusal(infinite), "finite");
}

TEST_CASE("an outline without area is refused, though others of the ROI have one") {
  auto contours = rings({0, 2, 4});
  contours[1] = Contour{{0, 0, 2}, {5, 0, 2}, {10, 0.01, 2}};
  says(refusal(contours), "surround an area, found one of 3 points at (0.0, 0.0, 2.0)");
  contours[1] = Contour{{-9, -9, 2}, {9, 9, 2}, {9, -9, 2}, {-9, 9, 2}};  // a bow tie
  says(refusal(contours), "surround an area");
}

TEST_CASE("outlines of a slice that are there twice or cross are refused, with slice and place") {
  auto contours = rings({0, 2, 4});
  contours.push_back(contours[1]);
  says(refusal(contours),
       "slice at 2.00 mm along the normal: expected outlines side by side or within each other, "
       "found an outline that is there twice at (");
  for (Eigen::Vector3d& p : contours.back()) p.x() += 6;
  says(refusal(contours),
       "slice at 2.00 mm along the normal: expected outlines side by side or "
       "within each other, found two outlines that cross each other at (");
  CHECK(stack_contours(contours, Crossing::allowed));
  contours.back() = ring(4, 2);
  CHECK(stack_contours(contours));
}

TEST_CASE("a single slice, missing slices and slices drawn twice are refused") {
  says(refusal({ring(10, 0), ring(4, 0)}), "found one slice");
  says(refusal(rings({0, 2.5, 5, 12.5, 15})), "are slices missing");
  says(refusal(rings({0, 2.5, 5, 5.6, 7.5, 10})), "twice");
  says(refusal(rings({0, 40})), "0.1 to 10 mm apart");
}
