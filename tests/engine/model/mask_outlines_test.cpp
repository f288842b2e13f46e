#include "engine/model/mask_outlines.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace trocar;

namespace {

using Outlines = std::vector<std::vector<Eigen::Vector2d>>;

Outlines outlines_of(const std::vector<std::string>& rows) {
  std::vector<float> share;
  for (const std::string& row : rows)
    for (const char c : row) share.push_back(c == '#' ? 1.0F : 0.0F);
  return mask_outlines({static_cast<int>(rows[0].size()), static_cast<int>(rows.size()), share});
}

// Positive when the inside lies on the left.
double area(const std::vector<Eigen::Vector2d>& o) {
  double sum = 0;
  for (std::size_t i = 0; i < o.size(); ++i) {
    const Eigen::Vector2d &a = o[i], &b = o[(i + 1) % o.size()];
    sum += 0.5 * (a.x() * b.y() - a.y() * b.x());
  }
  return sum;
}

}  // namespace

TEST_CASE("one pixel is a diamond, and a picture without pixels has no outline") {
  const auto one = outlines_of({"...", ".#.", "..."});
  REQUIRE(one.size() == 1);
  CHECK(one[0].size() == 4);
  CHECK(std::abs(area(one[0])) == Approx(0.5));
  CHECK(outlines_of({"...", "..."}).empty());
}

TEST_CASE("an outline closes at the border of the picture") {
  const auto full = outlines_of({"##", "##"});
  REQUIRE(full.size() == 1);
  CHECK(std::abs(area(full[0])) == Approx(3.5));  // 4 less a corner's half square each
}

TEST_CASE("a hole has an outline of its own, the other way round") {
  const auto ring = outlines_of({".....", ".###.", ".#.#.", ".###.", "....."});
  REQUIRE(ring.size() == 2);
  CHECK(area(ring[0]) * area(ring[1]) < 0);
}

TEST_CASE("pixels that touch at a corner stay two, in both diagonals") {
  CHECK(outlines_of({"#.", ".#"}).size() == 2);
  CHECK(outlines_of({".#", "#."}).size() == 2);
}

TEST_CASE("points are counted as the outlines will have them") {
  for (const std::vector<std::string>& rows : {std::vector<std::string>{"...", "..."},
                                               {"##", "##"},
                                               {"#.", ".#"},
                                               {".....", ".###.", ".#.#.", ".###.", "....#"},
                                               {"#.#.#", ".#.#.", "#.#.#"}}) {
    std::vector<float> share;
    for (const std::string& row : rows)
      for (const char c : row) share.push_back(c == '#' ? 1.0F : 0.0F);
    std::size_t points = 0;
    for (const auto& o : outlines_of(rows)) points += o.size();
    CHECK(count_outline_points(
              {static_cast<int>(rows[0].size()), static_cast<int>(rows.size()), share}) == points);
  }
}

TEST_CASE("shares place the outline between the pixels") {
  const std::vector<float> share{0.0F, 0.2F, 1.0F, 1.0F, 0.2F, 0.0F};
  const auto o = mask_outlines({6, 1, share});
  REQUIRE(o.size() == 1);
  double least = 9, most = 0;
  for (const auto& p : o[0]) least = std::min(least, p.x()), most = std::max(most, p.x());
  CHECK(least == Approx(1.375));  // 0.2 -> 1.0 passes 0.5 after 3/8
  CHECK(most == Approx(3.625));
}

TEST_CASE("the outline of a disc of pixels is its circle to a third of a pixel") {
  std::vector<float> share;
  constexpr double radius = 11.3;
  for (int y = 0; y < 30; ++y)
    for (int x = 0; x < 30; ++x)
      share.push_back(std::hypot(x - 14.2, y - 15.1) < radius ? 1.F : 0.F);
  const auto o = mask_outlines({30, 30, share});
  REQUIRE(o.size() == 1);
  for (const auto& p : o[0])
    CHECK(std::hypot(p.x() - 14.2, p.y() - 15.1) == Approx(radius).margin(0.72));
  CHECK(std::abs(area(o[0])) == Approx(M_PI * radius * radius).epsilon(0.02));
}
