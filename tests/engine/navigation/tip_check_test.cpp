#include "engine/navigation/tip_check.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "tests/engine/navigation/scene.hpp"

using namespace trocar;
using namespace trocar::scene;
using Outcome = TipCheck::Outcome;

namespace {

const TipCheckConfig limits = config_with_tip_check().tip_check.value();
Point<Reference> off_by(double mm) { return {limits.divot.mm + Vector3d(0, mm, 0)}; }

}  // namespace

TEST_CASE("a tool not yet checked may not be used, one that passed may, for its time") {
  TipCheck check;
  CHECK(check.doubt(limits, at_ms(0)) == Withheld::tip_not_checked);
  CHECK(check.on_dwell(off_by(0.99), at_ms(1000), limits) == Outcome::passed);
  CHECK(check.offset_mm() == Approx(0.99));
  CHECK_FALSE(check.doubt(limits, at_ms(601'000)));
  CHECK(check.doubt(limits, at_ms(601'001)) == Withheld::tip_check_expired);
}

TEST_CASE("H5: tip check 1.5 mm off: the tool is invalid, until one passes") {
  TipCheck check;
  check.on_dwell(off_by(0), at_ms(0), limits);
  CHECK(check.on_dwell(off_by(1.5), at_ms(1000), limits) == Outcome::failed);
  CHECK(check.doubt(limits, at_ms(1000)) == Withheld::tip_check_failed);
  CHECK(check.on_dwell(off_by(0.2), at_ms(2000), limits) == Outcome::passed);
  CHECK_FALSE(check.doubt(limits, at_ms(2000)));
}

TEST_CASE("H5: a failed check counts where none is required") {
  TipCheckConfig optional = limits;
  optional.required = false;
  TipCheck check;
  CHECK_FALSE(check.doubt(optional, at_ms(0)));
  check.on_dwell(off_by(1.01), at_ms(0), optional);
  CHECK(check.doubt(optional, at_ms(999'999'999)) == Withheld::tip_check_failed);
}

TEST_CASE("a rest elsewhere is no attempt, whatever was before it") {
  TipCheck check;
  CHECK(check.on_dwell(off_by(4.01), at_ms(0), limits) == Outcome::elsewhere);
  CHECK(check.doubt(limits, at_ms(0)) == Withheld::tip_not_checked);
  check.on_dwell(off_by(2), at_ms(1), limits);
  CHECK(check.on_dwell(off_by(100), at_ms(2), limits) == Outcome::elsewhere);
  CHECK(check.doubt(limits, at_ms(3)) == Withheld::tip_check_failed);
  const double none = std::numeric_limits<double>::quiet_NaN();
  CHECK(check.on_dwell(off_by(none), at_ms(4), limits) == Outcome::elsewhere);
}
