#include "engine/runtime/vertebra_team.hpp"

#include "tests/engine/runtime/table_for_test.hpp"

using namespace trocar;

namespace {

std::vector<CtRegistration> found_by(int threads, std::span<const int> labels) {
  static const CtPyramid scan(table::scan().volume);
  const PreopSpine preop = table::preop();
  const auto start = Transform<Preop, Intraop>::declare(  // CLAIM: near a test's truth
      table::truth().preop_from_reference.at("L3") * table::truth().reference_from_intraop);
  CtSpine spine(preop.ct, preop.labels);
  VertebraTeam team(preop.ct, preop.labels, {}, threads);
  auto all = team.register_vertebrae(labels, scan, start, {}, spine);
  if (!all) FAIL(all.error().detail);
  return all.value();
}

std::vector<int> labels() {
  std::vector<int> out;
  for (const Vertebra& v : table::plan().vertebrae) out.push_back(v.label);
  return out;
}

}  // namespace

TEST_CASE("vertebrae are registered to the same bits by one thread, two, and more than there are") {
  const auto alone = found_by(1, labels());
  REQUIRE(alone.size() == labels().size());
  for (const int threads : {2, 3, 9}) {
    const auto shared = found_by(threads, labels());
    REQUIRE(shared.size() == alone.size());
    for (std::size_t k = 0; k < alone.size(); ++k) {
      CHECK(shared[k].label == alone[k].label);
      CHECK(shared[k].preop_from_intraop.matrix().matrix() ==
            alone[k].preop_from_intraop.matrix().matrix());
      CHECK(shared[k].covariance.theta_t == alone[k].covariance.theta_t);
      CHECK(shared[k].refused == alone[k].refused);
    }
  }
}

TEST_CASE("of several labels that are not in the map the first is told") {
  const PreopSpine preop = table::preop();
  CtSpine spine(preop.ct, preop.labels);
  VertebraTeam team(preop.ct, preop.labels, {}, 2);
  const std::vector<int> wrong{labels()[0], 901, 902};
  const auto all = team.register_vertebrae(
      wrong, CtPyramid(table::scan().volume),
      Transform<Preop, Intraop>::declare(Eigen::Isometry3d::Identity()),  // CLAIM: never used
      {}, spine);
  REQUIRE_FALSE(all);
  CHECK_THAT(all.error().detail, Catch::Contains("901"));
}

TEST_CASE("a scan is registered to the same bits after a rehearsal as without one") {
  ScanRegistrar plain(table::config(), table::preop()), rehearsed(table::config(), table::preop());
  REQUIRE(rehearsed.rehearse({}));
  const auto a = plain.register_scan(table::scan(), {}, table::by_touch(), {});
  const auto b = rehearsed.register_scan(table::scan(), {}, table::by_touch(), {});
  REQUIRE(a);
  REQUIRE(b);
  CHECK(a.value().detail == b.value().detail);
  REQUIRE(a.value().registrations.size() == b.value().registrations.size());
  for (std::size_t k = 0; k < a.value().registrations.size(); ++k)
    CHECK(a.value().registrations[k].preop_from_reference.matrix().matrix() ==
          b.value().registrations[k].preop_from_reference.matrix().matrix());
}
