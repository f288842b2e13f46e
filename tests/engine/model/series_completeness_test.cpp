#include "engine/model/series_completeness.hpp"

#include <catch2/catch.hpp>

using namespace trocar;
using namespace std::chrono_literals;

namespace {

// Numbered first, first + 1, ...; each says the acquisition has `stated` images, 0: nothing.
std::vector<ObjectIdentity> numbered(int first, int count, int stated = 0) {
  std::vector<ObjectIdentity> out;
  for (int k = 0; k < count; ++k) {
    ObjectIdentity o;
    o.instance_number = first + k;
    if (stated > 0) o.images_in_acquisition = stated;
    out.push_back(o);
  }
  return out;
}

SeriesVerdict after(const std::vector<ObjectIdentity>& objects, Duration quiet,
                    std::optional<std::size_t> broken_after = {}) {
  return judge_series({objects, false, broken_after, quiet}, {});
}

InputIssue only_issue(const SeriesVerdict& verdict) {
  REQUIRE(verdict.issues.size() == 1);
  return verdict.issues.front().issue;
}

}  // namespace

TEST_CASE("a series with the stated number of images is whole as soon as its delivery ends") {
  const auto objects = numbered(1, 20, 20);
  CHECK(judge_series({objects, true, {}, 60s}, {}).state == SeriesState::waiting);
  const auto verdict = after(objects, Duration(0));
  CHECK(verdict.state == SeriesState::whole);
  CHECK(verdict.issues.empty());
}

TEST_CASE("a series with numbers from 1 without a hole is whole after the quiet time") {
  CHECK(after(numbered(1, 20), 499ms).state == SeriesState::waiting);
  const auto verdict = after(numbered(1, 20), 500ms);
  CHECK(verdict.state == SeriesState::whole);
  CHECK(verdict.issues.empty());
  CHECK(after(numbered(0, 20), 500ms).issues.empty());
}

TEST_CASE("H13: a stated number that is not reached is waited for, then refused") {
  CHECK(after(numbered(1, 19, 20), 9999ms).state == SeriesState::waiting);
  const auto verdict = after(numbered(1, 19, 20), 10s);
  CHECK(verdict.state == SeriesState::refused);
  CHECK(only_issue(verdict) == InputIssue::series_incomplete);
  CHECK(verdict.issues[0].detail == "expected 20 objects (Images in Acquisition), found 19");
}

TEST_CASE("a stated number that has been passed was meant for something else") {
  const auto verdict = after(numbered(1, 21, 20), 500ms);
  CHECK(verdict.state == SeriesState::whole);
  CHECK(after(numbered(1, 21, 20), Duration(0)).state == SeriesState::waiting);
}

TEST_CASE("H13: a hole in the instance numbers is waited for, then refused") {
  auto objects = numbered(1, 20);
  objects.erase(objects.begin() + 7, objects.begin() + 9);
  CHECK(after(objects, 9s).state == SeriesState::waiting);
  const auto verdict = after(objects, 10s);
  CHECK(verdict.state == SeriesState::refused);
  CHECK(only_issue(verdict) == InputIssue::missing_slices);
  CHECK(verdict.issues[0].detail.find("found 2 missing") != std::string::npos);
}

TEST_CASE("a sender that breaks off may come again; if it does not, the series is refused") {
  CHECK(after(numbered(1, 20), 9s, 20).state == SeriesState::waiting);
  CHECK(only_issue(after(numbered(1, 20), 10s, 20)) == InputIssue::series_incomplete);
}

TEST_CASE("a sender that breaks off when every stated image is there has lost nothing") {
  CHECK(after(numbered(1, 20, 20), Duration(0), 20).state == SeriesState::whole);
}

TEST_CASE("where nothing proves the ends of a series to be there, that is a warning") {
  const auto late = after(numbered(4, 20), 1s);
  CHECK(late.state == SeriesState::whole);
  CHECK(only_issue(late) == InputIssue::series_count_doubtful);
  const auto none = after(std::vector<ObjectIdentity>(5), 1s);
  CHECK(none.state == SeriesState::whole);
  CHECK(only_issue(none) == InputIssue::series_count_doubtful);
}

TEST_CASE("objects that do not agree on their number state nothing") {
  auto objects = numbered(1, 20, 20);
  objects[3].images_in_acquisition = 40;
  CHECK(after(objects, Duration(0)).state == SeriesState::waiting);
  CHECK(after(objects, 500ms).state == SeriesState::whole);
}

TEST_CASE("order of arrival and repeated numbers do not matter to the count") {
  auto objects = numbered(1, 20);
  std::swap(objects[2], objects[17]);
  objects.push_back(objects[5]);  // the gate refuses duplicates by their place
  CHECK(after(objects, 500ms).state == SeriesState::whole);
}

TEST_CASE("a series of which nothing came is not judged") {
  CHECK(after({}, 100s).state == SeriesState::waiting);
}
