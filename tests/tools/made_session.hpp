#pragma once
#include <catch2/catch.hpp>

#include "engine/runtime/session_setup.hpp"
#include "engine/session/session_messages.hpp"
#include "engine/session/session_writer.hpp"
#include "tests/engine/navigation/scene.hpp"
#include "tests/tools/temporary_folder.hpp"
#include "tools/qa/read_report.hpp"
#include "tools/qa/report_json.hpp"
#include "tools/qa/report_page.hpp"

// Sessions whose truth the test knows, made without a clock, for the tests of their reports.
namespace trocar::made_session {

using namespace trocar::scene;

inline constexpr double period_ms = 20;

// A session written step by step, at 50 Hz, without a clock.
class Session {
 public:
  explicit Session(const std::filesystem::path& folder, const Plan& plan = scene::plan(),
                   bool registered = true, bool before_piece = false)
      : path(folder / "made.mcap"),
        is_before_piece(before_piece),
        navigator_(config(), tools(), model(plan)) {
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
    if (registered) take(registration());
  }
  // One exposure, `frames` after the one before by the device's count.
  void see(const Seen& needle_seen, std::uint32_t frames = 1) {
    see_both(reference_pose(), needle_seen, frames);
  }
  void see_both(const Seen& reference_seen, const Seen& needle_seen, std::uint32_t frames = 1) {
    now_ += duration_from_ms(period_ms * frames);
    TrackerFrame f = frame(now_ - duration_from_ms(10), reference_seen, needle_seen);
    f.device_frame = device_frame_ += frames;
    f.received = now_ - duration_from_ms(1);
    take(f);
  }
  void see(const Vector3d& tip_mm, std::uint32_t frames = 1) {
    see(needle_pose(pointing_down(tip_mm)), frames);
  }
  // A tracker that says nothing, and an engine that goes on.
  void wait(int ticks) {
    for (int i = 0; i < ticks; ++i) {
      now_ += duration_from_ms(period_ms);
      take(Tick{});
    }
  }
  void take(const Event& event) {
    navigator_.step(event, now_);
    add(topic_of(event), encode(Step{navigator_.guidance().sequence, now_, event}));
    if (is_before_piece) return;
    for (const StateLine& line : navigator_.lines()) add(topic_of(line), encode(line));
    add(Topic::guidance, encode(navigator_.guidance()));
  }
  qa::Report report() {
    REQUIRE(writer_->close());
    return read();
  }
  qa::Report read() const {
    auto report = qa::read_report(path, [](std::uint64_t, std::uint64_t) { return true; });
    if (!report) FAIL(report.error().detail);
    return std::move(report).value();
  }
  [[nodiscard]] const Guidance& guidance() const { return navigator_.guidance(); }

  const std::filesystem::path path;
  bool is_before_piece;  // steps alone are written, as before a piece that was cut out

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

// The ball is there to be spared.
inline Plan plan_with_dura() {
  Plan p = plan();
  p.structures[0].id = "dura";
  p.structures[0].kind = StructureKind::dura;
  return p;
}

template <class T>
const T& value(const qa::Computed<T>& computed) {
  if (const auto* no = std::get_if<qa::NotComputable>(&computed)) FAIL(no->why);
  return std::get<T>(computed);
}

template <class T>
bool is_not_computable(const qa::Computed<T>& computed) {
  return std::holds_alternative<qa::NotComputable>(computed);
}

}  // namespace trocar::made_session
