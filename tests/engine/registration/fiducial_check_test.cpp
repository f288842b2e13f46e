#include "engine/registration/fiducial_check.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <vector>

using namespace trocar;

namespace {

using Points = std::vector<Eigen::Vector3d>;
const std::vector<std::string> names{"A", "B", "C", "D", "E"};
const Points good{{0, 0, 0}, {60, 5, 0}, {10, 45, 3}, {50, 30, 20}, {25, -20, 12}};

LabelledPoints set(const Points& points) { return {"test points", names, points}; }

void refused(const Status& s, Code code, const std::string& part) {
  REQUIRE_FALSE(s);
  CHECK(s.error().code == code);
  INFO(s.error().detail);
  CHECK(s.error().detail.find("test points") == 0);
  CHECK(s.error().detail.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("a good set of fiducials passes every check") {
  CHECK(check_count_and_numbers(set(good)));
  CHECK(check_spacing(set(good), 10));
  CHECK(check_off_line(set(good), 5));
  CHECK(check_size(set(good)));
  CHECK(check_same_size(set(good), set(good)));
}

TEST_CASE("three points, or another number than labels, are refused with both counts") {
  const Points three(good.begin(), good.begin() + 3);
  const std::vector<std::string> three_names{"A", "B", "C"};
  refused(check_count_and_numbers({"test points", three_names, three}), Code::out_of_range,
          "expected 4 or more, found 3");
  refused(check_count_and_numbers(set(three)), Code::inconsistent,
          "expected 5, one per label, found 3");
  refused(check_count_and_numbers(set({})), Code::inconsistent, "found 0");
}

TEST_CASE("a coordinate that is not finite is refused with its label") {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Points points = good;
    points[2].z() = bad;
    refused(check_count_and_numbers(set(points)), Code::out_of_range, "'C'");
  }
}

TEST_CASE("a label used twice is refused") {
  const std::vector<std::string> twice{"A", "B", "C", "B", "E"};
  refused(check_count_and_numbers({"test points", twice, good}), Code::inconsistent,
          "found 'B' twice");
}

TEST_CASE("one fiducial touched twice is refused with both labels") {
  Points points = good;
  points[4] = points[1] + Eigen::Vector3d(0.5, 0.5, 0);
  refused(check_spacing(set(points), 10), Code::ambiguous, "'B' and 'E' 10.0 mm or more apart");
}

TEST_CASE("points exactly at the spacing limit pass") {
  const Points square{{0, 0, 0}, {10, 0, 0}, {0, 10, 0}, {10, 10, 0}, {20, 0, 0}};
  CHECK(check_spacing(set(square), 10));
  CHECK_FALSE(check_spacing(set(square), 10.001));
}

TEST_CASE("points on a line and nearly on a line are refused") {
  Points line;
  for (int i = 0; i < 5; ++i) line.emplace_back(20.0 * i, 10.0 * i, -5.0 * i);
  refused(check_off_line(set(line), 5), Code::ambiguous, "best line");
  for (int i = 0; i < 5; ++i) line[static_cast<std::size_t>(i)].z() += i % 2 == 0 ? 2 : -2;
  refused(check_off_line(set(line), 5), Code::ambiguous, "best line");
}

TEST_CASE("all on a line but one: that one could not be checked and is named") {
  Points points{{0, 0, 0}, {30, 0, 0}, {60, 0, 0}, {25, 40, 0}, {90, 0, 0}};
  refused(check_off_line(set(points), 5), Code::ambiguous, "all but 'D' lie on one line");
}

TEST_CASE("the distance off the best line is that of a hand calculation") {
  // Line along x; y = +3 and -3: RMS 3.
  const Points zigzag{{0, 3, 0}, {100, -3, 0}, {100, 3, 0}, {0, -3, 0}};
  CHECK(off_line_rms_mm(zigzag) == Approx(3));
}

TEST_CASE("H17: metres, micrometres and a spread no spine has are refused by size") {
  const auto scaled = [](double s) {
    Points out = good;
    for (auto& p : out) p *= s;
    return out;
  };
  refused(check_size(set(scaled(1e-3))), Code::out_of_range, "are they in millimetres?");
  refused(check_size(set(scaled(1e3))), Code::out_of_range, "are they in millimetres?");
  CHECK(check_size(set(scaled(2))));
}

TEST_CASE("H17: two sets of different size are refused with the ratio") {
  Points inches = good;
  for (auto& p : inches) p /= 25.4;
  refused(check_same_size(set(inches), set(good)), Code::inconsistent, "0.03937 times as wide");
  Points stretched = good;
  for (auto& p : stretched) p *= 1.2;
  CHECK(check_same_size(set(stretched), set(good)));
  for (auto& p : stretched) p *= 1.1;
  CHECK_FALSE(check_same_size(set(stretched), set(good)));
  CHECK_FALSE(check_same_size(set(good), set(stretched)));
}
