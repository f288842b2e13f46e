#include "engine/model/outline_overlap.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace trocar;

namespace {

using Outline = std::vector<Eigen::Vector2d>;

Outline circle(double x, double y, double radius_mm, int points = 72, double start = 0) {
  Outline o;
  for (int i = 0; i < points; ++i) {
    const double a = start + 2 * M_PI * i / points;
    o.emplace_back(x + radius_mm * std::cos(a), y + radius_mm * std::sin(a));
  }
  return o;
}

Outline box(double left, double low, double right, double high) {
  return {{left, low}, {right, low}, {right, high}, {left, high}};
}

// With corners at every whole mm, as outlines of pixels have them.
Outline stepped(int left, int low, int right, int high) {
  Outline o;
  for (int x = left; x < right; ++x) o.emplace_back(x, low);
  for (int y = low; y < high; ++y) o.emplace_back(right, y);
  for (int x = right; x > left; --x) o.emplace_back(x, high);
  for (int y = high; y > low; --y) o.emplace_back(left, y);
  return o;
}

Outline shifted(Outline o, double x, double y) {
  for (Eigen::Vector2d& p : o) p += Eigen::Vector2d(x, y);
  return o;
}

std::string found(const std::vector<Outline>& outlines, Crossing crossing = Crossing::refused) {
  const auto conflict = find_conflict(outlines, crossing);
  // The order in which they were drawn says nothing.
  const auto turned = find_conflict({outlines.rbegin(), outlines.rend()}, crossing);
  CHECK(conflict.has_value() == turned.has_value());
  return conflict ? conflict->found : "";
}

const std::string twice = "an outline that is there twice",
                  cross = "two outlines that cross each other";

}  // namespace

TEST_CASE("outlines side by side, within each other or alone are no conflict") {
  CHECK(found({}).empty());
  CHECK(found({circle(0, 0, 15)}).empty());
  CHECK(found({circle(-10, 0, 5), circle(10, 0, 5)}).empty());
  CHECK(found({circle(0, 0, 15), circle(3, 2, 8), circle(3, 2, 4), circle(-9, 0, 2)}).empty());
  // Boxes that overlap, outlines that do not.
  CHECK(found({circle(-5, -5, 6), circle(5, 5, 6)}).empty());
  // Round the corner of an L.
  CHECK(found({{{0, 0}, {20, 0}, {20, 5}, {5, 5}, {5, 20}, {0, 20}}, box(8, 8, 18, 18)}).empty());
}

TEST_CASE(
    "outlines that touch at points or along a border are no conflict, well or badly written") {
  CHECK(found({circle(-5, 0, 5), circle(5, 0, 5)}).empty());
  CHECK(found({box(0, 0, 10, 10), box(10, 0, 20, 10)}).empty());
  CHECK(found({box(0, 0, 10, 10), box(10, 10, 20, 20)}).empty());
  CHECK(found({stepped(0, 0, 10, 10), stepped(0, 10, 10, 15)}).empty());
  CHECK(found({box(0, 0, 10, 10), box(0, 2, 5, 8)}).empty());  // a hole at the border
  CHECK(found({circle(0, 0, 10), circle(5, 0, 5)}).empty());   // one that touches it
  for (const double off : {0.05, -0.05}) {  // digits that were cut off: no gap, no overlap
    CHECK(found({box(0, 0, 10, 10), box(10 + off, 0, 20, 10)}).empty());
    const Outline corner{{0, 0}, {20, 0}, {20, 10}, {10, 10}, {10, 20}, {0, 20}};
    CHECK(found({corner, box(10 + off, 10 + off, 20, 20)}).empty());
  }
}

TEST_CASE("an outline that is there twice is found, whatever its way, start and corners") {
  const Outline c = circle(4, -7, 15);
  CHECK(found({c, c}) == twice);
  CHECK(found({c, Outline(c.rbegin(), c.rend())}) == twice);
  CHECK(found({c, circle(4, -7, 15, 180, 0.2)}) == twice);
  CHECK(found({c, shifted(c, 0.05, 0)}) == twice);
  CHECK(found({circle(40, 0, 5), circle(4, -7, 3), c, c}) == twice);
  CHECK(found({circle(0, 0, 30), circle(3, 3, 1), circle(3, 3, 1)}) == twice);
  CHECK(found({c, c}, Crossing::allowed) == twice);
  CHECK(found({box(0, 0, 10, 10), stepped(0, 0, 10, 10)}) == twice);
}

TEST_CASE("outlines that cross are found, with a place in both") {
  const Outline c = circle(0, 0, 15);
  CHECK(found({c, shifted(c, 0.4, 0)}) == cross);
  CHECK_FALSE(found({c, shifted(c, 0.2, 0)}).empty());
  CHECK_FALSE(found({c, shifted(c, 0, 0.2)}).empty());
  CHECK(found({stepped(0, 0, 10, 10), stepped(5, 5, 15, 15)}) == cross);  // only at corners
  CHECK(found({box(-10, -2, 10, 2), box(-2, -10, 2, 10)}) == cross);
  CHECK(found({box(0, 0, 10, 10), box(9.5, 2, 20, 8)}) == cross);
  const auto conflict = find_conflict({circle(-3, 0, 5), circle(3, 0, 5)}, Crossing::refused);
  REQUIRE(conflict);
  CHECK((conflict->at_mm - Eigen::Vector2d(-3, 0)).norm() < 5);
  CHECK((conflict->at_mm - Eigen::Vector2d(3, 0)).norm() < 5);
  CHECK(found({c, shifted(c, 5, 0)}, Crossing::allowed).empty());
}

TEST_CASE("a keyhole touches itself, and what lies in its hole does not cross it") {
  Outline keyhole = circle(0, 0, 15);
  keyhole.push_back(keyhole.front());
  const Outline hole = circle(0, 0, 8);
  keyhole.push_back(hole.front());
  keyhole.insert(keyhole.end(), hole.rbegin(), hole.rend());
  CHECK(found({keyhole, circle(0, 0, 6)}).empty());
  CHECK(found({keyhole, hole}).empty());
  CHECK(found({keyhole, circle(20, 20, 5)}).empty());
  CHECK(found({keyhole, keyhole}) == twice);
  CHECK(found({keyhole, circle(0, 0, 10)}) == cross);
}

TEST_CASE("millions of points are looked at in a moment, and too much is said to be") {
  CHECK(found({circle(0, 0, 200, 1'000'000), circle(10, 0, 100, 1'000'000)}).empty());
  CHECK(found({circle(0, 0, 200, 1'000'000), circle(150, 0, 100, 1'000'000)}) == cross);
  std::vector<Outline> many;
  for (int i = 0; i < 400; ++i) many.push_back(circle(0, 0, 20 + 0.5 * i));
  CHECK(found(many).find("more than 20000 pairs") == 0);
  Outline scribble;
  for (int i = 0; i < 100'000; ++i) scribble.emplace_back(i % 2 * 300.0, 0.001 * i);
  CHECK(found({scribble, circle(0, 0, 5)}).find("m of outlines where 1000 m are allowed") !=
        std::string::npos);
}
