#include <catch2/catch.hpp>

#include "engine/runtime/session_setup.hpp"
#include "engine/session/session_messages.hpp"
#include "engine/session/session_writer.hpp"
#include "tests/engine/navigation/scene.hpp"
#include "tests/tools/temporary_folder.hpp"
#include "tools/qa/read_report.hpp"
#include "tools/qa/report_json.hpp"
#include "tools/qa/report_page.hpp"

// Reports of sessions whose truth the test knows: it made them.
using namespace trocar;
using namespace trocar::scene;
using trocar::qa::NotComputable;

namespace {

constexpr double period_ms = 20;

// A session written step by step, at 50 Hz, without a clock.
class Session {
 public:
  explicit Session(const std::filesystem::path& folder, const Plan& plan = scene::plan())
      : path(folder / "made.mcap"), navigator_(config(), tools(), model(plan)) {
    const SessionSetup setup{"a test", 0, plan, tools(), config(), {0.5, 1, 2, 2, 10, 8}};
    auto writer = SessionWriter::begin(
        create_append_file(path).value(),
        {"a test",
         session_schemas(),
         session_channels(),
         {{0, SessionSetup::attachment, "application/protobuf", encode(setup)}}});
    REQUIRE(writer);
    writer_ = std::move(writer).value();
    take(RecordingChanged{Recording::on, {}});
    take(LinkChanged{Link::tracking, {}});
    take(registration());
  }
  // One exposure, `frames` after the one before by the device's count.
  void see(const Seen& needle_seen, std::uint32_t frames = 1) {
    now_ += duration_from_ms(period_ms * frames);
    TrackerFrame f = frame(now_ - duration_from_ms(10), reference_pose(), needle_seen);
    f.device_frame = device_frame_ += frames;
    f.received = now_ - duration_from_ms(1);
    take(f);
  }
  void see(const Vector3d& tip_mm, std::uint32_t frames = 1) {
    see(needle_pose(pointing_down(tip_mm)), frames);
  }
  void take(const Event& event) {
    navigator_.step(event, now_);
    add(topic_of(event), encode(Step{navigator_.guidance().sequence, now_, event}));
    for (const StateLine& line : navigator_.lines()) add(topic_of(line), encode(line));
    add(Topic::guidance, encode(navigator_.guidance()));
  }
  qa::Report report() {
    REQUIRE(writer_->close());
    return read();
  }
  qa::Report read() const {
    auto report = qa::read_report(path, [](std::uint64_t, std::uint64_t) {});
    if (!report) FAIL(report.error().detail);
    return std::move(report).value();
  }
  [[nodiscard]] const Guidance& guidance() const { return navigator_.guidance(); }

  const std::filesystem::path path;

 private:
  void add(Topic topic, const std::string& message) {
    writer_->add(static_cast<std::uint16_t>(topic),
                 static_cast<std::uint64_t>(now_.time_since_epoch().count()),
                 std::as_bytes(std::span(message)));
  }
  Navigator navigator_;
  std::unique_ptr<SessionWriter> writer_;
  Timestamp now_ = at_ms(1000);
  std::uint32_t device_frame_ = 100;
};

template <class T>
const T& value(const qa::Computed<T>& computed) {
  if (const auto* no = std::get_if<NotComputable>(&computed)) FAIL(no->why);
  return std::get<T>(computed);
}

template <class T>
bool is_not_computable(const qa::Computed<T>& computed) {
  return std::holds_alternative<NotComputable>(computed);
}

}  // namespace

TEST_CASE("the nearest distance, its time and its bound are those that were shown") {
  const TemporaryFolder folder;
  Session session(folder.path());
  StructureDistance shown{};
  for (int i = 0; i < 100; ++i) {
    session.see(Vector3d(0, 0, i < 50 ? 40 - 0.4 * i : 20 + 0.4 * (i - 50)));
    if (i == 50) {
      shown = std::get<StructureDistance>(session.guidance().tools[0].structures[0].distance);
    }
  }
  const qa::Report r = session.report();
  REQUIRE(r.tools.size() == 1);
  CHECK(r.tools[0].name == "needle");
  const auto& nearest = value(r.tools[0].structures[0].nearest);
  CHECK(nearest.tip_mm == shown.tip_to_structure_mm);
  CHECK(nearest.bound_95_mm == shown.tip_bound_95_mm);
  CHECK(nearest.at_s == Approx(51 * period_ms / 1e3));
  CHECK(r.tools[0].structures[0].breaches.empty());
  CHECK(r.duration_s == Approx(100 * period_ms / 1e3));
  CHECK(r.whole);
}

TEST_CASE("a breach has its depth and duration, and the zones add up to the time shown") {
  const TemporaryFolder folder;
  Session session(folder.path());
  double depth_mm = 0;
  for (int i = 0; i < 100; ++i) {
    session.see(Vector3d(0, 0, i >= 40 && i < 65 ? 12 : 40));
    if (i != 50) continue;
    const auto& d = std::get<StructureDistance>(session.guidance().tools[0].structures[0].distance);
    depth_mm = -d.shaft_clearance_mm;
  }
  const qa::Report r = session.report();
  const qa::OfStructure& tumour = r.tools[0].structures[0];
  REQUIRE(tumour.breaches.size() == 1);
  CHECK(tumour.breaches[0].depth_mm == Approx(depth_mm));
  CHECK(tumour.breaches[0].from_s == Approx(41 * period_ms / 1e3));
  CHECK(tumour.breaches[0].duration_s == Approx(25 * period_ms / 1e3));
  double all_s = 0;
  for (const auto& [zone, zone_s] : tumour.zone_s) all_s += zone_s;
  CHECK(all_s == Approx(99 * period_ms / 1e3));
}

TEST_CASE("a covered tool has a gap with its reason, and so much less uptime") {
  const TemporaryFolder folder;
  Session session(folder.path());
  for (int i = 0; i < 100; ++i) {
    if (i >= 30 && i < 50) {
      session.see(Missing::not_seen);
    } else {
      session.see(Vector3d(0, 0, 30));
    }
  }
  const qa::Report r = session.report();
  const qa::OfTool& needle = r.tools[0];
  REQUIRE(needle.gap_count == 1);
  CHECK(needle.gaps[0].what == "tool_not_visible");
  CHECK(needle.gaps[0].from_s == Approx(31 * period_ms / 1e3));
  CHECK(needle.gaps[0].to_s == Approx(51 * period_ms / 1e3));
  CHECK(value(needle.uptime) == Approx(79.0 / 99));
}

TEST_CASE("rate and drops come from the device's own frame numbers, whatever their step") {
  const TemporaryFolder folder;
  Session session(folder.path());
  const std::uint32_t step = GENERATE(1U, 3U);
  for (int i = 0; i < 60; ++i) session.see(Vector3d(0, 0, 30), i % 20 == 19 ? 3 * step : step);
  const qa::Report r = session.report();
  const auto& rate = value(r.tools[0].rate);
  CHECK(rate.exposures == 60);
  CHECK(rate.drops == 6);
  CHECK(rate.hz == Approx(59 / (1e-3 * period_ms * step * (59 + 6))));
}

TEST_CASE("latency, registration and jitter of a tool that stands still") {
  const TemporaryFolder folder;
  Session session(folder.path());
  for (int i = 0; i < 200; ++i) session.see(Vector3d(i % 2 == 0 ? 0.1 : -0.1, 0, 30));
  const qa::Report r = session.report();
  CHECK(value(r.tools[0].age).p50_ms == Approx(10).epsilon(0.07));
  CHECK(value(r.handling).max_ms == Approx(1));
  CHECK(value(r.tools[0].jitter).median_mm == Approx(0.1).epsilon(0.01));
  CHECK(value(r.tools[0].jitter).windows >= 3);
  REQUIRE(r.registrations.size() == 1);
  CHECK(r.registrations[0].fre_mm == registration().fre_mm);
  CHECK(r.registrations[0].points == registration().points.size());
  CHECK(value(r.reference).jump_mm < 1e-9);
}

TEST_CASE("each stage has its histogram, and every exposure stands in it once") {
  const TemporaryFolder folder;
  Session session(folder.path());
  for (int i = 0; i < 50; ++i) session.see(Vector3d(0, 0, 30));
  const qa::Report r = session.report();
  for (const auto& [latency, ms] :
       {std::pair{value(r.device), 9.0}, std::pair{value(r.handling), 1.0}}) {
    REQUIRE(latency.bars.size() == 1);
    CHECK(latency.bars[0].n == 50);
    CHECK(latency.n == 50);
    CHECK(latency.bars[0].from_ms <= ms);
    CHECK(latency.bars[0].to_ms > ms);
    CHECK(latency.bars[0].to_ms < 1.3 * ms);
  }
}

TEST_CASE("a second registration tells how far the first had drifted") {
  const TemporaryFolder folder;
  Session session(folder.path());
  for (int i = 0; i < 20; ++i) session.see(Vector3d(0, 0, 30));
  Registration moved = registration();
  Eigen::Isometry3d shift = Eigen::Isometry3d::Identity();
  shift.translation() = Vector3d(0.6, 0, 0.8);
  moved.preop_from_reference = Transform<Preop, Reference>::declare(
      shift * moved.preop_from_reference.matrix());  // CLAIM: a test's own
  session.take(moved);
  session.take(RegistrationRefused{{"two points alike"}});
  const qa::Report r = session.report();
  REQUIRE(r.registrations.size() == 3);
  CHECK(is_not_computable(r.registrations[0].moved_mm));
  CHECK(value(r.registrations[1].moved_mm) == Approx(1.0));
  CHECK(r.registrations[2].refused == "two points alike");
  CHECK(value(r.drift_mm) == Approx(1.0));
}

TEST_CASE("what the report says of the reference is how often it was seen, and that it stood") {
  const TemporaryFolder folder;
  Session session(folder.path());
  for (int i = 0; i < 1000; ++i) session.see(Vector3d(0, 0, 30));
  const qa::Report r = session.report();
  CHECK(value(r.reference_seen) == 1);
  CHECK_FALSE(value(r.change).found);
  const auto j = qa::json_of(r);
  CHECK(j["reference_change_point"]["found"] == false);
  CHECK(j["reference_change_point"]["n"] == 19);
}

TEST_CASE("the predicted TRE is that of all that was shown, and zones have their distances") {
  const TemporaryFolder folder;
  Session session(folder.path());
  double least_mm = 1e9;
  double greatest_mm = 0;
  for (int i = 0; i < 50; ++i) {
    session.see(Vector3d(0, 0, 60 - i));
    const auto& d = std::get<StructureDistance>(session.guidance().tools[0].structures[0].distance);
    least_mm = std::min(least_mm, d.predicted_tre_mm);
    greatest_mm = std::max(greatest_mm, d.predicted_tre_mm);
  }
  const qa::Report r = session.report();
  const qa::OfStructure& tumour = r.tools[0].structures[0];
  CHECK(value(tumour.predicted_tre).least_mm == least_mm);
  CHECK(value(tumour.predicted_tre).greatest_mm == greatest_mm);
  CHECK(tumour.stop_mm == plan().structures[0].zones.stop_mm);
  CHECK(tumour.warn_mm == plan().structures[0].zones.warn_mm);
  const auto curve = qa::json_of(r)["tools"][0]["structures"][0]["curve"];
  CHECK(curve["pieces"].size() >= 15);
  CHECK(curve["pieces"][0].size() == curve["columns"].size());
}

TEST_CASE("what a session does not support is not computable, and says why") {
  const TemporaryFolder folder;
  Plan without_trajectory = plan();
  without_trajectory.trajectories.clear();
  Session session(folder.path(), without_trajectory);
  const qa::Report r = session.report();
  const qa::OfTool& needle = r.tools[0];
  CHECK(is_not_computable(needle.uptime));
  CHECK(is_not_computable(needle.rate));
  CHECK(is_not_computable(needle.jitter));
  CHECK(is_not_computable(needle.age));
  CHECK(is_not_computable(needle.reached));
  CHECK(is_not_computable(needle.structures[0].nearest));
  CHECK(is_not_computable(r.reference));
  CHECK(is_not_computable(r.drift_mm));
  const auto j = qa::json_of(r);
  CHECK(j["tools"][0]["uptime"]["not_computable"] == "the tool was never seen");
}

TEST_CASE("the same session gives the same bytes, and the page loads nothing") {
  const TemporaryFolder folder;
  Session session(folder.path());
  for (int i = 0; i < 100; ++i) session.see(Vector3d(0, 0, 40 - 0.4 * i));
  const qa::Report a = session.report();
  const qa::Report b = session.read();
  CHECK(qa::json_of(a).dump() == qa::json_of(b).dump());
  const std::string page = qa::page_of(a);
  CHECK(page == qa::page_of(b));
  for (const char* loads : {"http", "src=", "url(", "<link", "<script", "@import"}) {
    CHECK(page.find(loads) == std::string::npos);
  }
  CHECK(page.find("<svg") != std::string::npos);
  CHECK(page.find("inside") != std::string::npos);
}

TEST_CASE("names and reasons cannot write into the page") {
  const TemporaryFolder folder;
  Plan evil = plan();
  evil.id = "<script>alert(1)</script>";
  evil.structures[0].id = "\"><img src=x>";
  Session session(folder.path(), evil);
  session.see(Vector3d(0, 0, 30));
  const std::string page = qa::page_of(session.report());
  CHECK(page.find("<script") == std::string::npos);
  CHECK(page.find("<img") == std::string::npos);
}

TEST_CASE("a curve of any length stays within its pieces, and no extreme falls between them") {
  qa::Envelope curve;
  for (int i = 0; i < 200'000; ++i) curve.add(0.05 * i, i == 123'456 ? -7 : 10 + i % 3, 1);
  CHECK(curve.pieces().size() <= qa::Envelope::most_pieces);
  double low = 100;
  double high = 0;
  for (const auto& p : curve.pieces()) {
    low = std::min(low, p.low);
    high = std::max(high, p.band_high);
  }
  CHECK(low == -7);
  CHECK(high == 13);
}
