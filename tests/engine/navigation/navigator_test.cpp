#include "engine/navigation/navigator.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <numbers>
#include <random>

#include "engine/navigation/trajectory.hpp"
#include "tests/engine/navigation/scene.hpp"

using namespace trocar;
using namespace trocar::scene;

TEST_CASE("a needle above the tumour is shown with distance, bound, zone and trajectory") {
  Room room(config());
  const ToolGuidance& g = room.see({0, 0, 25});
  REQUIRE(is_shown(g));
  const auto& d = std::get<StructureDistance>(g.structures[0].distance);
  CHECK(d.tip_to_structure_mm == Approx(10).margin(0.01));  // 0.01: sag of the sphere's triangles
  CHECK(d.shaft_clearance_mm == Approx(8.5).margin(0.01));
  CHECK(d.shaft_at_mm == Approx(0).margin(1e-6));
  CHECK(d.tip_bound_95_mm > 0.5);
  CHECK(d.zone == Zone::clear);
  CHECK_FALSE(d.uncertain);
  CHECK(std::get<ToolPose>(g.pose).preop_from_tip.origin().mm.isApprox(Vector3d(0, 0, 25), 1e-9));
  CHECK(std::get<TrajectoryError>(g.trajectory).depth_to_target_mm == Approx(25));
  CHECK(g.age == duration_from_ms(10));
  CHECK(room.navigator.guidance().state == EngineState::ready);
}

TEST_CASE("the zone is decided on the lower bound of the clearance of the whole instrument") {
  Room room(config());
  const auto& d = std::get<StructureDistance>(room.see({0, 0, 23.0}).structures[0].distance);
  CHECK(d.shaft_clearance_mm > 6.0);  // outside the warn distance by itself
  CHECK(d.shaft_clearance_mm - d.shaft_bound_95_mm < 6.0);
  CHECK(d.zone == Zone::warn);
}

TEST_CASE("H1: when the device goes silent the number disappears and is never the last one again") {
  Room room(config());
  REQUIRE(is_shown(room.see({0, 0, 25})));
  for (double silent_ms = 10; silent_ms <= 1000; silent_ms += 10) {
    const ToolGuidance& g = room.tick(10);
    CHECK(g.age == duration_from_ms(10 + silent_ms));
    if (10 + silent_ms <= 100) {
      CHECK(is_shown(g));
    } else {
      CHECK(why(g) == (silent_ms <= 150 ? Withheld::too_old : Withheld::link_lost));
    }
  }
  CHECK(room.navigator.guidance().link == Link::lost);
  CHECK(room.navigator.guidance().state == EngineState::connecting);
  REQUIRE(is_shown(room.see({0, 0, 25})));
  CHECK(room.said("tracker frames again"));
  CHECK(room.navigator.guidance().link == Link::tracking);
}

TEST_CASE("H1: when the tool or the reference is lost the last distance is not repeated") {
  Room room(config());
  REQUIRE(is_shown(room.see({0, 0, 25})));
  const Timestamp t = room.now + duration_from_ms(10);
  const ToolGuidance& g = room.see(frame(t, reference_pose(), Missing::too_few_markers));
  CHECK(why(g) == Withheld::tool_not_visible);
  CHECK(g.missing == Missing::too_few_markers);
  CHECK(g.acquired == t);
  REQUIRE(is_shown(room.see({0, 0, 25})));
  room.see(frame(room.now + duration_from_ms(10), Missing::not_seen,
                 needle_pose(pointing_down({0, 0, 25}))));
  CHECK(why(room.tool()) == Withheld::reference_not_visible);
  CHECK(room.navigator.guidance().state == EngineState::degraded);
  CHECK(room.navigator.guidance().degraded == Degraded::reference_not_visible);
}

TEST_CASE("H2: every derived number recomputes exactly from the poses of its own snapshot") {
  Room room(config());
  const auto surface = SurfaceDistance::build(*plan().structures[0].surface);
  REQUIRE(surface);
  std::mt19937_64 random(7);
  std::uint64_t sequence = room.navigator.guidance().sequence;
  for (int i = 0; i < 500; ++i) {
    const ToolGuidance& g = room.see(test::random_in(random, {0, 0, 10}, 20));
    CHECK(room.navigator.guidance().sequence == ++sequence);
    REQUIRE(is_shown(g));
    const auto& d = std::get<StructureDistance>(g.structures[0].distance);
    const auto& tip = std::get<ToolPose>(g.pose).preop_from_tip;
    SurfaceDistance::Hint cold;
    const SurfacePoint again = surface.value().from_point(tip.origin(), cold);
    CHECK(d.tip_to_structure_mm == again.signed_mm);
    CHECK(d.closest.mm == again.closest.mm);
    CHECK(d.normal.mm == again.normal.mm);
    SurfaceDistance::Hint cold_shaft;
    const auto shaft = surface.value().from_shaft(
        {tip.origin(), tip * Offset<Tip>{-Vector3d::UnitZ()}, 150, 1.5}, cold_shaft);
    CHECK(d.shaft_clearance_mm == shaft.clearance_mm);
    CHECK(d.shaft_at_mm == shaft.at_mm);
    const TrajectoryError t = trajectory_error(tip, plan().trajectories[0]);
    const auto& shown = std::get<TrajectoryError>(g.trajectory);
    CHECK(shown.entry_mm == t.entry_mm);
    CHECK(shown.angle_rad == t.angle_rad);
    CHECK(shown.depth_to_target_mm == t.depth_to_target_mm);
  }
}

TEST_CASE("H5: a tip 1.5 mm off in the divot makes the tool invalid until a check passes") {
  Room room(config_with_tip_check());
  CHECK(why(room.see({0, 0, 25})) == Withheld::tip_not_checked);
  const auto dwell_at = [&](const Vector3d& in_reference_mm) {
    for (int i = 0; i < 40; ++i) {
      const auto tip = made<Reference, Tip>({1, 0, 0}, std::numbers::pi, in_reference_mm);
      room.see(frame(room.now + duration_from_ms(10), reference_pose(), needle_pose(tip)));
      if (room.said("tip check")) return;
    }
  };
  dwell_at({30, 40, 5});
  CHECK(room.said("needle: tip check passed, 0.00 mm off"));
  CHECK(is_shown(room.see({0, 0, 25})));
  dwell_at({30, 41.5, 5});
  CHECK(room.said("needle: tip check failed, 1.50 mm off"));
  CHECK(why(room.see({0, 0, 25})) == Withheld::tip_check_failed);
  dwell_at({30, 40, 5.1});
  CHECK(is_shown(room.see({0, 0, 25})));
}

TEST_CASE("H5: a tip check is good for its time, and a rest elsewhere is none") {
  Room room(config_with_tip_check());
  const auto rest_at = [&](const Vector3d& in_reference_mm) {
    for (int i = 0; i < 40; ++i) {
      const auto tip = made<Reference, Tip>({1, 0, 0}, std::numbers::pi, in_reference_mm);
      room.see(frame(room.now + duration_from_ms(10), reference_pose(), needle_pose(tip)));
    }
  };
  rest_at({30, 60, 5});
  CHECK(why(room.see({0, 0, 25})) == Withheld::tip_not_checked);
  rest_at({30, 40, 5});
  CHECK(is_shown(room.see({0, 0, 25})));
  CHECK(is_shown(room.see({0, 0, 25}, 599'000)));
  CHECK(why(room.see({0, 0, 25}, 2'000)) == Withheld::tip_check_expired);
}

TEST_CASE("H14: a tip two levels away is uncertain, and its predicted TRE has grown") {
  Room room(config());
  room.navigator.step(registration({0}), room.now);
  const ToolGuidance& g = room.see({0, 0, 25});
  const auto& home = std::get<StructureDistance>(g.structures[0].distance);
  const auto& away = std::get<StructureDistance>(g.structures[1].distance);
  CHECK_FALSE(home.uncertain);
  CHECK(away.uncertain);
  CHECK(away.tip_to_structure_mm == home.tip_to_structure_mm);
  const double grown =
      away.predicted_tre_mm * away.predicted_tre_mm - home.predicted_tre_mm * home.predicted_tre_mm;
  CHECK(grown == Approx(3 * 1.2 * 1.2));  // two levels of 0.6 mm along three axes
  CHECK(away.tip_bound_95_mm > home.tip_bound_95_mm + 1.0);
}

TEST_CASE("H14: outside the region that the registration's points support a number is uncertain") {
  Room room(config());  // region up to 60 mm from the tumour, margin 10 mm
  CHECK_FALSE(std::get<StructureDistance>(room.see({0, 0, 69}).structures[0].distance).uncertain);
  CHECK(std::get<StructureDistance>(room.see({0, 0, 71}).structures[0].distance).uncertain);
}

TEST_CASE("H14: a tip moved two levels away from the touched points is uncertain, TRE has grown") {
  NavigatorConfig c = config();
  c.error.region_margin_mm = 35;
  c.error.max_bound_95_mm = 20;
  Room room(c, false);
  Registration of_fiducials = spine_registration();
  of_fiducials.points.clear();
  for (const Fiducial& f : plan().fiducials) of_fiducials.points.push_back(f.position);
  of_fiducials.covariance.theta_t.diagonal().head<3>().setConstant(1e-4);
  room.navigator.step(of_fiducials, room.now);
  const auto tumour_seen_from = [&](double z_mm) {
    return std::get<StructureDistance>(room.see({0, 0, z_mm}).structures[0].distance);
  };
  const StructureDistance among = tumour_seen_from(5);
  const StructureDistance one_level = tumour_seen_from(40);
  const StructureDistance two_levels = tumour_seen_from(80);
  CHECK_FALSE(among.uncertain);
  CHECK_FALSE(one_level.uncertain);
  CHECK(two_levels.uncertain);
  CHECK(among.predicted_tre_mm < one_level.predicted_tre_mm);
  CHECK(one_level.predicted_tre_mm < two_levels.predicted_tre_mm);
  CHECK(two_levels.predicted_tre_mm > among.predicted_tre_mm + 0.5);
}

TEST_CASE(
    "one registration of the spine is one epoch and one sentence, and serves every vertebra") {
  Room room(config(), false);
  room.navigator.step(spine_registration(), room.now);
  CHECK(room.navigator.guidance().epoch == 1);
  CHECK(room.said("registration of the spine accepted"));
  const ToolGuidance& g = room.see({0, 0, 25});
  const auto& home = std::get<StructureDistance>(g.structures[0].distance);
  const auto& away = std::get<StructureDistance>(g.structures[1].distance);
  CHECK(away.tip_to_structure_mm == home.tip_to_structure_mm);
  CHECK(away.predicted_tre_mm > home.predicted_tre_mm);  // two levels from the reference
  CHECK(std::holds_alternative<TrajectoryError>(g.trajectory));
}

TEST_CASE("H16: inside a gap of 200 ms of the reference there is no value") {
  Room room(config());
  REQUIRE(is_shown(room.see({0, 0, 25})));
  const Timestamp begin = room.now;
  const auto needle_only = [&](double ms) {
    TrackerFrame f = frame(begin + duration_from_ms(ms), {0, 0, 25});
    f.bodies.clear();
    f.bodies.push_back({needle, needle_pose(pointing_down({0, 0, 25}))});
    return f;
  };
  const Timestamp last = room.tool().acquired;
  for (double ms = 10; ms <= 180; ms += 10) {
    const ToolGuidance& g = room.see(needle_only(ms));
    if (is_shown(g)) CHECK(g.acquired == last);  // the old one, with its own age
  }
  CHECK(why(room.tool()) == Withheld::too_old);
  const ToolGuidance& after = room.see(frame(begin + duration_from_ms(200), {0, 0, 25}));
  REQUIRE(is_shown(after));
  CHECK(after.acquired == begin + duration_from_ms(200));
  CHECK_FALSE(std::get<ToolPose>(after.pose).reference_interpolated);
}

TEST_CASE("H16: a tracker that reports bodies from different exposures is composed and flagged") {
  Room room(config());
  const auto only = [&](Timestamp t, ToolId id) {
    TrackerFrame f = frame(t, {0, 0, 25});
    const MarkerPose pose =
        id == needle ? needle_pose(pointing_down({0, 0, 25})) : reference_pose();
    f.bodies.clear();
    f.bodies.push_back({id, pose});
    return f;
  };
  const Timestamp t = room.now;
  room.see(only(t, reference));
  CHECK(why(room.see(only(t + duration_from_ms(8), needle))) == Withheld::different_instants);
  const ToolGuidance& g = room.see(only(t + duration_from_ms(16), reference));
  REQUIRE(is_shown(g));
  CHECK(g.acquired == t + duration_from_ms(8));
  CHECK(std::get<ToolPose>(g.pose).reference_interpolated);
  const ToolGuidance& pending = room.see(only(t + duration_from_ms(24), needle));
  REQUIRE(is_shown(pending));
  CHECK(pending.acquired == t + duration_from_ms(8));
}

TEST_CASE("H17: poses in metres are refused") {
  Room room(config());
  const auto in_metres = [](MarkerPose p) {
    Eigen::Isometry3d m = p.tracker_from_marker.matrix();
    m.translation() *= 1e-3;
    return seen(m);
  };
  room.see(frame(room.now + duration_from_ms(10), in_metres(reference_pose()),
                 in_metres(needle_pose(pointing_down({0, 0, 25})))));
  CHECK(why(room.tool()) == Withheld::implausible);
}

TEST_CASE("H18: a device clock beyond its limit or ahead of now withholds until it is sane again") {
  Room room(config());
  REQUIRE(is_shown(room.see({0, 0, 25})));
  TrackerFrame drifted = frame(room.now + duration_from_ms(10), {0, 0, 25});
  drifted.acquired_bound = duration_from_ms(6);
  CHECK(why(room.see(drifted)) == Withheld::clock_invalid);
  CHECK(room.navigator.guidance().state == EngineState::degraded);
  REQUIRE(is_shown(room.see({0, 0, 25})));
  TrackerFrame ahead = frame(room.now + duration_from_ms(3'600'000), {0, 0, 25});
  ahead.received = room.now + duration_from_ms(10);
  CHECK(why(room.see(ahead)) == Withheld::clock_invalid);
  REQUIRE(is_shown(room.see({0, 0, 25})));
  TrackerFrame backwards = frame(room.now - duration_from_ms(35), {0, 0, 25});
  backwards.received = room.now + duration_from_ms(10);
  CHECK(why(room.see(backwards)) == Withheld::clock_invalid);
}

TEST_CASE("H19: a needle trembling at the stop distance raises at most one alarm per hold time") {
  Room room(config());
  const auto bound = std::get<StructureDistance>(room.see({0, 0, 40}).structures[0].distance);
  const double at_stop = tumour_radius_mm + 1.5 + 2.0 + bound.shaft_bound_95_mm;
  int alarms = 0;
  std::optional<Timestamp> last;
  for (int i = 0; i < 600; ++i) {  // 12 s at 50 Hz
    room.see({0, 0, at_stop + (i % 2 == 0 ? 0.05 : -0.05)});
    for (const StateLine& line : room.navigator.lines()) {
      if (line.kind != StateKind::alarm) continue;
      ++alarms;
      if (last) CHECK(line.at - *last >= duration_from_ms(1000));
      last = line.at;
    }
  }
  CHECK(alarms == 1);
}

TEST_CASE("H20: frames handled late say degraded; a frozen engine shows nothing from before") {
  Room room(config());
  REQUIRE(is_shown(room.see({0, 0, 25})));
  TrackerFrame late = frame(room.now + duration_from_ms(10), {0, 0, 25});
  room.now = late.received + duration_from_ms(40);
  room.navigator.step(late, room.now);
  CHECK(room.navigator.guidance().state == EngineState::degraded);
  room.see({0, 0, 25});
  CHECK(room.navigator.guidance().state == EngineState::degraded);  // for the hold time
  for (int i = 0; i < 60; ++i) room.see({0, 0, 25});
  CHECK(room.navigator.guidance().state == EngineState::ready);
  const TrackerFrame waiting = frame(room.now + duration_from_ms(10), {0, 0, 25});
  room.now += duration_from_ms(5000);
  room.navigator.step(waiting, room.now);
  CHECK(why(room.tool()) == Withheld::too_old);
  CHECK(room.navigator.guidance().state == EngineState::degraded);
}

TEST_CASE("the same events with the same times give the same guidance, rehearsed or not") {
  const auto run = [](bool rehearsed) {
    Room room(config());
    std::mt19937_64 random(3);
    std::vector<double> all;
    for (int i = 0; i < 200; ++i) {
      const ToolGuidance& g = room.see(test::random_in(random, {0, 0, 20}, 15));
      if (rehearsed) room.navigator.rehearse();
      if (!is_shown(g)) continue;
      const auto& d = std::get<StructureDistance>(g.structures[0].distance);
      all.insert(all.end(), {d.tip_to_structure_mm, d.tip_bound_95_mm, d.shaft_clearance_mm,
                             d.shaft_bound_95_mm, d.predicted_tre_mm});
    }
    return all;
  };
  const auto first = run(false);
  REQUIRE(first.size() == 1000);
  CHECK(first == run(false));
  CHECK(first == run(true));
}

TEST_CASE("time passing without news changes ages and nothing else") {
  Room room(config());
  room.see({0, 0, 25});
  const auto before = std::get<StructureDistance>(room.tool().structures[0].distance);
  const std::uint64_t sequence = room.navigator.guidance().sequence;
  const ToolGuidance& g = room.tick(5);
  CHECK(g.age == duration_from_ms(15));
  CHECK(room.navigator.guidance().sequence == sequence + 1);
  CHECK(std::get<StructureDistance>(g.structures[0].distance).tip_to_structure_mm ==
        before.tip_to_structure_mm);
}

TEST_CASE("rehearsing leaves shown and withheld numbers as they are, and says nothing") {
  Room room(config());
  room.navigator.rehearse();
  CHECK(why(room.tool()) == Withheld::no_data);
  const auto before = std::get<StructureDistance>(room.see({0, 0, 17}).structures[0].distance);
  REQUIRE(before.zone == Zone::stop);
  const std::uint64_t sequence = room.navigator.guidance().sequence;
  room.navigator.rehearse();
  const auto& after = std::get<StructureDistance>(room.tool().structures[0].distance);
  CHECK(after.zone == Zone::stop);
  CHECK(after.tip_to_structure_mm == before.tip_to_structure_mm);
  CHECK(room.navigator.guidance().sequence == sequence);
  room.see(frame(room.now + duration_from_ms(10), reference_pose(), Missing::too_few_markers));
  room.navigator.rehearse();
  CHECK(why(room.tool()) == Withheld::tool_not_visible);
  CHECK(why(room.tick(5)) == Withheld::tool_not_visible);
}

TEST_CASE("a new registration moves the distances at once and counts an epoch") {
  Room room(config());
  room.see({0, 0, 25});
  CHECK(room.navigator.guidance().epoch == 1);
  Registration moved = registration();
  const auto up = made<Preop, Preop>({0, 0, 1}, 0.0, {0, 0, 3});
  moved.preop_from_reference = up * preop_from_reference;
  room.navigator.step(moved, room.now);
  CHECK(room.navigator.guidance().epoch == 2);
  CHECK(std::get<StructureDistance>(room.tool().structures[0].distance).tip_to_structure_mm ==
        Approx(13).margin(0.01));
  room.navigator.step(RegistrationCleared{}, room.now);
  CHECK(why(room.tool()) == Withheld::not_registered);
  CHECK(room.navigator.guidance().state == EngineState::unregistered);
  CHECK(room.navigator.guidance().epoch == 3);
}

TEST_CASE("a registration that fails the gate changes nothing and says why") {
  Room room(config());
  room.see({0, 0, 25});
  Registration bad = registration();
  bad.fre_mm = 5;
  room.navigator.step(bad, room.now);
  CHECK(room.said("registration of L3 refused: FRE above the limit"));
  CHECK(room.navigator.guidance().epoch == 1);
  CHECK(is_shown(room.tool()));
}

TEST_CASE("while an intraoperative scan is on its way the old registration holds, and it is said") {
  Room room(config());
  room.see({0, 0, 25});
  room.navigator.step(ImagingChanged{Imaging::registering, "series of 192 slices"}, room.now);
  CHECK(room.said("intraoperative scan registering: series of 192 slices"));
  CHECK(room.navigator.guidance().imaging == Imaging::registering);
  CHECK(is_shown(room.tool()));
  CHECK(room.navigator.guidance().imaging_reason.view().empty());
  room.navigator.step(ImagingChanged{Imaging::refused, "several_patients: expected one"}, room.now);
  CHECK(room.said("intraoperative scan refused: several_patients: expected one"));
  CHECK(room.navigator.guidance().imaging == Imaging::refused);
  CHECK(room.navigator.guidance().imaging_reason.view() == "several_patients");
  CHECK(room.navigator.guidance().epoch == 1);
  CHECK(room.navigator.guidance().state == EngineState::ready);
}

TEST_CASE("a scan of which the gate refuses every vertebra is a refused scan, not a finished one") {
  Room room(config());
  room.see({0, 0, 25});
  room.navigator.step(ImagingChanged{Imaging::registering, "series of 192 slices"}, room.now);
  Registration bad = registration();
  bad.fre_mm = 5;
  room.navigator.step(bad, room.now);
  room.navigator.step(ImagingChanged{Imaging::none, "L3"}, room.now);
  CHECK(room.navigator.guidance().imaging == Imaging::refused);
  CHECK(room.navigator.guidance().imaging_reason.view() == "no_vertebra_accepted");
  CHECK(room.said("intraoperative scan refused: no_vertebra_accepted: "));
  CHECK(room.navigator.guidance().epoch == 1);

  room.navigator.step(ImagingChanged{Imaging::registering, "series of 192 slices"}, room.now);
  room.navigator.step(registration(), room.now);
  room.navigator.step(ImagingChanged{Imaging::none, "L3"}, room.now);
  CHECK(room.navigator.guidance().imaging == Imaging::none);
  CHECK(room.navigator.guidance().imaging_reason.view().empty());
  CHECK(room.navigator.guidance().epoch == 2);
}

TEST_CASE("a sender that is turned away is said, and touches no scan that is on its way") {
  Room room(config());
  room.see({0, 0, 25});
  room.navigator.step(ImagingChanged{Imaging::receiving, "from CT_SCANNER"}, room.now);
  room.navigator.step(IntakeRefused{"too_many_associations: 127.0.0.1"}, room.now);
  CHECK(room.said("intake refused too_many_associations: 127.0.0.1"));
  CHECK(room.navigator.guidance().imaging == Imaging::receiving);
  CHECK(is_shown(room.tool()));
}
