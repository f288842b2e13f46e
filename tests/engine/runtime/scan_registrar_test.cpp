#include "engine/runtime/scan_registrar.hpp"

#include "tests/engine/runtime/table_for_test.hpp"

using namespace trocar;

namespace {

// The scan as its field would show no more than the height of this vertebra: neighbours only cut.
ArrivedScan only(const std::string& name) {
  const auto& truth = table::truth();
  const Eigen::Vector3d middle =
      (truth.preop_from_reference.at(name) * truth.reference_from_intraop).inverse() *
      table::centre_of(name);
  ArrivedScan scan = table::scan();
  auto part = std::make_shared<CtVolume>(*scan.volume);
  VolumeGeometry& g = part->geometry;
  constexpr double half_mm = 24;
  const auto slice_at = [&](double z_mm) {
    const double slice = (z_mm - g.origin.mm.z()) / g.spacing_mm.z();
    return std::clamp(static_cast<int>(slice), 0, g.size[2]);
  };
  const int first = slice_at(middle.z() - half_mm), last = slice_at(middle.z() + half_mm);
  const std::ptrdiff_t pixels = std::ptrdiff_t{g.size[0]} * g.size[1];
  const auto begin = scan.volume->hounsfield.begin();
  part->hounsfield.assign(begin + first * pixels, begin + last * pixels);
  g.origin.mm.z() += first * g.spacing_mm.z();
  g.size[2] = last - first;
  scan.volume = part;
  return scan;
}

// Whoever named the wrong level: what was named is refused with a reason, and what else was
// accepted lies where it truly is.
void check_not_taken_for(const std::string& named, const Result<ScanResult>& result) {
  const std::string said = result ? result.value().detail : result.error().detail;
  INFO(said);
  CHECK_THAT(said, Catch::Contains("not ") && Catch::Contains(named + " "));
  if (!result) {
    CHECK_THAT(said, Catch::StartsWith("no_vertebra_accepted: "));
    return;
  }
  for (const Registration& r : result.value().registrations) {
    const std::string& name = table::plan().vertebrae[r.vertebra->index].name;
    CHECK(name != named);
    const Eigen::Isometry3d off =
        r.preop_from_reference.matrix() * table::truth().preop_from_reference.at(name).inverse();
    CHECK((off * r.covariance.center.mm - r.covariance.center.mm).norm() < 0.5);
  }
}

// A scanner that is tracked, for fields that do not show the plate.
IntraopConfig tracked() {
  IntraopConfig config = table::config();
  config.plate.reset();
  config.scanner_pose = ScannerPose{"1.2.3", 0.3, 0.002};
  return config;
}

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
             Catch::Contains("level_not_known: expected"));
}

TEST_CASE("H22: a field that shows only the neighbour of the level that was named is refused") {
  for (const auto& [shown, named] : {std::pair("L3", "L2"), {"L3", "L4"}, {"L2", "L3"}}) {
    INFO(shown << " is shown, a person said " << named);
    IntraopConfig config = tracked();
    config.field_level = named;
    ScanRegistrar registrar(config, table::preop());
    check_not_taken_for(named,
                        registrar.register_scan(only(shown), table::stated(registrar), {}, {}));
  }
}

TEST_CASE("H22: after a touch one level off, the neighbour's bone is not taken for the level") {
  ScanRegistrar registrar(tracked(), table::preop());
  for (const auto& [shown, taken_for] : {std::pair("L3", "L2"), {"L3", "L4"}, {"L4", "L3"}}) {
    INFO(shown << " is shown where the touch says " << taken_for);
    Registration touch = table::by_touch();
    const Eigen::Translation3d one_level(table::centre_of(taken_for) - table::centre_of(shown));
    touch.preop_from_reference = Transform<Preop, Reference>::declare(
        one_level * touch.preop_from_reference.matrix());  // CLAIM: a wrong one, on purpose
    check_not_taken_for(taken_for,
                        registrar.register_scan(only(shown), table::stated(registrar), touch, {}));
  }
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
  const auto stated = table::stated(registrar);
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
