#include "engine/navigation/tip_error.hpp"

#include <catch2/catch.hpp>

#include "engine/registration/error_prediction.hpp"
#include "tests/engine/navigation/scene.hpp"

using namespace trocar;
using namespace trocar::scene;

namespace {

PosePair pair_at(const Transform<Preop, Tip>& tip) {
  return {at_ms(0), {}, needle_pose(tip), reference_pose(), false};
}

}  // namespace

TEST_CASE("tip in reference and tip in preop are the composed truth") {
  const auto tip = pointing_down({3, -4, 25});
  const auto in_drf = in_reference(pair_at(tip), tools()[1], tools()[0]);
  const auto truth = preop_from_reference.inverse() * tip;
  CHECK(in_drf.to_from_tip.matrix().isApprox(truth.matrix(), 1e-9));
  const auto in_ct = in_preop(in_drf, registration());
  CHECK(in_ct.to_from_tip.matrix().isApprox(tip.matrix(), 1e-9));
  CHECK(in_ct.tip_sigma_mm == 0.2);
}

TEST_CASE(
    "every source of error adds to the tip's: tool, reference, tip calibration, registration") {
  const auto tip = pointing_down({0, 0, 25});
  const PosePair pair = pair_at(tip);
  const auto variance = [&](const ToolModel& tool, const ToolModel& drf) {
    const auto at = in_preop(in_reference(pair, tool, drf), registration());
    return at.at(tip.origin()).trace();
  };
  auto quiet = tools();
  for (ToolModel& t : quiet) t.marker_fle_sigma_mm.setConstant(1e-6);
  quiet[1].tip_sigma_mm = 0;
  const double of_registration = registration().covariance.at(tip.origin()).trace();
  CHECK(variance(quiet[1], quiet[0]) == Approx(of_registration).epsilon(1e-6));
  ToolModel bent = quiet[1];
  bent.tip_sigma_mm = 0.2;
  CHECK(variance(bent, quiet[0]) == Approx(of_registration + 3 * 0.04).epsilon(1e-6));
  const double with_tool = variance(tools()[1], quiet[0]);
  const double with_reference = variance(bent, tools()[0]);
  CHECK(with_tool > variance(bent, quiet[0]));
  CHECK(with_reference > variance(bent, quiet[0]));
  CHECK(variance(tools()[1], tools()[0]) ==
        Approx(with_tool + with_reference - variance(bent, quiet[0])).epsilon(1e-6));
}

TEST_CASE("marker noise is worst along the camera's axis, wherever the patient lies") {
  ToolModel tool = tools()[1];
  tool.tip_sigma_mm = 0;
  tool.marker_fle_sigma_mm = {1e-6, 1e-6, 1.0};
  ToolModel drf = tools()[0];
  drf.marker_fle_sigma_mm.setConstant(1e-6);
  const PosePair pair = pair_at(pointing_down({0, 0, 25}));
  const auto tip = in_reference(pair, tool, drf);
  // At the markers' centroid only translation is left: 1 mm / sqrt(4), along the camera's z.
  Vector3d centroid = Vector3d::Zero();
  for (const auto& m : tool.markers) centroid += m.mm / 4;
  const auto reference_from_tool = tracker_from_reference.inverse() * as_tool(pair.tool);
  const Eigen::Matrix3d c = tip.at(reference_from_tool * Point<Tool>{centroid});
  const Vector3d camera_z = tracker_from_reference.rotation().transpose() * Vector3d::UnitZ();
  CHECK(camera_z.dot(c * camera_z) == Approx(0.25).epsilon(1e-4));
  CHECK(c.trace() == Approx(0.25).epsilon(1e-4));
}
