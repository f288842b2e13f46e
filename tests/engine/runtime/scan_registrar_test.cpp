#include "engine/runtime/scan_registrar.hpp"

#include "tests/engine/runtime/table_for_test.hpp"

using namespace trocar;

namespace {

std::string refusal(const Result<ScanResult>& result) {
  REQUIRE_FALSE(result);
  return result.error().detail;
}

}  // namespace

TEST_CASE(
    "each vertebra of a spine that has bent gets its own registration, to 0.3 mm at its bone") {
  ScanRegistrar registrar(table::config(), table::preop());
  const auto result = registrar.register_scan(table::scan(), {}, table::by_touch(), {});
  if (!result) FAIL(result.error().detail);
  INFO(result.value().detail);
  REQUIRE(result.value().registrations.size() >= 3);
  double largest_move_mm = 0;
  for (const Registration& r : result.value().registrations) {
    const std::string& name = table::plan().vertebrae[r.vertebra->index].name;
    INFO(name);
    const Eigen::Isometry3d off =
        r.preop_from_reference.matrix() * table::truth().preop_from_reference.at(name).inverse();
    for (const Point<Preop>& p : r.points) CHECK((off * p.mm - p.mm).norm() < 0.3);
    // Three standard deviations in each direction are never left by a covariance that is honest.
    const Eigen::Vector3d at = r.covariance.center.mm;
    const Eigen::Vector3d e = off * at - at;
    const Eigen::Matrix3d sigma = r.covariance.at(r.covariance.center);
    CHECK(e.dot(sigma.inverse() * e) < 16.3);  // 99.9 % of chi-square, 3 degrees
    const Eigen::Vector3d before = table::by_touch().preop_from_reference.matrix() *
                                   (r.preop_from_reference.matrix().inverse() * at);
    largest_move_mm = std::max(largest_move_mm, (before - at).norm());
  }
  CHECK(largest_move_mm > 2);  // or nothing was shown
  CHECK(result.value().registrations.front().more);
  CHECK_FALSE(result.value().registrations.back().more);
}

TEST_CASE("H7: the scan of another patient, or of nobody, is refused") {
  ScanRegistrar registrar(table::config(), table::preop());
  CHECK_THAT(refusal(registrar.register_scan(table::scan("OTHER"), {}, table::by_touch(), {})),
             Catch::Contains("another patient"));
  CHECK_THAT(refusal(registrar.register_scan(table::scan(""), {}, table::by_touch(), {})),
             Catch::Contains("names no patient"));
}

TEST_CASE("H22: without a touch and without a person's word no level is guessed") {
  ScanRegistrar registrar(table::config(), table::preop());
  CHECK_THAT(refusal(registrar.register_scan(table::scan(), {}, {}, {})),
             Catch::Contains("the level is not known"));
}

TEST_CASE("a person's word for the level in the field's middle is enough to begin from") {
  IntraopConfig config = table::config();
  config.field_level = table::plan().vertebrae[2].name;
  ScanRegistrar registrar(config, table::preop());
  // The whole spine is in this scan: whatever is found must be where it truly is.
  const auto result = registrar.register_scan(table::scan(), {}, {}, {});
  if (!result) return;
  for (const Registration& r : result.value().registrations) {
    const std::string& name = table::plan().vertebrae[r.vertebra->index].name;
    const Eigen::Isometry3d off =
        r.preop_from_reference.matrix() * table::truth().preop_from_reference.at(name).inverse();
    CHECK((off * r.covariance.center.mm - r.covariance.center.mm).norm() < 0.3);
  }
  config.field_level = "T1";
  CHECK_THROWS_AS(ScanRegistrar(config, table::preop()), ConfigError);
}

TEST_CASE("a scan without the plate is refused, unless the scanner states its pose") {
  IntraopConfig config = table::config();
  config.plate->sphere_diameter_mm = 12;  // no such spheres in it
  config.scanner_pose = ScannerPose{"1.2.3", 0.3, 0.002};
  ScanRegistrar registrar(config, table::preop());
  CHECK_FALSE(registrar.register_scan(table::scan(), {}, table::by_touch(), {}));
  const auto stated = registrar.stated_pose(Transform<Reference, Intraop>::declare(
      table::truth().reference_from_intraop));  // CLAIM: a test's truth
  REQUIRE(stated);
  const auto result = registrar.register_scan(table::scan(), stated, table::by_touch(), {});
  if (!result) FAIL(result.error().detail);
  CHECK(result.value().registrations.size() >= 3);
}

TEST_CASE("asked to stop, a scan changes nothing") {
  ScanRegistrar registrar(table::config(), table::preop());
  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(registrar.register_scan(table::scan(), {}, table::by_touch(), stop.get_token()));
}
