#include <fmt/format.h>

#include "engine/base/config_reader.hpp"
#include "engine/runtime/replay.hpp"
#include "tests/tools/operating_room.hpp"
#include "tools/trocar/export_sequence.hpp"
#include "tools/trocar/session_import.hpp"

// What PLUS and Slicer recorded, read and taken through our navigator.
using namespace trocar;

namespace {

std::string matrix_text(double x_mm, double scale = 1) {
  return fmt::format("{0} 0 0 {1} 0 {0} 0 -20 0 0 {0} -1500 0 0 0 1", scale, x_mm);
}

struct Frame {
  double timestamp_s;
  std::string stylus;
  std::string status = "OK";
};

std::string sequence_text(const std::vector<Frame>& frames, const char* equals = " = ",
                          const char* end = "ElementDataFile = LOCAL\n") {
  std::string text =
      "ObjectType = Image\nNDims = 3\nDimSize = 0 0 " + std::to_string(frames.size()) + "\n";
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto field = [&](const char* name, const std::string& value) {
      text += fmt::format("Seq_Frame{:04}_{}{}{}\n", i, name, equals, value);
    };
    field("ReferenceToTrackerTransform", matrix_text(100));
    field("ReferenceToTrackerTransformStatus", "OK");
    field("StylusToTrackerTransform", frames[i].stylus);
    field("StylusToTrackerTransformStatus", frames[i].status);
    field("Timestamp", fmt::format("{}", frames[i].timestamp_s));
    field("ImageStatus", "INVALID");
  }
  return text + end;
}

Result<Sequence> read_text(const std::string& text) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "s.igs.mha", std::ios::binary) << text;
  return read_sequence(folder.path() / "s.igs.mha");
}

std::string refusal(const std::string& text) {
  const auto sequence = read_text(text);
  REQUIRE_FALSE(sequence);
  return sequence.error().detail;
}

const OperatingRoom& room() {
  static const OperatingRoom r;
  return r;
}

ImportOptions options() { return {{{"Stylus", "Needle"}}, std::chrono::milliseconds(2)}; }

}  // namespace

TEST_CASE("a sequence is read with its times, its poses and their status") {
  const auto s =
      read_text(sequence_text({{7.5, matrix_text(1)}, {7.6, matrix_text(2), "INVALID"}}));
  REQUIRE(s);
  CHECK(s.value().fields == std::vector<std::string>{"ReferenceToTracker", "StylusToTracker"});
  REQUIRE(s.value().frames.size() == 2);
  CHECK(s.value().frames[0].timestamp_s == 7.5);
  CHECK(s.value().frames[0].poses.at("StylusToTracker").translation() ==
        Eigen::Vector3d(1, -20, -1500));
  CHECK_FALSE(s.value().frames[1].poses.contains("StylusToTracker"));
  CHECK(s.value().frames[1].poses.contains("ReferenceToTracker"));
}

TEST_CASE("NRRD's way to write a header is read, too, and what follows it is not looked at") {
  const auto s = read_text(sequence_text({{1, matrix_text(1)}}, ":=", "\nSeq_FrameX_garbage\n"));
  REQUIRE(s);
  CHECK(s.value().frames.size() == 1);
}

TEST_CASE("a matrix that is no rigid motion is left out and counted") {
  const auto s = read_text(sequence_text({{1, matrix_text(1, 1.01)}, {2, matrix_text(1, -1)}}));
  REQUIRE(s);
  CHECK(s.value().not_rigid == 2);
  CHECK_FALSE(s.value().frames[0].poses.contains("StylusToTracker"));
}

TEST_CASE("a sequence that contradicts itself is refused with its line") {
  CHECK_THAT(refusal("ObjectType = Image\n"), Catch::Contains("expected frames"));
  CHECK_THAT(refusal(""), Catch::Contains("expected frames"));
  CHECK_THAT(refusal(sequence_text({{1, "1 2 3"}})),
             Catch::Contains(".mha:6: expected 16 numbers"));
  CHECK_THAT(refusal(sequence_text({{1, matrix_text(1) + " 7"}})), Catch::Contains("16 numbers"));
  CHECK_THAT(refusal(sequence_text({{2, matrix_text(1)}, {1, matrix_text(1)}})),
             Catch::Contains("expected times that rise, found frame 1"));
  CHECK_THAT(refusal(sequence_text({{-1e9, matrix_text(1)}, {1e9, matrix_text(1)}})),
             Catch::Contains("at most 1e7 s"));
  CHECK_THAT(refusal("Seq_Frame0000_Timestamp = soon\n"), Catch::Contains("expected a time in s"));
  CHECK_THAT(refusal("Seq_Frame0000_Timestamp = 1e300\n"), Catch::Contains("expected a time in s"));
  CHECK_THAT(refusal("Seq_Frame0000_Timestamp = nan\n"), Catch::Contains("expected a time in s"));
  CHECK_THAT(refusal("Seq_Frame0007_Timestamp = 1\n"), Catch::Contains("expected frame 0"));
  CHECK_THAT(refusal("Seq_Frame99999999999_Timestamp = 1\n"), Catch::Contains("a million frames"));
  CHECK_THAT(refusal("Seq_Frame0000\n"), Catch::Contains("Seq_Frame<number>_<field>"));
  CHECK_THAT(refusal("Seq_Frame0000_Status = OK\n"), Catch::Contains("expected a Timestamp"));
  CHECK_THAT(refusal(std::string(100'000, 'x')), Catch::Contains("lines of at most 64 kB"));
}

TEST_CASE("lines may end as on Windows, and may be long") {
  std::string text = sequence_text({{1, matrix_text(1)}, {2, matrix_text(2)}});
  text.insert(text.find("DimSize"), "Comment = " + std::string(20'000, 'c') + "\n");
  std::string windows;
  for (const char c : text) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const auto s = read_text(windows + "\x01\x02 pixels \nSeq_FrameX");
  if (!s) FAIL(s.error().detail);
  CHECK(s.value().frames.size() == 2);
  CHECK(s.value().frames[1].poses.size() == 2);
  const auto nrrd = read_text(
      "NRRD0004\r\nkinds: list domain domain domain\r\nsizes: 1 4 4 1\r\n"
      "Seq_Frame0000_Timestamp:=1\r\n\r\nSeq_Frame0001_Timestamp:=no");
  if (!nrrd) FAIL(nrrd.error().detail);
  CHECK(nrrd.value().frames.size() == 1);
}

TEST_CASE("the number of frames is that of the axis which is a list, wherever it stands") {
  const std::string three =
      "Seq_Frame0000_Timestamp:=1\nSeq_Frame0001_Timestamp:=2\nSeq_Frame0002_Timestamp:=3\n\n";
  for (const char* head :
       {"sizes: 3 4 5 6\nkinds: list domain domain domain\n",
        "kinds: domain domain domain list\nsizes: 4 5 6 3\n", "sizes: 4 5 3\n",
        "sizes: 4\t5  3\nkinds: domain domain list\n", "DimSize = 640 480 3\n", ""}) {
    INFO(head);
    CHECK(read_text(head + three));
  }
  for (const char* head : {"sizes: 3 4 5 6\n", "DimSize = 0 0 4\n", "DimSize = 0 0 2   \n",
                           "sizes: 4 4 4 3\nkinds: list domain domain domain\n"}) {
    INFO(head);
    CHECK_THAT(refusal(head + three), Catch::Contains("as its size says, found 3"));
  }
}

TEST_CASE("of .mhd the pixels lie in another file, which need not be there") {
  const auto s =
      read_text(sequence_text({{1, matrix_text(1)}}, " = ", "ElementDataFile = pixels.zraw\n"));
  REQUIRE(s);
  CHECK(s.value().frames.size() == 1);
}

TEST_CASE("what was exported as a sequence of Slicer is read back as one, frame for frame") {
  const TemporaryFolder folder;
  SequenceExposure e{{}, {std::nullopt}, {std::nullopt}};
  SequenceFile out(SequenceFile::Kind::nrrd, folder.path() / "s.seq.nrrd", {{"Needle"}});
  for (int i = 0; i < 12; ++i) {
    e.acquired += std::chrono::milliseconds(20);
    REQUIRE(out.add(e));
  }
  REQUIRE(out.finish());
  const auto s = read_sequence(folder.path() / "s.seq.nrrd");
  if (!s) FAIL(s.error().detail);
  CHECK(s.value().frames.size() == 12);
  CHECK(s.value().frames[11].timestamp_s == 0.24);
  CHECK(s.value().frames[0].poses.empty());  // it was not seen
}

TEST_CASE("an imported sequence is a session that replays to the same bytes, with the same poses") {
  const TemporaryFolder folder;
  const auto out = folder.path() / "imported.mcap";
  std::vector<Frame> frames;
  for (int i = 0; i < 50; ++i) {
    frames.push_back({100 + 0.02 * i, matrix_text(i), i == 20 ? "MISSING" : "OK"});
  }
  frames.push_back(frames.back());  // the same time once more
  frames.push_back({160, matrix_text(3)});
  const auto sequence = read_text(sequence_text(frames));
  REQUIRE(sequence);
  const auto imported =
      import_sequence(sequence.value(), read_or_setup(room().file("run.toml")), options(), out);
  if (!imported) FAIL(imported.error().detail);
  CHECK(imported.value().frames == 51);
  CHECK(imported.value().repeated == 1);
  CHECK(imported.value().unseen.empty());
  auto replay = Replay::open(out);
  REQUIRE(replay);
  std::vector<double> x_mm;
  while (const Step* step = replay.value()->advance()) {
    const auto* frame = std::get_if<TrackerFrame>(&step->event);
    if (frame == nullptr) continue;
    for (const Body& b : frame->bodies) {
      const auto* pose = std::get_if<MarkerPose>(&b.pose);
      if (b.tool.index == 1 && pose != nullptr) {
        x_mm.push_back(pose->tracker_from_marker.matrix().translation().x());
      }
    }
  }
  CHECK(replay.value()->stats().differences == 0);
  CHECK(replay.value()->end().closed);
  REQUIRE(x_mm.size() == 50);
  CHECK(x_mm[19] == 19);
  CHECK(x_mm[20] == 21);  // that between was missing
}

namespace {

std::string everywhere(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

// Poses of the bodies of every frame, by tool.
std::vector<std::map<int, Eigen::Isometry3d>> recorded_poses(const std::filesystem::path& session) {
  std::vector<std::map<int, Eigen::Isometry3d>> all;
  auto replay = Replay::open(session);
  REQUIRE(replay);
  while (const Step* step = replay.value()->advance()) {
    const auto* frame = std::get_if<TrackerFrame>(&step->event);
    if (frame == nullptr) continue;
    all.emplace_back();
    for (const Body& b : frame->bodies) {
      const auto* pose = std::get_if<MarkerPose>(&b.pose);
      if (pose != nullptr) all.back()[b.tool.index] = pose->tracker_from_marker.matrix();
    }
  }
  CHECK(replay.value()->stats().differences == 0);
  return all;
}

// Of the stylus in the reference alone, 150 mm away, as `frames` say.
std::string relative_text(const std::vector<Frame>& frames, const std::string& reference) {
  std::string text = everywhere(sequence_text(frames), "StylusToTracker", "StylusTo" + reference);
  return everywhere(text, "ReferenceToTracker", "ImageToProbe");
}

}  // namespace

TEST_CASE("poses relative to the reference are taken when there are none in the tracker") {
  const TemporaryFolder folder;
  const std::string near = "1 0 0 30 0 1 0 40 0 0 1 120 0 0 0 1";
  const auto sequence =
      read_text(relative_text({{1, near}, {2, near, "INVALID"}, {3, near}}, "Drf"));
  REQUIRE(sequence);
  const auto out = folder.path() / "relative.mcap";
  const auto imported = import_sequence(
      sequence.value(), read_or_setup(room().file("run.toml")),
      {{{"Stylus", "Needle"}, {"Drf", "Reference"}}, std::chrono::milliseconds(2)}, out);
  if (!imported) FAIL(imported.error().detail);
  CHECK(imported.value().relative_to == "Drf");
  CHECK(imported.value().reference_distance_mm == (500 + 3000) / 2);
  CHECK(imported.value().unseen.empty());
  CHECK(imported.value().unused == std::vector<std::string>{"ImageToProbe"});
  const auto poses = recorded_poses(out);
  REQUIRE(poses.size() == 3);
  // the reference stands still, its axes are the tracker's; where it is not known to be seen it is
  // not
  CHECK(poses[0].at(0).linear().isIdentity(0));
  CHECK(poses[0].at(0).translation() == Eigen::Vector3d(0, 0, -1750));
  CHECK((poses[0].at(0).inverse() * poses[0].at(1)).translation() == Eigen::Vector3d(30, 40, 120));
  CHECK(poses[1].empty());
  CHECK(poses[2].size() == 2);
}

TEST_CASE("what is relative to the reference is believed as far as the limits of it go (H17)") {
  const TemporaryFolder folder;
  const auto withheld = [&](const std::string& pose, const char* name) {
    const auto sequence = read_text(relative_text({{1, pose}, {1.02, pose}}, "Reference"));
    REQUIRE(sequence);
    const auto out = folder.path() / name;
    REQUIRE(
        import_sequence(sequence.value(), read_or_setup(room().file("run.toml")), options(), out));
    auto replay = Replay::open(out);
    REQUIRE(replay);
    while (replay.value()->advance() != nullptr) continue;
    return std::get<Withheld>(replay.value()->navigator().guidance().tools[0].pose);
  };
  CHECK(withheld("1 0 0 30 0 1 0 40 0 0 1 120 0 0 0 1", "near") == Withheld::tip_not_checked);
  CHECK(withheld("1 0 0 0.03 0 1 0 0.04 0 0 1 0.12 0 0 0 1", "metres") == Withheld::implausible);
}

TEST_CASE("poses in the tracker are taken rather than those relative to the reference") {
  const TemporaryFolder folder;
  const auto sequence = read_text(
      everywhere(sequence_text({{1, matrix_text(1)}}), "StylusToTracker", "StylusToReference"));
  REQUIRE(sequence);
  const auto imported = import_sequence(sequence.value(), read_or_setup(room().file("run.toml")),
                                        options(), folder.path() / "tracker.mcap");
  REQUIRE(imported);
  CHECK(imported.value().relative_to.empty());
  CHECK(imported.value().unseen == std::vector<std::string>{"Needle"});
  CHECK(imported.value().unused == std::vector<std::string>{"StylusToReference"});
}

TEST_CASE("two transforms of the same tool are refused, and named") {
  const TemporaryFolder folder;
  const auto sequence = read_text(
      everywhere(sequence_text({{1, matrix_text(1)}}), "ReferenceToTracker", "NeedleToTracker"));
  REQUIRE(sequence);
  const auto imported = import_sequence(sequence.value(), read_or_setup(room().file("run.toml")),
                                        options(), folder.path() / "none.mcap");
  REQUIRE_FALSE(imported);
  CHECK_THAT(imported.error().detail, Catch::Contains("the tool Needle, found NeedleToTracker and "
                                                      "StylusToTracker"));
}

TEST_CASE("a sequence of other tools is refused, and says which transforms there are") {
  const TemporaryFolder folder;
  const std::string text = everywhere(sequence_text({{1, matrix_text(1)}}), "Reference", "Probe");
  const auto sequence = read_text(text);
  const auto imported =
      import_sequence(sequence.value(), read_or_setup(room().file("run.toml")),
                      {{}, std::chrono::milliseconds(2)}, folder.path() / "none.mcap");
  REQUIRE_FALSE(imported);
  CHECK_THAT(imported.error().detail, Catch::Contains("ProbeToTracker StylusToTracker"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "none.mcap"));
}
