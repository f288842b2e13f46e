#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/runtime/replay.hpp"
#include "engine/session/session_messages.hpp"
#include "engine/session/session_writer.hpp"
#include "tests/tools/operating_room.hpp"
#include "tools/trocar/export_exposures.hpp"
#include "tools/trocar/export_points.hpp"
#include "tools/trocar/session_export.hpp"
#include "tools/trocar/session_import.hpp"
#include "tools/trocar/session_start.hpp"

// What is exported, against what was recorded; and imported again.
using namespace trocar;

namespace {

Timestamp at_ms(int ms) { return Timestamp(std::chrono::milliseconds(ms)); }

const OperatingRoom& room() {
  static const OperatingRoom r;
  return r;
}

Eigen::Isometry3d some_pose(int i, int tool) {
  Eigen::Isometry3d pose = Eigen::Isometry3d::Identity();
  pose.linear() =
      Eigen::AngleAxisd(0.1 * i + tool, Eigen::Vector3d(1, 2, 3).normalized()).toRotationMatrix();
  pose.translation() = Eigen::Vector3d(i / 3.0, -20.1 * tool, -1500 - 0.01 * i);
  return pose;
}

Body body_of(int tool, int i) {
  const auto pose = Transform<Tracker, Marker>::declare(some_pose(i, tool));
  return {ToolId{static_cast<std::uint8_t>(tool)}, MarkerPose{pose, 0.1, false}, 0};
}

// Taken through the navigator of the operating room, and recorded as a live engine does.
class Tape {
 public:
  explicit Tape(const std::filesystem::path& file)
      : setup_(read_or_setup(room().file("run.toml"))) {
    const std::string kept = encode(session_setup_of(setup_, {}));
    writer_ = SessionWriter::begin(create_append_file(file).value(),
                                   {"a test",
                                    session_schemas(),
                                    session_channels(),
                                    {{0, SessionSetup::attachment, "application/protobuf", kept}}})
                  .value();
    navigator_ =
        std::make_unique<Navigator>(setup_.navigator, setup_.tools, std::move(setup_.model));
    take(RecordingChanged{Recording::on, "test"}, at_ms(900));
    take(LinkChanged{Link::tracking, "test"}, at_ms(900));
  }
  void take(const Event& event, Timestamp now) {
    navigator_->step(event, now);
    add(topic_of(event), encode(Step{navigator_->guidance().sequence, now, event}), now);
    add(Topic::guidance, encode(navigator_->guidance()), now);
  }
  void close() { REQUIRE(writer_->close()); }

 private:
  void add(Topic topic, const std::string& message, Timestamp at) {
    writer_->add(static_cast<std::uint16_t>(topic),
                 static_cast<std::uint64_t>(at.time_since_epoch().count()),
                 std::as_bytes(std::span(message)));
  }
  OrSetup setup_;
  std::unique_ptr<SessionWriter> writer_;
  std::unique_ptr<Navigator> navigator_;
};

// Reference and needle at 50 Hz, the needle covered in frame 7, with a tick between two.
void record(const std::filesystem::path& file, int frames) {
  Tape tape(file);
  for (int i = 0; i < frames; ++i) {
    const Timestamp acquired = at_ms(1000 + 20 * i);
    TrackerFrame frame{static_cast<std::uint32_t>(i),
                       acquired,
                       std::chrono::milliseconds(1),
                       acquired + std::chrono::milliseconds(8),
                       {}};
    frame.bodies.push_back(body_of(0, i));
    frame.bodies.push_back(i == 7 ? Body{ToolId{1}, Missing::not_seen, 0} : body_of(1, i));
    tape.take(frame, frame.received);
    tape.take(Tick{}, frame.received + std::chrono::milliseconds(5));
  }
  tape.close();
}

struct Seen {
  Timestamp acquired;
  std::array<std::optional<Eigen::Matrix4d>, 2> poses;
};

std::vector<Seen> seen_in(const std::filesystem::path& session) {
  auto replay = Replay::open(session);
  REQUIRE(replay);
  std::vector<Seen> all;
  while (const Step* step = replay.value()->advance()) {
    const auto* frame = std::get_if<TrackerFrame>(&step->event);
    if (frame == nullptr) continue;
    Seen& seen = all.emplace_back();
    seen.acquired = frame->acquired;
    for (const Body& b : frame->bodies) {
      const auto* pose = std::get_if<MarkerPose>(&b.pose);
      if (pose != nullptr)
        seen.poses.at(b.tool.index) = pose->tracker_from_marker.matrix().matrix();
    }
  }
  return all;
}

Registration registration() {
  Registration r{std::nullopt,
                 Transform<Preop, Reference>::declare(Eigen::Isometry3d::Identity()),
                 {},
                 0.1,
                 {}};
  for (int i = 0; i < 3; ++i) r.points.push_back({40.0 * Eigen::Vector3d::Unit(i)});
  r.covariance.theta_t = Eigen::Matrix<double, 6, 6>::Identity() * 1e-4;
  return r;
}

bool has_registration(const std::filesystem::path& folder) {
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() == ".h5") return true;
  }
  return false;
}

}  // namespace

TEST_CASE(
    "our own export is imported again: the same bodies in the same places, exposure for "
    "exposure") {
  const TemporaryFolder folder;
  const auto first = folder.path() / "first.mcap";
  record(first, 12);
  const auto exported = export_session(first, folder.path() / "out");
  if (!exported) FAIL(exported.error().detail);
  CHECK(exported.value().exposures == 12);
  CHECK(exported.value().late == 0);
  const std::vector<Seen> truth = seen_in(first);
  for (const char* name : {"tools.igs.mha", "tools.seq.nrrd"}) {
    const auto sequence = read_sequence(folder.path() / "out" / name);
    if (!sequence) FAIL(sequence.error().detail);
    REQUIRE(sequence.value().frames.size() == 12);
    for (std::size_t i = 0; i < 12; ++i) {  // exposed at, not told at, and never twice the same
      CHECK(sequence.value().frames[i].timestamp_s == Approx(1 + 0.02 * static_cast<double>(i)));
    }
    const auto again = folder.path() / (std::string(name) + ".mcap");
    const auto imported = import_sequence(sequence.value(), read_or_setup(room().file("run.toml")),
                                          {{}, std::chrono::milliseconds(1)}, again);
    if (!imported) FAIL(imported.error().detail);
    CHECK(imported.value().unseen.empty());
    CHECK(imported.value().repeated == 0);
    const std::vector<Seen> back = seen_in(again);
    REQUIRE(back.size() == truth.size());
    for (std::size_t i = 0; i < truth.size(); ++i) CHECK((back[i].poses == truth[i].poses));
    CHECK_FALSE(back[7].poses[1]);
    CHECK(seconds(back[8].acquired - back[7].acquired) == Approx(0.02));
  }
}

TEST_CASE("bodies of one exposure that came apart stand together, and a later one never before") {
  Exposures exposures(2);
  Guidance said;
  const auto see = [&](int acquired_ms, int now_ms, int tool) {
    TrackerFrame frame{0, at_ms(acquired_ms), {}, at_ms(now_ms), {}};
    frame.bodies.push_back(body_of(tool, acquired_ms));
    exposures.take(&frame, at_ms(now_ms));
    exposures.take(said);
  };
  see(1000, 1010, 0);
  see(1020, 1030, 0);
  see(1000, 1030, 1);  // of the first
  see(1010, 1031, 1);  // between
  exposures.take(nullptr, at_ms(2005));
  const auto first = exposures.next(false);
  REQUIRE(first);
  CHECK((first->to_tracker[0] && first->to_tracker[1]));
  CHECK_FALSE(exposures.next(false));
  see(1000, 2006, 1);
  CHECK(exposures.late() == 1);
  CHECK(exposures.next(true)->acquired == at_ms(1010));
  CHECK(exposures.next(true)->acquired == at_ms(1020));
  CHECK_FALSE(exposures.next(true));
}

TEST_CASE("an exposure of which nothing was said, before recording was on, is not exported") {
  Exposures exposures(1);
  const TrackerFrame frame{0, at_ms(5), {}, at_ms(6), {}};
  exposures.take(&frame, at_ms(6));
  exposures.take(nullptr, at_ms(7));
  exposures.take(Guidance{});  // of a tick
  CHECK_FALSE(exposures.next(true));
}

TEST_CASE("H9: a registration that was cleared, or refused by the gate, is not what holds") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "s.mcap";
  bool holds = true;
  Tape tape(file);
  tape.take(registration(), at_ms(1000));
  SECTION("held") {}
  SECTION("cleared") {
    tape.take(RegistrationCleared{}, at_ms(1100));
    holds = false;
  }
  SECTION("cleared, and the next is refused") {
    tape.take(RegistrationCleared{}, at_ms(1100));
    Registration broken = registration();
    broken.fre_mm = 50;
    tape.take(broken, at_ms(1200));
    holds = false;
  }
  tape.close();
  REQUIRE(export_session(file, folder.path() / "out"));
  CHECK(has_registration(folder.path() / "out") == holds);
}

TEST_CASE("every trajectory of a plan is exported, not only the first") {
  const TemporaryFolder folder;
  Plan plan;
  const auto at = [](double x) { return Point<Preop>{Eigen::Vector3d(x, 2, 3)}; };
  plan.trajectories = {{"left", {}, at(1), at(4)}, {"right", {}, at(7), at(-8.5)}};
  REQUIRE(export_points(plan, folder.path()));
  std::ifstream in(folder.path() / "trajectory.mrk.json");
  const auto lines = nlohmann::json::parse(in)["markups"];
  REQUIRE(lines.size() == 2);
  CHECK(lines[1]["type"] == "Line");
  CHECK(lines[1]["controlPoints"][0]["label"] == "right entry");
  CHECK(lines[1]["controlPoints"][1]["position"] == nlohmann::json({-8.5, 2.0, 3.0}));
}
