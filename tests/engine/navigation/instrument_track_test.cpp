#include "engine/navigation/instrument_track.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/navigation/scene.hpp"

using namespace trocar;
using namespace trocar::scene;

namespace {

struct Judged {
  NavigatorConfig limits = config();
  NavigationModel patient = model();
  std::vector<ToolModel> bodies = tools();
  RegistrationState registrations;
  PoseHistory drf;
  InstrumentTrack track{needle, bodies[1]};
  ToolGuidance guidance = track.blank(patient);

  [[nodiscard]] NavigationView view() const {
    return {limits, patient, registrations, drf, bodies[0]};
  }
  void see(double ms, const Vector3d& tip_mm) {
    drf.add({at_ms(ms), {}, reference_pose()});
    track.poses().add({at_ms(ms), {}, needle_pose(pointing_down(tip_mm))});
  }
  std::optional<UncertainTip<Reference>> observe(double ms) {
    const auto tip = track.observe(view(), at_ms(ms), std::nullopt);
    track.guide(view(), at_ms(ms), guidance);
    return tip;
  }
};

}  // namespace

TEST_CASE("a blank guidance has a withheld place for every structure") {
  const Judged j;
  CHECK(j.guidance.tool == needle);
  REQUIRE(j.guidance.structures.size() == 2);
  CHECK(j.guidance.structures[1].structure.index == 1);
  CHECK(why(j.guidance) == Withheld::no_data);
}

TEST_CASE("a pose is given out once: the same exposure is no new sample") {
  Judged j;
  j.registrations.accept(registration(), 4, j.limits.error);
  j.see(0, {0, 0, 25});
  CHECK(j.observe(5));
  CHECK(is_shown(j.guidance));
  CHECK_FALSE(j.observe(10));
  CHECK(is_shown(j.guidance));
  j.see(20, {0, 0, 24});
  CHECK(j.observe(25));
}

TEST_CASE("without registration the tip in the reference is still given out, to register with") {
  Judged j;
  j.see(0, {0, 0, 25});
  CHECK(j.observe(5));
  CHECK(why(j.guidance) == Withheld::not_registered);
  CHECK_FALSE(j.observe(6));
}

TEST_CASE(
    "a doubted device withholds all, and what was measured before returns only by measuring") {
  Judged j;
  j.registrations.accept(registration(), 4, j.limits.error);
  j.see(0, {0, 0, 25});
  j.observe(5);
  CHECK_FALSE(j.track.observe(j.view(), at_ms(10), Withheld::link_lost));
  j.track.guide(j.view(), at_ms(10), j.guidance);
  CHECK(why(j.guidance) == Withheld::link_lost);
  j.observe(15);
  REQUIRE(is_shown(j.guidance));
  CHECK(std::get<StructureDistance>(j.guidance.structures[0].distance).tip_to_structure_mm ==
        Approx(10).margin(0.01));
}

TEST_CASE("the pose is shown in the registration of the planned vertebra, else of the nearest") {
  Judged j;
  Registration shifted = registration({0});
  const auto up = made<Preop, Preop>({0, 0, 1}, 0.0, {0, 0, 7});
  shifted.preop_from_reference = up * preop_from_reference;
  j.registrations.accept(shifted, 4, j.limits.error);
  j.see(0, {0, 0, 25});
  j.observe(5);
  const auto tip = [&] { return std::get<ToolPose>(j.guidance.pose).preop_from_tip.origin().mm; };
  CHECK(tip().z() == Approx(32));
  CHECK(std::get<Withheld>(j.guidance.trajectory) == Withheld::not_registered);
  CHECK(std::get<Withheld>(j.guidance.structures[0].distance) == Withheld::not_registered);
  j.registrations.accept(registration(), 4, j.limits.error);
  j.observe(6);
  CHECK(tip().z() == Approx(25));
  CHECK(std::holds_alternative<TrajectoryError>(j.guidance.trajectory));
}

TEST_CASE("a plan without a trajectory has no trajectory error") {
  Judged j;
  j.patient.trajectory.reset();
  j.registrations.accept(registration(), 4, j.limits.error);
  j.see(0, {0, 0, 25});
  j.observe(5);
  CHECK(is_shown(j.guidance));
  CHECK(std::get<Withheld>(j.guidance.trajectory) == Withheld::no_data);
}

TEST_CASE("news that find no room in one step are said by the next") {
  Judged j;
  j.registrations.accept(registration(), 4, j.limits.error);
  j.see(0, {0, 0, 17});
  j.observe(5);
  StateLines full;
  while (full.push_back({})) {
  }
  j.track.announce(j.view(), j.guidance, at_ms(5), full);
  StateLines lines;
  j.track.announce(j.view(), j.guidance, at_ms(6), lines);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].kind == StateKind::alarm);
  CHECK(lines[0].text.view() == "needle: zone stop of tumour");
  CHECK(lines[1].text.view() == "needle: shown");
  lines.clear();
  j.track.announce(j.view(), j.guidance, at_ms(7), lines);
  CHECK(lines.empty());
}
