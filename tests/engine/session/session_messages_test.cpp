#include <catch2/catch.hpp>
#include <cstring>
#include <limits>
#include <random>
#include <set>

#include "engine/session/messages.pb.h"
#include "engine/session/session_messages.hpp"
#include "tests/engine/session/session_bytes.hpp"

// Values written and read back: the same bits, and refusals for what nobody wrote.
using namespace trocar;
using namespace trocar::test;

namespace {

std::mt19937 random_source(51);

double any_number() { return std::uniform_real_distribution<>(-500, 500)(random_source); }

Eigen::Isometry3d any_pose() {
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.linear() = Eigen::Quaterniond(any_number(), any_number(), any_number(), any_number())
                   .normalized()
                   .toRotationMatrix();
  m.translation() = Eigen::Vector3d(any_number(), any_number(), any_number());
  return m;
}

template <class To, class From>
Transform<To, From> any_transform() {
  return Transform<To, From>::declare(any_pose());  // CLAIM: a test's own
}

TrackerFrame any_frame() {
  TrackerFrame frame{17, Timestamp(Duration(-5)), Duration(1200), Timestamp(Duration(88)), {}};
  frame.bodies.push_back({ToolId{0}, MarkerPose{any_transform<Tracker, Marker>(), 0.07, true}, 5});
  frame.bodies.push_back({ToolId{3}, Missing::interference, 255});
  return frame;
}

Registration any_registration() {
  Registration r{VertebraId{2}, any_transform<Preop, Reference>(), {}, any_number(), {}};
  for (int i = 0; i < 36; ++i) r.covariance.theta_t(i / 6, i % 6) = any_number();
  r.covariance.center.mm = {1, 2, 3};
  for (int i = 0; i < 5; ++i) r.points.push_back({{any_number(), any_number(), any_number()}});
  return r;
}

Guidance any_guidance() {
  Guidance g;
  g.sequence = std::numeric_limits<std::uint64_t>::max();
  g.now = Timestamp(Duration(123456789));
  g.state = EngineState::degraded;
  g.degraded = Degraded::late;
  g.recording = Recording::on;
  ToolGuidance t;
  t.tool = ToolId{1};
  t.age = Duration(-3);
  t.pose = ToolPose{any_transform<Preop, Tip>(), true, any_number()};
  t.trajectory = TrajectoryError{any_number(), any_number(), any_number(), any_number()};
  StructureDistance d{};
  d.tip_to_structure_mm = any_number();
  d.closest.mm = {any_number(), any_number(), any_number()};
  d.zone = Zone::warn;
  d.uncertain = true;
  t.structures.push_back({StructureId{0}, d});
  t.structures.push_back({StructureId{1}, Withheld::bound_too_large});
  g.tools.push_back(t);
  ToolGuidance withheld;
  withheld.pose = Withheld::tool_not_visible;
  withheld.missing = Missing::too_few_markers;
  g.tools.push_back(withheld);
  return g;
}

template <class T>
T there_and_back(const T& value) {
  const std::string message = encode(value);
  const auto read = decode<T>(bytes_of(message));
  REQUIRE(read);
  CHECK(encode(read.value()) == message);  // every field that is written is read
  return read.value();
}

}  // namespace

TEST_CASE("every event comes back with the same bits, on the channel of its kind") {
  const std::vector<Event> events{Tick{},
                                  LinkChanged{Link::lost, "cable"},
                                  any_frame(),
                                  Gap{7},
                                  DeviceAlert{Severity::fault, 513, "bump"},
                                  any_registration(),
                                  RegistrationRefused{"two points alike"},
                                  RegistrationCleared{},
                                  RecordingChanged{Recording::lost, "No space left on device"},
                                  ImagingChanged{Imaging::refused, "two patients"},
                                  IntakeRefused{"idle: SCANNER"}};
  std::set<Topic> topics;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Step back = there_and_back(Step{i, Timestamp(Duration(-9)), events[i]});
    CHECK(back.event.index() == i);
    CHECK(back.sequence == i);
    CHECK(back.now == Timestamp(Duration(-9)));
    CHECK(is_step(topic_of(events[i])));
    topics.insert(topic_of(events[i]));
  }
  CHECK(topics.size() == events.size() - 1);  // scans and who was turned away share one
}

TEST_CASE("a pose is read back bit for bit, also one that is no rotation") {
  TrackerFrame frame = any_frame();
  Eigen::Isometry3d odd = any_pose();
  odd.matrix()(1, 2) = std::numeric_limits<double>::quiet_NaN();
  odd.matrix()(0, 3) = -0.0;
  frame.bodies[0].pose =
      MarkerPose{Transform<Tracker, Marker>::declare(odd), 0, false};  // CLAIM: a test's own
  const Step back = there_and_back(Step{1, {}, frame});
  const auto& pose = std::get<MarkerPose>(std::get<TrackerFrame>(back.event).bodies[0].pose);
  const Eigen::Matrix4d m = pose.tracker_from_marker.matrix().matrix();
  CHECK(std::memcmp(m.data(), odd.matrix().data(), 16 * sizeof(double)) == 0);
}

TEST_CASE("guidance, lines, raw bytes, images and commands come back") {
  const Guidance g = there_and_back(any_guidance());
  CHECK(g.tools.size() == 2);
  CHECK(std::get<Withheld>(g.tools[0].structures[1].distance) == Withheld::bound_too_large);
  CHECK(g.degraded == Degraded::late);
  const StateLine line = there_and_back(StateLine{Timestamp(Duration(4)), StateKind::alarm, "x"});
  CHECK(topic_of(line) == Topic::alarm);
  RawPiece piece{Timestamp(Duration(1)), {}, true, 7};
  for (int i = 0; i < 300; ++i) piece.bytes.push_back(static_cast<std::byte>(i));
  CHECK(there_and_back(piece).bytes.size() == 300);
  ImageFrame image;
  image.device = "Image";
  image.size = {2, 3, 1};
  image.steps_mm << 1, 2, 3, 4, 5, 6, 7, 8, 9;
  image.pixels = std::make_shared<const std::vector<std::byte>>(6, std::byte{9});
  CHECK(there_and_back(image).steps_mm == image.steps_mm);
  CHECK(there_and_back(CommandRecord{{}, "StartRecording", true, "a"}).succeeded);
}

TEST_CASE("bytes that no version of this program wrote are refused, never taken for something") {
  const std::string step = encode(Step{3, {}, any_frame()});
  for (std::size_t n = 0; n < step.size(); ++n) {
    const std::string cut = step.substr(0, n);
    (void)decode<Step>(bytes_of(cut));  // no crash; a cut may be a shorter message
  }
  CHECK_FALSE(decode<Step>(bytes_of(std::string())));
  CHECK_FALSE(decode<Step>(bytes_of(std::string("\xff\xff\xff", 3))));
  // A reason that a later version may have: 99.
  CHECK_FALSE(decode<StateLine>(bytes_of(std::string("\x10\x63", 2))));
}

TEST_CASE("of two guidances the first field that differs is named, with both values") {
  Guidance a = any_guidance();
  Guidance b = a;
  std::get<StructureDistance>(b.tools[0].structures[0].distance).tip_bound_95_mm = 1.25;
  const std::string found =
      first_difference(Topic::guidance, bytes_of(encode(a)), bytes_of(encode(b)));
  CHECK(found.find("tools[0].structures[0].measured.tip_bound_95_mm") != std::string::npos);
  CHECK(found.find("1.25") != std::string::npos);
}

namespace {

// Every number of the file has the engine's word for it, and there is none beyond.
template <class Mine, class Name>
void check_words(Mine last, const Name& name_in_file) {
  const int count = static_cast<int>(last) + 1;
  for (int i = 0; i < count; ++i) CHECK(name_in_file(i) == to_string(static_cast<Mine>(i)));
  CHECK(name_in_file(count).empty());
}

}  // namespace

TEST_CASE("the words of the file are the words of the stream") {
  namespace v1 = trocar::session::v1;
  check_words(Link::lost, [](int i) { return v1::Link::Is_Name(i); });
  check_words(Recording::lost, [](int i) { return v1::Recording::Is_Name(i); });
  check_words(Severity::fault, [](int i) { return v1::Severity::Is_Name(i); });
  check_words(Zone::stop, [](int i) { return v1::Zone::Is_Name(i); });
  check_words(EngineState::degraded, [](int i) { return v1::State::Is_Name(i); });
  check_words(StateKind::recording, [](int i) { return v1::Kind::Is_Name(i); });
  check_words(Missing::not_finite, [](int i) { return v1::Missing::Why_Name(i); });
  check_words(Withheld::not_finite, [](int i) { return v1::Withheld::Why_Name(i); });
  check_words(Degraded::reference_not_visible, [](int i) { return v1::Degraded::Why_Name(i); });
}

TEST_CASE("the file says how its messages are read") {
  const auto schemas = session_schemas();
  REQUIRE(schemas.size() == 6);
  CHECK(schemas[0].name == "trocar.session.v1.Step");
  CHECK(schemas[0].data.find("reference_not_visible") != std::string::npos);
  const auto channels = session_channels();
  REQUIRE(channels.size() == static_cast<std::size_t>(Topic::imaging));
  CHECK(channels[static_cast<std::size_t>(Topic::guidance) - 1].topic == "/guidance");
  for (const mcap::Channel& c : channels) CHECK((c.schema >= 1 && c.schema <= schemas.size()));
}
