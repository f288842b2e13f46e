#include "drivers/series_inbox.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/model/ct_files.hpp"

using namespace trocar;
using namespace trocar::test;
using namespace std::chrono_literals;

namespace {

// An inbox with a spool of its own, and time that moves when told to.
struct Stage {
  explicit Stage(InboxLimits limits = {}) : inbox(folder.path(), limits, {}, time) {}

  std::string slice(int number, const DicomTags& changed = {}) {
    DicomTags tags = slice_tags(small_geometry(), number);
    for (const auto& [tag, value] : changed) tags[tag] = value;
    write_dicom_slice(other / "slice.dcm", small_geometry(), number, tags);
    return read_file(other / "slice.dcm");
  }
  // All four slices by one delivery, each changed alike.
  DicomSink::Delivery deliver(const DicomTags& changed = {}, bool whole = true, int slices = 4) {
    const auto delivery = inbox.begin("SCANNER at 127.0.0.1");
    for (int k = 0; k < slices; ++k) REQUIRE(inbox.store(delivery, slice(k, changed)));
    inbox.end(delivery, whole);
    return delivery;
  }
  std::vector<ClosedSeries> after(Duration d) {
    time.advance(d);
    return inbox.take_closed();
  }

  TempFolder folder, other;
  ManualTime time;
  SeriesInbox inbox;
};

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

InputIssue only_issue(const std::vector<ClosedSeries>& closed) {
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].verdict.state == SeriesState::refused);
  REQUIRE(closed[0].verdict.issues.size() == 1);
  return closed[0].verdict.issues[0].issue;
}

}  // namespace

TEST_CASE("a series is given out once, after its delivery has ended and it has been quiet") {
  Stage stage;
  const auto delivery = stage.inbox.begin("SCANNER at 127.0.0.1");
  for (int k = 0; k < 4; ++k) REQUIRE(stage.inbox.store(delivery, stage.slice(k)));
  CHECK(stage.after(5s).empty());
  stage.inbox.end(delivery, true);
  CHECK(stage.after(499ms).empty());
  const auto closed = stage.after(1ms);
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].verdict.state == SeriesState::whole);
  CHECK(closed[0].objects == 4);
  CHECK(closed[0].first.series_uid == "1.2.3.2");
  CHECK(closed[0].ended - closed[0].began == 5s);
  CHECK(files_in(closed[0].folder) == 4);
  CHECK(stage.after(60s).empty());
}

TEST_CASE("objects are kept as they came, under names of our own") {
  Stage stage;
  stage.deliver({{"0020,000e", "1.2.3.99"}});
  const auto closed = stage.after(1s);
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].folder.parent_path() == stage.folder.path());
  CHECK(closed[0].folder.string().find("1.2.3") == std::string::npos);
  CHECK(read_file(closed[0].folder / "00001.dcm") == stage.slice(0, {{"0020,000e", "1.2.3.99"}}));
}

TEST_CASE("nothing from the wire becomes part of a path") {
  Stage stage;
  const auto delivery = stage.inbox.begin("x");
  for (const char* uid : {"../../etc/passwd", "/tmp/x", "", "1.2/3", "1.2\\3"}) {
    const Status stored = stage.inbox.store(delivery, stage.slice(0, {{"0020,000e", uid}}));
    REQUIRE_FALSE(stored);
    CHECK(stored.error().code == Code::malformed);
  }
  CHECK(files_in(stage.folder.path()) == 0);
}

TEST_CASE("two series that come mixed are kept apart") {
  Stage stage;
  const auto delivery = stage.inbox.begin("x");
  for (int k = 0; k < 4; ++k) {
    REQUIRE(stage.inbox.store(delivery, stage.slice(k)));
    REQUIRE(stage.inbox.store(delivery, stage.slice(k, {{"0020,000e", "1.2.3.8"}})));
  }
  stage.inbox.end(delivery, true);
  const auto closed = stage.after(1s);
  REQUIRE(closed.size() == 2);
  for (const ClosedSeries& c : closed) {
    CHECK(c.objects == 4);
    CHECK(c.verdict.state == SeriesState::whole);
  }
}

TEST_CASE("H7: a delivery of two patients is refused, even as two series") {
  Stage stage;
  const auto delivery = stage.inbox.begin("x");
  REQUIRE(stage.inbox.store(delivery, stage.slice(0)));
  REQUIRE(
      stage.inbox.store(delivery, stage.slice(1, {{"0020,000e", "1.2.3.8"}, {"0010,0020", "P2"}})));
  stage.inbox.end(delivery, true);
  const auto closed = stage.after(1s);
  REQUIRE(closed.size() == 2);
  for (const ClosedSeries& c : closed) {
    REQUIRE(c.verdict.issues.size() == 1);
    CHECK(c.verdict.issues[0].issue == InputIssue::several_patients);
    CHECK(c.verdict.issues[0].detail.find("P2") == std::string::npos);
  }
}

TEST_CASE("H13: a damaged object is refused to its sender, and so is the series it belongs to") {
  Stage stage;
  const auto delivery = stage.inbox.begin("x");
  for (int k = 0; k < 3; ++k) REQUIRE(stage.inbox.store(delivery, stage.slice(k)));
  const std::string whole = stage.slice(3);
  const Status cut = stage.inbox.store(delivery, whole.substr(0, whole.size() - 10));
  REQUIRE_FALSE(cut);
  CHECK(cut.error().code == Code::malformed);
  stage.inbox.end(delivery, true);
  CHECK(only_issue(stage.after(1s)) == InputIssue::damaged_slices);
}

TEST_CASE("a delivery of which each object was refused is a refused series, not a silence") {
  Stage stage;
  const auto delivery = stage.inbox.begin("x");
  for (int k = 0; k < 4; ++k) {
    CHECK_FALSE(stage.inbox.store(delivery, stage.slice(k, {{"0028,1053", "0"}})));
  }
  CHECK(stage.after(1s).empty());
  stage.inbox.end(delivery, true);
  const auto closed = stage.after(0s);
  CHECK(only_issue(closed) == InputIssue::damaged_slices);
  CHECK(closed[0].objects == 0);
  CHECK(closed[0].from == "x");
  CHECK(closed[0].folder.empty());
  CHECK(stage.after(60s).empty());
}

TEST_CASE("a slice that was lost on its way may have been the last: the series is refused") {
  Stage stage;
  const auto delivery = stage.inbox.begin("x");
  for (int k = 0; k < 3; ++k) REQUIRE(stage.inbox.store(delivery, stage.slice(k)));
  stage.inbox.lose(delivery);
  stage.inbox.end(delivery, true);
  CHECK(only_issue(stage.after(1s)) == InputIssue::damaged_slices);
}

TEST_CASE("H13: a series whose first slices found too many others open is refused") {
  InboxLimits limits;
  limits.max_open_series = 1;
  Stage stage(limits);
  const auto first = stage.inbox.begin("x");
  REQUIRE(stage.inbox.store(first, stage.slice(0)));
  const auto second = stage.inbox.begin("y");
  const DicomTags other{{"0020,000e", "1.2.3.8"}};
  CHECK_FALSE(stage.inbox.store(second, stage.slice(0, other)));
  stage.inbox.end(first, true);
  REQUIRE(stage.after(1s).size() == 1);
  for (int k = 1; k < 4; ++k) REQUIRE(stage.inbox.store(second, stage.slice(k, other)));
  stage.inbox.end(second, true);
  CHECK(only_issue(stage.after(1s)) == InputIssue::damaged_slices);
}

TEST_CASE("an object that cannot be scaled or placed is refused to its sender") {
  Stage stage;
  const auto delivery = stage.inbox.begin("x");
  CHECK_FALSE(stage.inbox.store(delivery, stage.slice(0, {{"0028,1053", "0"}})));
  CHECK_FALSE(stage.inbox.store(delivery, stage.slice(0, {{"0020,0032", "1\\nan\\2"}})));
  CHECK_FALSE(stage.inbox.store(delivery, stage.slice(0, {{"0028,0008", "3"}})));
}

TEST_CASE("other kinds of object, and files that are no DICOM, leave a series as it is") {
  Stage stage;
  const auto delivery = stage.inbox.begin("x");
  for (int k = 0; k < 4; ++k) REQUIRE(stage.inbox.store(delivery, stage.slice(k)));
  for (const std::string& other :
       {std::string("hello"), stage.slice(0, {{"0008,0016", "1.2.840.10008.5.1.4.1.1.88.11"}}),
        stage.slice(0, {{"0008,0016", "1.2.840.10008.5.1.4.1.1.2.1"}})}) {
    const Status stored = stage.inbox.store(delivery, other);
    REQUIRE_FALSE(stored);
    CHECK(stored.error().code == Code::unsupported);
  }
  stage.inbox.end(delivery, true);
  const auto closed = stage.after(1s);
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].verdict.state == SeriesState::whole);
}

TEST_CASE("a series over several deliveries is one; a delivery that broke off refuses it") {
  Stage stage;
  for (int k = 0; k < 4; ++k) {
    const auto delivery = stage.inbox.begin("x");  // an association for each object: some do so
    REQUIRE(stage.inbox.store(delivery, stage.slice(k)));
    stage.inbox.end(delivery, true);
    CHECK(stage.after(100ms).empty());
  }
  const auto closed = stage.after(1s);
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].objects == 4);

  stage.deliver({{"0020,000e", "1.2.3.8"}}, false);
  CHECK(stage.after(9s).empty());
  CHECK(only_issue(stage.after(1s)) == InputIssue::series_incomplete);
}

TEST_CASE("H13: a delivery that broke off is not forgotten when another of the series ends well") {
  Stage stage;
  const auto upper = stage.inbox.begin("x"), lower = stage.inbox.begin("x");
  for (const int k : {2, 3}) REQUIRE(stage.inbox.store(upper, stage.slice(k)));
  stage.inbox.end(upper, false);  // slice 4 and what follows did not come
  for (const int k : {0, 1}) REQUIRE(stage.inbox.store(lower, stage.slice(k)));
  stage.inbox.end(lower, true);
  CHECK(stage.after(9s).empty());
  CHECK_FALSE(stage.inbox.resting());
  const auto closed = stage.after(1s);
  CHECK(only_issue(closed) == InputIssue::series_incomplete);
  CHECK(closed[0].verdict.issues[0].detail ==
        "expected the sender to end its delivery, it broke off after 2 objects");
}

TEST_CASE("a sender that broke off and begins again has sent each slice once") {
  Stage stage;
  stage.deliver({}, false, 2);
  stage.time.advance(5s);
  stage.deliver();
  const auto closed = stage.after(1s);
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].verdict.state == SeriesState::whole);
  CHECK(closed[0].objects == 4);
  CHECK(files_in(closed[0].folder) == 4);
}

TEST_CASE("what was wrong with a delivery that broke off is not made good by sending it again") {
  Stage damaged;
  const auto broken = damaged.inbox.begin("x");
  REQUIRE(damaged.inbox.store(broken, damaged.slice(0)));
  damaged.inbox.lose(broken);
  damaged.inbox.end(broken, false);
  damaged.deliver();
  CHECK(only_issue(damaged.after(1s)) == InputIssue::damaged_slices);
  Stage of_another;
  of_another.deliver({{"0010,0020", "P2"}}, false);
  of_another.deliver();
  CHECK(only_issue(of_another.after(10s)) == InputIssue::series_incomplete);
}

TEST_CASE("H13: an empty file, or one of which only the place was made, may have been a slice") {
  for (const std::string& unwritten : {std::string(), std::string(5000, '\0')}) {
    Stage stage;
    const auto delivery = stage.inbox.begin("the watched folder");
    for (int k = 0; k < 3; ++k) REQUIRE(stage.inbox.store(delivery, stage.slice(k)));
    const Status stored = stage.inbox.store(delivery, unwritten);
    REQUIRE_FALSE(stored);
    CHECK(stored.error().detail == "expected a DICOM file, found one that is not written yet");
    stage.inbox.end(delivery, true);
    CHECK(only_issue(stage.after(1s)) == InputIssue::damaged_slices);
  }
}

TEST_CASE("what comes late of a series that was judged is refused; the whole series again is not") {
  Stage stage;
  stage.deliver();
  REQUIRE(stage.after(1s).size() == 1);
  stage.deliver({}, true, 2);
  CHECK(only_issue(stage.after(1s)) == InputIssue::late_slices);
  stage.deliver();
  const auto again = stage.after(1s);
  REQUIRE(again.size() == 1);
  CHECK(again[0].verdict.state == SeriesState::whole);
}

TEST_CASE("what comes late of a series is late however often it comes") {
  Stage stage;
  stage.deliver();
  REQUIRE(stage.after(1s).size() == 1);
  for (int n = 0; n < 20; ++n) {
    stage.deliver({}, true, 2);
    CHECK(only_issue(stage.after(1s)) == InputIssue::late_slices);
  }
}

TEST_CASE("the other half of a series that was judged is late, though it is as large") {
  Stage stage;
  for (const int half : {0, 1}) {
    const auto delivery = stage.inbox.begin("10.0.0.5");
    for (int k = 2 * half; k < 2 * half + 2; ++k) {
      REQUIRE(stage.inbox.store(delivery, stage.slice(k)));
    }
    stage.inbox.end(delivery, true);
    const auto closed = stage.after(10s);
    REQUIRE(closed.size() == 1);
    const auto& issues = closed[0].verdict.issues;
    const bool late = !issues.empty() && issues[0].issue == InputIssue::late_slices;
    CHECK(late == (half == 1));
  }
}

TEST_CASE("a series of which every slice came twice is taken when it is sent again, each once") {
  Stage stage;
  stage.deliver();
  stage.deliver();
  const auto twice = stage.after(1s);
  REQUIRE(twice.size() == 1);
  REQUIRE(twice[0].objects == 8);
  stage.deliver();
  const auto again = stage.after(1s);
  REQUIRE(again.size() == 1);
  CHECK(again[0].objects == 4);
  CHECK(again[0].verdict.state == SeriesState::whole);
}

TEST_CASE("limits: objects and bytes of a series, and series at a time") {
  InboxLimits limits;
  limits.max_objects = 2;
  limits.max_open_series = 1;
  Stage stage(limits);
  const auto delivery = stage.inbox.begin("x");
  REQUIRE(stage.inbox.store(delivery, stage.slice(0)));
  REQUIRE(stage.inbox.store(delivery, stage.slice(1)));
  const Status third = stage.inbox.store(delivery, stage.slice(2));
  REQUIRE_FALSE(third);
  CHECK(third.error().code == Code::out_of_range);
  const Status other = stage.inbox.store(delivery, stage.slice(2, {{"0020,000e", "1.2.3.8"}}));
  REQUIRE_FALSE(other);
  CHECK(other.error().detail == "expected at most 1 series at a time");
  stage.inbox.end(delivery, true);
  CHECK(only_issue(stage.after(1s)) == InputIssue::damaged_slices);

  limits.max_bytes = 500;
  Stage tight(limits);
  CHECK_FALSE(tight.inbox.store(tight.inbox.begin("x"), tight.slice(0)));
  CHECK(files_in(tight.folder.path()) == 0);
}

TEST_CASE("a spool that cannot be written is an error of the object") {
  const ManualTime time;
  SeriesInbox inbox("/proc/no-such-folder", {}, {}, time);
  Stage stage;
  const Status stored = inbox.store(inbox.begin("x"), stage.slice(0));
  REQUIRE_FALSE(stored);
  CHECK(stored.error().code == Code::io);
}

TEST_CASE("what was not taken can be found and deleted") {
  Stage stage;
  const auto delivery = stage.inbox.begin("x");
  REQUIRE(stage.inbox.store(delivery, stage.slice(0)));
  CHECK(stage.inbox.folders().size() == 1);
}

TEST_CASE("a series rests when its delivery has ended and nothing of it is missing") {
  Stage stage;
  const auto delivery = stage.inbox.begin("SCANNER at 127.0.0.1");
  for (int k = 0; k < 4; ++k) REQUIRE(stage.inbox.store(delivery, stage.slice(k)));
  stage.time.advance(5s);
  CHECK_FALSE(stage.inbox.resting());
  stage.inbox.end(delivery, true);
  CHECK_FALSE(stage.inbox.resting());  // a scanner may open an association for each object
  stage.time.advance(25ms);
  const auto resting = stage.inbox.resting();
  REQUIRE(resting);
  CHECK(resting->objects == 4);
  const auto closed = stage.after(475ms);
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].folder == resting->folder);
  CHECK_FALSE(stage.inbox.resting());
}

TEST_CASE("a series that more came of rests with more objects") {
  Stage stage;
  stage.deliver();
  stage.time.advance(100ms);
  const auto before = stage.inbox.resting();
  const auto delivery = stage.inbox.begin("SCANNER at 127.0.0.1");
  REQUIRE(stage.inbox.store(delivery, stage.slice(4)));
  CHECK_FALSE(stage.inbox.resting());
  stage.inbox.end(delivery, true);
  stage.time.advance(100ms);
  const auto after = stage.inbox.resting();
  REQUIRE(before);
  REQUIRE(after);
  CHECK(after->folder == before->folder);
  CHECK(after->objects == before->objects + 1);
}

TEST_CASE("a series with a hole, or of a sender that broke off, does not rest") {
  Stage stage;
  stage.deliver({}, false);
  stage.time.advance(1s);
  CHECK_FALSE(stage.inbox.resting());
  Stage other;
  const auto delivery = other.inbox.begin("SCANNER at 127.0.0.1");
  for (const int k : {0, 1, 3}) REQUIRE(other.inbox.store(delivery, other.slice(k)));
  other.inbox.end(delivery, true);
  other.time.advance(1s);
  CHECK_FALSE(other.inbox.resting());
}
