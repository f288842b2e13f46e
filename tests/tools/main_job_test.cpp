#include <catch2/catch.hpp>
#include <functional>

#include "engine/base/log.hpp"
#include "engine/igtl/client.hpp"
#include "engine/igtl/ras.hpp"
#include "engine/model/surface_distance.hpp"
#include "tests/tools/operating_room.hpp"
#include "tests/tools/quick_hand.hpp"
#include "tools/trocar/engine_parts.hpp"
#include "tools/trocar/plan_scene.hpp"

// The main job with nothing faked: the bytes of a simulated NDI tracker over loopback TCP, driver,
// engine, OpenIGTLink server, and a client that reads what a display would.
using namespace trocar;
using namespace std::chrono_literals;

namespace {

constexpr double covered_at_s = 18.5;  // of the script: a hand covers the needle's markers

// Tip check, every fiducial, approach to the lesion.
NdiScenario quick_scenario(const OperatingRoom& room, const Plan& plan) {
  QuickHand hand(room.file("simulator.toml"), plan);
  const PlannedTrajectory& way = plan.trajectories.at(0);
  const Eigen::Vector3d forward = (way.target.mm - way.entry.mm).normalized();
  hand.go(way.entry.mm, forward, 1, 0);
  hand.go(way.target.mm, forward, 4, 60);
  Fault cover;
  cover.kind = FaultKind::occlusion;
  cover.tool = "Needle";
  cover.from = duration_from_ms(1e3 * covered_at_s);
  cover.until = cover.from + 500ms;
  return hand.scenario({cover});
}

std::unique_ptr<NdiServer> simulate(const NdiScenario& scenario, std::uint16_t port) {
  auto server = NdiServer::listen(scenario, port);
  REQUIRE(server);
  return std::move(server).value();
}

// What follows ` key=` in a distance line.
std::optional<std::string> value_of(const std::string& line, const std::string& key) {
  const std::size_t at = (" " + line).find(" " + key + "=");
  if (at == std::string::npos) return std::nullopt;
  const std::size_t from = at + key.size() + 1;
  return line.substr(from, line.find(' ', from) - from);
}

// The tip of a streamed needle that has a pose, as a display reads it.
std::optional<Point<Preop>> tip_of(const igtl::Message& m) {
  const auto* pose = std::get_if<igtl::TransformBody>(&m.body);
  if (pose == nullptr || m.header.device != "NeedleToRas") return std::nullopt;
  const std::string* status = m.find("TransformStatus");
  if (status == nullptr || *status != "OK") return std::nullopt;
  return igtl::lps_from_ras({Eigen::Vector3f(&pose->columns[9]).cast<double>()});
}

struct MainJob {
  OperatingRoom room{2.01};  // slices so far apart that displays are to be warned (H13)
  NdiScenario scenario;
  std::unique_ptr<NdiServer> tracker;
  OrSetup setup;
  SteadyTime time;
  Latest<Guidance> newest;
  StateLineRing lines, to_log;
  Signal published;
  std::unique_ptr<GuidanceServer> server;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<igtl::IgtlClient> client;

  MainJob() {
    log::to_stderr(false);
    scenario = quick_scenario(room, read_plan(room.file("plan.toml")));
    tracker = simulate(scenario, 0);
    std::string text = room.read("run.toml");
    text = replaced(text, "port = 8765", "port = " + std::to_string(tracker->port()));
    text = replaced(text, "port = 18944", "port = 0");
    text = replaced(text, "dwell_s = 1.0", "dwell_s = 0.5");
    text = replaced(text, "log = \"trocar.log\"", "");
    room.write("quick.toml", text);
    setup = read_or_setup(room.file("quick.toml"));
    start();
  }
  ~MainJob() {
    engine->stop();
    server->stop();
    log::to_stderr(true);
  }

  // Gives every message to `on_message` until it says true; false after `at_most`.
  bool until_message(const std::function<bool(const igtl::Message&)>& on_message,
                     Duration at_most) const {
    bool met = false;
    const auto end = std::chrono::steady_clock::now() + at_most;
    while (!met && std::chrono::steady_clock::now() < end) {
      REQUIRE(client->receive(50ms, [&](const igtl::Message& m) { met = met || on_message(m); }));
    }
    return met;
  }
  // The same for the needle's distance lines.
  bool until(const std::function<bool(const std::string&)>& on_line, Duration at_most) const {
    return until_message(
        [&](const igtl::Message& m) {
          const auto* text = std::get_if<igtl::StringBody>(&m.body);
          return text != nullptr && m.header.device == "NeedleDistance" && on_line(text->text);
        },
        at_most);
  }
  // Where the tip truly was at that session time.
  [[nodiscard]] Point<Preop> true_tip(double acquired_s) const {
    const Duration at = duration_from_ms(1e3 * acquired_s) - powered_up();
    return tracker->truth("Needle", at).preop_from_tip->origin();
  }
  [[nodiscard]] double now_s() const { return seconds(time.now().time_since_epoch()); }

 private:
  static double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }
  // When the tracker was switched on, in session time.
  [[nodiscard]] Duration powered_up() const {
    const auto session_began = std::chrono::steady_clock::now() - time.now().time_since_epoch();
    return tracker->power_up() - session_began;
  }
  void start() {
    auto started = GuidanceServer::start(setup.server, scene_of(setup.plan, setup.names),
                                         {newest, lines, published, time, WallClock{}});
    REQUIRE(started);
    server = std::move(started).value();
    engine = std::make_unique<Engine>(parts_of(setup), time,
                                      Engine::Outlets{newest, lines, to_log, published});
    engine->start();
    auto connected = igtl::IgtlClient::connect({"127.0.0.1", server->port()}, 5s);
    REQUIRE(connected);
    client = std::move(connected).value();
    REQUIRE(client->send(igtl::make_hello(), 5s));
  }
};

// H1's own case. A busy machine may hand messages to this thread late: `patience` is for that.
void check_silence(const MainJob& job) {
  const double patience_s = 0.25;
  const double expiry_and_period_s = 0.1 + 0.05;  // max_pose_age_ms and tick_ms of run.toml
  const Duration silence = 600ms;
  const auto number = [](const std::string& line) {
    return value_of(line, "tumour.tip_mm").has_value();
  };
  REQUIRE(job.until(number, 5s));
  Fault silent;
  silent.kind = FaultKind::silence;
  silent.until = silence;
  const double from_s = job.now_s();
  job.tracker->inject(silent);
  const double until_s = from_s + std::chrono::duration<double>(silence).count();
  REQUIRE(job.until(
      [&](const std::string& line) {
        const double now_s = job.now_s();
        if (value_of(line, "withheld")) return now_s > from_s;
        CHECK(now_s - std::stod(*value_of(line, "acquired_s")) < expiry_and_period_s + patience_s);
        return false;
      },
      5s));
  CHECK(job.now_s() < from_s + expiry_and_period_s + patience_s);
  REQUIRE(job.until(
      [&](const std::string& line) {
        const bool over = job.now_s() > until_s;
        CHECK((over || !number(line)));
        return over;
      },
      5s));
  CHECK(job.until(number, 20s));
}

// H2: a streamed distance is that of the streamed pose with the same sequence.
void check_one_snapshot(const MainJob& job, const SurfaceDistance& tumour) {
  const double rounding_mm = 0.005 + 1e-4;  // two decimals; the matrix is of floats
  SurfaceDistance::Hint hint;
  std::string sequence;
  std::optional<Point<Preop>> tip;
  int same = 0;
  CHECK(job.until_message(
      [&](const igtl::Message& m) {
        if (const auto seen = tip_of(m)) {
          tip = seen;
          sequence = *m.find("Sequence");
        }
        const auto* text = std::get_if<igtl::StringBody>(&m.body);
        if (text == nullptr || m.header.device != "NeedleDistance" || !tip) return false;
        const auto tip_mm = value_of(text->text, "tumour.tip_mm");
        if (!tip_mm || value_of(text->text, "sequence") != sequence) return false;
        CHECK(std::abs(std::stod(*tip_mm) - tumour.from_point(*tip, hint).signed_mm) <=
              rounding_mm);
        return ++same >= 100;
      },
      20s));
}

}  // namespace

TEST_CASE("H7 H13: what the plan warns of reaches the bytes of a display, before any number") {
  const MainJob job;
  std::string first;
  REQUIRE(job.until_message(
      [&](const igtl::Message& m) {
        first = m.header.device;
        if (const auto* text = std::get_if<igtl::StringBody>(&m.body)) {
          CHECK(text->text.find("issue=slice_spacing_large text=") != std::string::npos);
          CHECK(text->text.find("found 2.010 mm") != std::string::npos);
          CHECK(text->text.find("issue=identity_by_plan_only text=") != std::string::npos);
        }
        return true;
      },
      5s));
  CHECK(first == "TrocarWarnings");
}

TEST_CASE(
    "H1 H2: from tracker bytes to true distances, withheld when covered, silent or unplugged, and "
    "back") {
  MainJob job;
  auto tumour = SurfaceDistance::build(*job.setup.plan.structures[0].surface);
  REQUIRE(tumour);
  SurfaceDistance::Hint hint;
  std::size_t distances = 0, inside = 0, covered = 0;
  double worst_mm = 0;
  std::string reason;
  job.until(
      [&](const std::string& line) {
        if (const auto why = value_of(line, "withheld")) {
          reason = *why;
          CHECK_FALSE(value_of(line, "tumour.tip_mm"));
          if (distances > 0 && *why == "tool_not_visible") ++covered;
          return false;
        }
        const auto tip_mm = value_of(line, "tumour.tip_mm");
        if (!tip_mm) return false;
        const Point<Preop> tip = job.true_tip(std::stod(*value_of(line, "acquired_s")));
        const double off_mm =
            std::abs(std::stod(*tip_mm) - tumour.value().from_point(tip, hint).signed_mm);
        const double bound_mm = std::stod(*value_of(line, "tumour.tip_bound_95_mm"));
        worst_mm = std::max(worst_mm, off_mm);
        inside += off_mm <= bound_mm ? 1U : 0U;
        ++distances;
        return distances >= 150 && covered > 0;
      },
      25s);
  CAPTURE(reason, distances, inside, covered, worst_mm);
  REQUIRE(distances >= 150);
  CHECK(covered > 0);
  // All poses of one run share one registration and one tip calibration, so that their errors are
  // not independent: one seed may well lie below 95 %. The law itself is tested over many
  // registrations (bound_law_test); here 85 % tells a wrong frame, sign or instant.
  CHECK(static_cast<double>(inside) >= 0.85 * static_cast<double>(distances));
  check_silence(job);
  check_one_snapshot(job, tumour.value());

  const std::uint16_t port = job.tracker->port();
  job.tracker.reset();
  REQUIRE(
      job.until([&](const std::string& l) { return value_of(l, "withheld") == "link_lost"; }, 5s));
  CHECK_FALSE(job.until(
      [&](const std::string& l) { return value_of(l, "tumour.tip_mm").has_value(); }, 700ms));

  job.tracker = simulate(job.scenario, port);
  CHECK(job.until([&](const std::string& l) { return !value_of(l, "withheld"); }, 20s));
}
