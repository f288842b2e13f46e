#include "engine/data/marker_geometry.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "tests/engine/registration/simulate.hpp"

using namespace trocar;

namespace {

const MarkerGeometry pointer{"pointer", {{{0, 0, 0}}, {{50, 0, 0}}, {{110, 10, 0}}, {{60, 35, 0}}}};

MarkerGeometry moved(const MarkerGeometry& tool, const std::string& name, std::uint64_t seed) {
  simulate::Random random(seed);
  const auto t = simulate::random_transform<Marker, Marker>(random, 100);
  MarkerGeometry out{name, {}};
  for (const auto& m : tool.markers) out.markers.push_back(t * m);
  return out;
}

std::string refusal(const std::vector<MarkerGeometry>& tools, double tolerance_mm) {
  const Status s = check_distinct(tools, tolerance_mm);
  return s ? "" : s.error().detail;
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("H5: two tools with the same markers are refused, wherever their axes lie") {
  const std::string why = refusal({pointer, moved(pointer, "awl", 1)}, 1.0);
  CHECK(says(why, "'pointer' and 'awl'"));
  CHECK(says(why, "mm apart"));
}

TEST_CASE("H5: two tools with distance-similar markers are refused, distinct ones are not") {
  MarkerGeometry awl = moved(pointer, "awl", 2);
  awl.markers[3].mm += Eigen::Vector3d(0, 0, 40);
  awl.markers[2].mm += Eigen::Vector3d(0.3, 0.2, 0.1);  // three markers remain within 0.5 mm
  CHECK(says(refusal({pointer, awl}, 0.5), "'awl' markers 1, 2, 3"));
  awl.markers[2].mm += Eigen::Vector3d(12, -9, 15);
  awl.markers[0].mm += Eigen::Vector3d(-14, 9, 11);
  CHECK(refusal({pointer, awl}, 0.5).empty());
}

TEST_CASE("H5: a mirrored tool is refused: three of its markers are no mirror image") {
  MarkerGeometry mirrored{"mirrored", {}};
  for (const auto& m : pointer.markers) {
    mirrored.markers.push_back({{-m.mm.x(), m.mm.y(), m.mm.z() + 3}});
  }
  CHECK(says(refusal({pointer, mirrored}, 0.5), "'mirrored'"));
}

TEST_CASE("H5: the order of markers in the tool file does not hide a match") {
  MarkerGeometry awl = moved(pointer, "awl", 3);
  std::swap(awl.markers[0], awl.markers[2]);
  std::swap(awl.markers[1], awl.markers[3]);
  CHECK_FALSE(refusal({pointer, awl}, 0.1).empty());
}

TEST_CASE("a tolerance decides: 0.9 mm of difference passes at 0.8 and is refused at 1.0") {
  const MarkerGeometry a{"a", {{{0, 0, 0}}, {{50, 0, 0}}, {{0, 70, 0}}}};
  const MarkerGeometry b{"b", {{{0, 0, 0}}, {{50.9, 0, 0}}, {{0, 70, 0}}}};
  CHECK(refusal({a, b}, 0.8).empty());
  CHECK_FALSE(refusal({a, b}, 1.0).empty());
}

TEST_CASE("every pair of tools is compared and the first clash is named") {
  const MarkerGeometry other{"other", {{{0, 0, 0}}, {{33, 0, 0}}, {{0, 81, 0}}}};
  const std::string why = refusal({other, pointer, moved(pointer, "copy", 4)}, 0.5);
  CHECK(says(why, "'pointer' and 'copy'"));
  CHECK_FALSE(says(why, "'other'"));
}

TEST_CASE("one tool alone is never a clash, and neither is none") {
  CHECK(check_distinct(std::vector<MarkerGeometry>{pointer}, 5.0));
  CHECK(check_distinct(std::vector<MarkerGeometry>{}, 5.0));
}

TEST_CASE("a tool of two markers, or with a coordinate that is no number, is refused by name") {
  const MarkerGeometry two{"stub", {{{0, 0, 0}}, {{50, 0, 0}}}};
  CHECK(says(refusal({pointer, two}, 0.5), "'stub': expected 3 or more markers, found 2"));
  MarkerGeometry broken = moved(pointer, "broken", 5);
  broken.markers[1].mm.y() = std::numeric_limits<double>::quiet_NaN();
  CHECK(says(refusal({pointer, broken}, 0.5), "'broken'"));
}
