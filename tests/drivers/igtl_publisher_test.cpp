#include "drivers/igtl_publisher.hpp"

#include <catch2/catch.hpp>
#include <limits>

using namespace trocar;
using igtl::Message;
using std::chrono::milliseconds;

namespace {

constexpr std::uint64_t second = 1ULL << 32U;
constexpr std::uint64_t noon = 1'700'000'000ULL * second;
// A stamp so many milliseconds after noon.
std::uint64_t at_ms(std::uint64_t ms) { return noon + ms * second / 1000; }

IgtlSourceConfig config_for_test() {
  IgtlSourceConfig c;
  c.devices = {"RefToTracker", "NeedleToTracker"};
  c.marker_rms_mm = 0.2;
  c.clock.latency = milliseconds(5);
  c.clock.latency_bound = milliseconds(2);
  return c;
}

Message transform(const std::string& device, std::uint64_t stamp, float x = 0,
                  const std::string& status = "") {
  Message m;
  m.header = {2, "TRANSFORM", device, stamp, 0, 0};
  m.body = igtl::TransformBody{{1, 0, 0, 0, 1, 0, 0, 0, 1, x, 2, -1500}};
  if (!status.empty()) m.metadata.push_back({"TransformStatus", igtl::us_ascii, status});
  return m;
}

struct Desk {
  explicit Desk(IgtlSourceConfig c = config_for_test()) : config(std::move(c)) {
    outbox.images = &images;
    publisher.begin();
  }
  void take(Message m, Duration in = milliseconds(0)) {
    now += in;
    publisher.take(std::move(m), now);
  }
  std::vector<TrackerFrame> frames() {
    std::vector<TrackerFrame> out;
    for (SourceEvent e; outbox.events.pop(e);) out.push_back(std::get<TrackerFrame>(e));
    return out;
  }
  TrackerFrame frame() {
    const auto all = frames();
    REQUIRE(all.size() == 1);
    return all[0];
  }

  IgtlSourceConfig config;
  Latest<ImageFrame> images;
  SourceOutbox outbox;
  IgtlPublisher publisher{config, outbox};
  Timestamp now = Timestamp() + std::chrono::seconds(100);
};

std::optional<Missing> missing(const TrackerFrame& f, std::size_t i) {
  const auto* why = std::get_if<Missing>(&f.bodies[i].pose);
  return why != nullptr ? std::optional(*why) : std::nullopt;
}
Eigen::Vector3d place(const TrackerFrame& f, std::size_t i) {
  return std::get<MarkerPose>(f.bodies[i].pose).tracker_from_marker.origin().mm;
}

}  // namespace

TEST_CASE("transforms of one time stamp are one frame, which goes out when all bodies are in it") {
  Desk desk;
  desk.take(transform("RefToTracker", at_ms(0), 1));
  CHECK(desk.frames().empty());
  CHECK(desk.publisher.has_pending());
  desk.take(transform("NeedleToTracker", at_ms(0), 7));
  const TrackerFrame f = desk.frame();
  REQUIRE(f.bodies.size() == 2);
  CHECK(f.bodies[0].tool == ToolId{0});
  CHECK(place(f, 1) == Eigen::Vector3d(7, 2, -1500));
  CHECK(std::get<MarkerPose>(f.bodies[0].pose).marker_rms_mm == 0.2);
}

TEST_CASE("H2: bodies of different instants never share a frame") {
  Desk desk;
  desk.take(transform("RefToTracker", at_ms(0)));
  desk.take(transform("NeedleToTracker", at_ms(10)));
  desk.publisher.flush();
  const auto all = desk.frames();
  REQUIRE(all.size() == 2);
  CHECK(all[0].bodies.size() == 1);
  CHECK(all[1].bodies.size() == 1);
  CHECK(all[0].device_frame != all[1].device_frame);
}

TEST_CASE("H1: an exposure that is sent again is no news, whatever its matrix") {
  Desk desk;
  for (const float x : {1.F, 2.F, 3.F}) desk.take(transform("NeedleToTracker", at_ms(0), x));
  desk.publisher.flush();
  CHECK(place(desk.frame(), 0).x() == 1);
  CHECK(desk.publisher.stats().repeated == 2);
}

TEST_CASE("H1: what the sender does not call a pose is none, whatever matrix stands there") {
  const std::vector<std::pair<std::string, std::optional<Missing>>> words = {
      {"OK", std::nullopt},
      {"MISSING", Missing::not_seen},
      {"OUT_OF_VIEW", Missing::not_seen},
      {"OUT_OF_VOLUME", Missing::out_of_volume},
      {"INVALID", Missing::bad_fit},
      {"UNKNOWN", Missing::processing},
      {"ok", Missing::processing}};
  for (const auto& [word, why] : words) {
    INFO(word);
    Desk desk;
    desk.take(transform("NeedleToTracker", at_ms(0), 1, word));
    desk.publisher.flush();
    CHECK(missing(desk.frame(), 0) == why);
  }
}

TEST_CASE("H1: the identity is what senders put for a tool they do not see, and no pose") {
  Desk desk;
  Message m = transform("NeedleToTracker", at_ms(0));
  std::get<igtl::TransformBody>(m.body).columns = {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0};
  desk.take(m);
  desk.publisher.flush();
  CHECK(missing(desk.frame(), 0) == Missing::not_seen);
}

TEST_CASE("H8: a matrix that is no rotation is no pose") {
  const auto of = [](std::size_t element, float value) {
    Desk desk;
    Message m = transform("NeedleToTracker", at_ms(0));
    std::get<igtl::TransformBody>(m.body).columns[element] = value;
    desk.take(m);
    desk.publisher.flush();
    return missing(desk.frame(), 0);
  };
  CHECK(of(0, -1.F) == Missing::not_finite);    // mirrored
  CHECK(of(0, 1.002F) == Missing::not_finite);  // scaled
  CHECK(of(1, 0.002F) == Missing::not_finite);  // skewed
  CHECK(of(4, std::numeric_limits<float>::quiet_NaN()) == Missing::not_finite);
  CHECK(of(9, std::numeric_limits<float>::infinity()) == Missing::not_finite);
  CHECK(of(0, 1.0002F) == std::nullopt);  // rounded
}

TEST_CASE("a rotation that was rounded is a rotation to the last digit again") {
  Desk desk;
  Message m = transform("NeedleToTracker", at_ms(0));
  const Eigen::Matrix3d r =
      Eigen::AngleAxisd(0.7, Eigen::Vector3d(1, 2, 3).normalized()).toRotationMatrix();
  auto& columns = std::get<igtl::TransformBody>(m.body).columns;
  for (int i = 0; i < 9; ++i) {
    columns[static_cast<std::size_t>(i)] = static_cast<float>(r(i % 3, i / 3) + 1e-4 * (i % 2));
  }
  desk.take(m);
  desk.publisher.flush();
  const Eigen::Matrix3d got =
      std::get<MarkerPose>(desk.frame().bodies[0].pose).tracker_from_marker.rotation();
  CHECK((got * got.transpose() - Eigen::Matrix3d::Identity()).norm() < 1e-14);
  CHECK((got - r).norm() < 1e-3);
}

TEST_CASE("TDATA and QTDATA bring all bodies of an instant, each with its own status") {
  Desk desk;
  Message t;
  t.header = {2, "TDATA", "Plus", at_ms(0), 0, 0};
  t.body = igtl::TrackingBody{{{"RefToTracker", 1, 0, {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3}},
                               {"NeedleToTracker", 2, 0, {1, 0, 0, 0, 1, 0, 0, 0, 1, 4, 5, 6}},
                               {"Stranger", 2, 0, {}}}};
  t.metadata = {{"NeedleStatus", igtl::us_ascii, "OUT_OF_VIEW"}};
  desk.take(t);
  const TrackerFrame f = desk.frame();
  REQUIRE(f.bodies.size() == 2);
  CHECK(place(f, 0) == Eigen::Vector3d(1, 2, 3));
  CHECK(missing(f, 1) == Missing::not_seen);
  CHECK(desk.publisher.stats().unknown_devices == 1);
  CHECK(desk.publisher.unknown_names() == "Stranger");

  Message q;
  q.header = {2, "QTDATA", "Plus", at_ms(20), 0, 0};
  const float half = 0.70710678F;
  q.body = igtl::QuaternionTrackingBody{{{"RefToTracker", 1, 0, {1, 2, 3}, {0, 0, half, half}},
                                         {"NeedleToTracker", 2, 0, {1, 2, 3}, {0, 0, 0.5F, 0.5F}}}};
  desk.take(q, milliseconds(20));
  const TrackerFrame g = desk.frame();
  const auto& pose = std::get<MarkerPose>(g.bodies[0].pose);
  CHECK((pose.tracker_from_marker.rotation().col(0) - Eigen::Vector3d(0, 1, 0)).norm() < 1e-6);
  CHECK(missing(g, 1) == Missing::not_finite);  // a quaternion of length 0.7
}

TEST_CASE("a POSITION is a pose when it has an orientation") {
  Desk desk;
  Message p;
  p.header = {1, "POSITION", "NeedleToTracker", at_ms(0), 0, 0};
  p.body = igtl::PositionBody{{7, 8, 9}, {0, 0, 0, 1}, 3};
  desk.take(p);
  desk.publisher.flush();
  CHECK(desk.frames().empty());
  CHECK(desk.publisher.stats().no_orientation == 1);
  p.body = igtl::PositionBody{{7, 8, 9}, {0, 0, 0, 1}, 7};
  desk.take(p);
  desk.publisher.flush();
  CHECK(place(desk.frame(), 0) == Eigen::Vector3d(7, 8, 9));
}

TEST_CASE("H18: exposure times follow the sender's clock, and no jump of it reaches a pose") {
  Desk desk;
  TrackerFrame last;
  const auto run = [&](std::uint64_t from_ms) {
    for (std::uint64_t i = 0; i < 400; ++i) {
      // Sent 6 to 9 ms after the exposure.
      desk.take(transform("NeedleToTracker", at_ms(from_ms + 20 * i)), milliseconds(20));
      desk.publisher.flush();
      last = desk.frame();
    }
  };
  run(0);
  CHECK(last.acquired_bound < milliseconds(5));
  const Duration age = last.received - last.acquired;
  CHECK(age > milliseconds(2));
  CHECK(age < milliseconds(8));
  // The sender's wall clock is put forward by an hour.
  desk.take(transform("NeedleToTracker", at_ms(3'600'000 + 8000)), milliseconds(20));
  desk.publisher.flush();
  CHECK(desk.frame().acquired_bound >= std::chrono::seconds(1));  // not known: withheld
  run(3'600'000 + 8020);
  CHECK(last.acquired_bound < milliseconds(5));
  CHECK(last.received - last.acquired < milliseconds(8));
  // And back.
  run(16'000);
  CHECK(last.acquired_bound < milliseconds(5));
}

TEST_CASE("H18: a sender's clock that is put back by a tenth of a second is noticed, too") {
  Desk desk;
  TrackerFrame last;
  const auto send = [&](std::uint64_t ms) {
    desk.take(transform("NeedleToTracker", at_ms(ms)), milliseconds(20));
    desk.take(transform("RefToTracker", at_ms(ms)));
    last = desk.frame();
  };
  for (std::uint64_t ms = 0; ms < 8000; ms += 20) send(ms);
  CHECK(last.acquired_bound < milliseconds(5));
  send(7900);
  CHECK(last.acquired_bound >= std::chrono::seconds(1));  // not known: withheld
  for (std::uint64_t ms = 7920; ms < 16'000; ms += 20) send(ms);
  CHECK(last.acquired_bound < milliseconds(5));
  CHECK(last.received - last.acquired < milliseconds(8));
}

TEST_CASE("a sender without times is told apart, and can be taken at its arrival") {
  Desk strict;
  strict.take(transform("NeedleToTracker", 0));
  strict.publisher.flush();
  CHECK(strict.frame().acquired_bound >= std::chrono::seconds(1));
  CHECK(strict.publisher.stats().no_time == 1);
  IgtlSourceConfig c = config_for_test();
  c.sender_time = false;
  Desk desk(c);
  desk.take(transform("NeedleToTracker", 0, 1));
  desk.take(transform("RefToTracker", 0, 1));  // read in one go: one instant, within the bound
  const TrackerFrame f = desk.frame();
  CHECK(f.bodies.size() == 2);
  CHECK(f.acquired == desk.now - milliseconds(5));
  CHECK(f.acquired_bound == milliseconds(2));
}

TEST_CASE("an image comes with its time, one that is none is counted") {
  Desk desk;
  Message m;
  m.header = {1, "IMAGE", "US", at_ms(0), 0, 0};
  igtl::ImageBody body;
  body.header.size = body.header.part = {2, 1, 1};
  body.header.columns = {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0};
  body.pixels.resize(4);
  m.body = body;
  desk.take(m);
  const ImageFrame* frame = desk.images.take();
  REQUIRE(frame != nullptr);
  CHECK(frame->received == desk.now);
  body.header.columns[0] = 0;
  m.body = body;
  desk.take(m);
  CHECK(desk.images.take() == nullptr);
  CHECK(desk.publisher.stats().images_refused == 1);
}

TEST_CASE("H16: a gap in the sender's poses stays a gap, and no pose is made up in it") {
  Desk desk;
  std::vector<Timestamp> acquired;
  for (const std::uint64_t ms : {0U, 20U, 40U, 240U, 260U}) {
    desk.take(transform("NeedleToTracker", at_ms(ms), static_cast<float>(ms)),
              milliseconds(ms == 240 ? 200 : 20));
    desk.publisher.flush();
    const TrackerFrame f = desk.frame();
    CHECK(place(f, 0).x() == static_cast<double>(ms));
    acquired.push_back(f.acquired);
  }
  CHECK(acquired[3] - acquired[2] == milliseconds(200));
}
