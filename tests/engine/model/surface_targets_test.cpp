// Every instruction set Highway compiled and this machine has must give the same bits.
#include <hwy/highway.h>
#include <hwy/targets.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "engine/model/surface_distance.hpp"
#include "tests/engine/model/test_meshes.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

struct Answers {
  std::vector<double> numbers;
  void add(const Vector3d& v) { numbers.insert(numbers.end(), {v.x(), v.y(), v.z()}); }
};

Answers ask_everything(const SurfaceDistance& surface, const Vector3d& center) {
  std::mt19937_64 rng(31);
  Answers out;
  SurfaceDistance::Hint point_hint;
  SurfaceDistance::Hint shaft_hint;
  for (int i = 0; i < 1500; ++i) {
    const Vector3d p = random_in(rng, center, i % 2 == 0 ? 30.0 : 16.0);
    const SurfacePoint got = surface.from_point({p}, point_hint);
    out.numbers.insert(out.numbers.end(), {got.signed_mm, static_cast<double>(got.triangle),
                                           static_cast<double>(got.feature)});
    out.add(got.closest.mm);
    out.add(got.normal.mm);
    if (i % 5 != 0) continue;
    const Shaft s{{p}, {random_direction(rng)}, 120.0, 1.0};
    const ShaftClearance shaft = surface.from_shaft(s, shaft_hint);
    out.numbers.insert(out.numbers.end(),
                       {shaft.clearance_mm, shaft.at_mm, static_cast<double>(shaft.triangle)});
    out.add(shaft.closest.mm);
    out.add(shaft.normal.mm);
  }
  return out;
}

}  // namespace

TEST_CASE("every instruction set gives the same bits") {
  const TriangleMesh mesh = lobulated(5);
  auto surface = SurfaceDistance::build(mesh);
  REQUIRE(surface);
  const Vector3d center(12.5, -40.25, 318.0);
  const std::vector<std::int64_t> sets = hwy::SupportedAndGeneratedTargets();
  const Answers expected = ask_everything(surface.value(), center);
  for (const std::int64_t set : sets) {
    hwy::GetChosenTarget().Update(set);
    const Answers got = ask_everything(surface.value(), center);
    hwy::GetChosenTarget().DeInit();
    INFO(hwy::TargetName(set));
    REQUIRE(got.numbers.size() == expected.numbers.size());
    CHECK(std::memcmp(got.numbers.data(), expected.numbers.data(),
                      got.numbers.size() * sizeof(double)) == 0);
  }
  CHECK(sets.size() >= 2);  // otherwise nothing was compared
}
