#include "drivers/simulators/simulated_world.hpp"

#include <Eigen/Eigenvalues>
#include <catch2/catch.hpp>
#include <cmath>

#include "drivers/simulators/simulated_fit.hpp"
#include "tests/drivers/simulators/simulator_host.hpp"

using namespace trocar;
using test::scenario;

namespace {

constexpr std::size_t ref = 0;
constexpr std::size_t needle = 1;
constexpr int samples = 20000;  // a variance is then known to 1 % (1 sigma)

Eigen::Isometry3d measured(const Observation& o) {
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.linear() = o.rotation.toRotationMatrix();
  m.translation() = o.position_mm;
  return m;
}

}  // namespace

TEST_CASE("the simulator's fit returns the motion that moved exact points") {
  const std::vector<Eigen::Vector3d> body{{0, 0, 0}, {50, 0, 0}, {0, 70, 0}, {10, 20, 30}};
  const Eigen::Quaterniond q(Eigen::AngleAxisd(2.9, Eigen::Vector3d(1, -2, 3).normalized()));
  const Eigen::Vector3d t(100, -200, -1500);
  std::vector<Eigen::Vector3d> seen;
  for (const auto& p : body) seen.push_back(q * p + t);
  const auto fit = fit_simulated_body(body, seen);
  CHECK(fit.rotation.angularDistance(q) < 1e-7);
  CHECK((fit.translation_mm - t).norm() < 1e-9);
  CHECK(fit.rms_mm < 1e-9);
}

TEST_CASE("the centroid of a tool is measured with the scripted noise, axis by axis") {
  const SimulatedWorld world(scenario());
  const auto& rom = world.scenario().tools[ref].rom;
  Eigen::Vector3d centroid = Eigen::Vector3d::Zero();
  for (const auto& m : rom.markers) centroid += m.mm / 4;
  const Eigen::Vector3d truth = world.truth(ref, Duration{}).tracker_from_tool.matrix() * centroid;
  Eigen::Vector3d sum = Eigen::Vector3d::Zero();
  Eigen::Vector3d squares = Eigen::Vector3d::Zero();
  for (int i = 0; i < samples; ++i) {
    const auto o = world.observe(ref, Duration{}, static_cast<std::uint64_t>(i), {});
    const Eigen::Vector3d d = measured(o) * centroid - truth;
    sum += d;
    squares += d.cwiseAbs2();
  }
  const Eigen::Vector3d expected(0.05 / 2, 0.05 / 2, 0.15 / 2);  // sigma / sqrt(4 markers)
  for (int axis = 0; axis < 3; ++axis) {
    CHECK(std::sqrt(squares[axis] / samples) == Approx(expected[axis]).epsilon(0.025));
    CHECK(std::abs(sum[axis] / samples) < 5 * expected[axis] / std::sqrt(samples));
  }
}

TEST_CASE("the error at the tip and the residual follow Fitzpatrick's law for equal noise") {
  auto s = scenario();
  s.fle_mm = {0.1, 0.1, 0.1};
  const SimulatedWorld world(s);
  const auto& rom = s.tools[needle].rom;
  const Eigen::Vector3d tip = s.tools[needle].tool_from_tip->origin().mm;
  Eigen::Vector3d centroid = Eigen::Vector3d::Zero();
  for (const auto& m : rom.markers) centroid += m.mm / 4;
  Eigen::Matrix3d spread = Eigen::Matrix3d::Zero();
  for (const auto& m : rom.markers) spread += (m.mm - centroid) * (m.mm - centroid).transpose() / 4;
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> axes(spread);
  const Eigen::Vector3d r = axes.eigenvectors().transpose() * (tip - centroid);
  double ratio = 0;  // sum of d_k^2 / f_k^2: distances of tip and markers from principal axis k
  for (int k = 0; k < 3; ++k) {
    ratio += (r.squaredNorm() - r[k] * r[k]) / (spread.trace() - axes.eigenvalues()[k]);
  }
  const double fle2 = 3 * 0.01;
  const double tre2 = fle2 / 4 * (1 + ratio / 3);  // Fitzpatrick 1998, eq. 46
  const Eigen::Vector3d truth = world.truth(needle, Duration{}).tracker_from_tool.matrix() * tip;
  double tip2 = 0;
  double rms2 = 0;
  for (int i = 0; i < samples; ++i) {
    const auto o = world.observe(needle, Duration{}, static_cast<std::uint64_t>(i), {});
    tip2 += (measured(o) * tip - truth).squaredNorm();
    rms2 += o.rms_mm * o.rms_mm;
  }
  CHECK(tip2 / samples == Approx(tre2).epsilon(0.06));
  CHECK(rms2 / samples == Approx((1 - 2.0 / 4) * fle2).epsilon(0.05));  // eq. 10: FRE
}

TEST_CASE("noise belongs to the exposure, not to how often one asks") {
  const SimulatedWorld world(scenario());
  const auto a = world.observe(ref, Duration{}, 5, {});
  (void)world.observe(ref, Duration{}, 6, {});
  CHECK(world.observe(ref, Duration{}, 5, {}).position_mm == a.position_mm);
  CHECK(world.observe(ref, Duration{}, 6, {}).position_mm != a.position_mm);
}

TEST_CASE("a tip keyframe in preoperative coordinates is where the truth puts the tip") {
  const SimulatedWorld world(scenario());
  for (const double t_s : {0.0, 1.0, 2.5}) {
    const auto truth = world.truth(needle, duration_from_ms(1000 * t_s));
    const Eigen::Vector3d tip = truth.preop_from_tip->origin().mm;
    const Eigen::Vector3d path = Eigen::Vector3d(-30, -50, 5).normalized();
    CHECK((tip - Eigen::Vector3d(40, 90, 0)).cross(path).norm() < 1e-9);
    // The same tip, the long way over the tracker.
    const auto tracker_from_preop =
        *truth.tracker_from_reference * *world.scenario().reference_from_preop;
    const auto tip_in_tracker =
        truth.tracker_from_tool * world.scenario().tools[needle].tool_from_tip->origin();
    CHECK(distance_mm(tip_in_tracker, tracker_from_preop * Point<Preop>{tip}) < 1e-9);
  }
  CHECK((world.truth(needle, Duration{}).preop_from_tip->origin().mm - Eigen::Vector3d(40, 90, 0))
            .norm() < 1e-9);
}

TEST_CASE("one hidden marker of four leaves a pose, two leave none") {
  const SimulatedWorld world(scenario());
  Disturbance d;
  d.hidden_markers = 0b0010;
  const auto three = world.observe(ref, Duration{}, 1, d);
  CHECK(three.seen == Seen::ok);
  CHECK(three.markers[1].code == MarkerSighting::missing);
  d.hidden_markers = 0b0110;
  CHECK(world.observe(ref, Duration{}, 1, d).seen == Seen::too_few);
  d.hidden = true;
  CHECK(world.observe(ref, Duration{}, 1, d).seen == Seen::missing);
}

TEST_CASE("a marker turned further away than its tool allows is not seen") {
  auto s = scenario();
  auto& rom = s.tools[ref].rom;
  rom.normals.assign(4, Offset<Marker>{{0, 0, 1}});  // toward the camera at the base pose
  rom.max_marker_angle_deg = 60;
  CHECK(SimulatedWorld(s).observe(ref, Duration{}, 1, {}).seen == Seen::ok);
  const double half = 70.0 / 2 * 3.14159265358979 / 180;
  s.reference_motion.base.linear() =
      Eigen::Quaterniond(std::cos(half), std::sin(half), 0, 0).toRotationMatrix();
  const auto turned = SimulatedWorld(s).observe(ref, Duration{}, 1, {});
  CHECK(turned.seen == Seen::missing);
  CHECK(turned.markers[0].code == MarkerSighting::max_angle);
}

TEST_CASE("displaced markers raise the error, and beyond the tool's limit there is no pose") {
  const SimulatedWorld world(scenario());
  Disturbance d;
  d.displacement_mm = 0.5;
  const auto poor = world.observe(ref, Duration{}, 1, d);
  CHECK(poor.seen == Seen::ok);
  CHECK(poor.rms_mm > 0.2);
  d.displacement_mm = 8;
  CHECK(world.observe(ref, Duration{}, 1, d).seen == Seen::bad_fit);
}

TEST_CASE("a tool half way out of the volume is partially out") {
  auto s = scenario();
  const TrackedVolume& volume = s.device.volume;
  CHECK(volume.holds({0, 0, -1500}));
  CHECK_FALSE(volume.holds({0, 0, -900}));
  CHECK_FALSE(volume.holds({0, 0, -2500}));
  CHECK_FALSE(volume.holds({0, 0, 1500}));
  CHECK(volume.holds({239, 0, -951}));
  CHECK_FALSE(volume.holds({300, 0, -951}));
  s.reference_motion.base.translation() =
      Eigen::Vector3d(0, 0, -2405);  // one marker is 12 mm nearer
  CHECK(SimulatedWorld(s).observe(ref, Duration{}, 1, {}).seen == Seen::partially_out);
  s.reference_motion.base.translation() = Eigen::Vector3d(0, 0, -2500);
  CHECK(SimulatedWorld(s).observe(ref, Duration{}, 1, {}).seen == Seen::out_of_volume);
}
