#include "drivers/ndi_tracking.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace trocar;

namespace {

NdiBody lost(unsigned tool_info, std::uint32_t port_status = ndi_port_occupied) {
  NdiBody b;
  b.tool_info = static_cast<std::uint8_t>(tool_info);
  b.port_status = port_status;
  return b;
}

NdiPose turned(double norm) {
  NdiPose p;
  p.q = {0.5 * norm, -0.5 * norm, 0.5 * norm, 0.5 * norm};
  return p;
}

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("a rotation rounded as TX rounds is plausible, one that is further off is none") {
  CHECK(is_plausible(turned(1.0)));
  CHECK(is_plausible(turned(1.0 + 1.7e-4)));
  CHECK(is_plausible(turned(1.0 - 1.9e-3)));
  CHECK_FALSE(is_plausible(turned(1.0 + 2.1e-3)));
  CHECK_FALSE(is_plausible(turned(1.0 - 2.1e-3)));
  CHECK_FALSE(is_plausible(turned(0)));
  CHECK_FALSE(is_plausible(turned(not_a_number)));
}

TEST_CASE("a place beyond 20 m, a negative error and what is no number are implausible") {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    NdiPose p;
    p.t_mm[axis] = -19'999;
    CHECK(is_plausible(p));
    for (const double bad : {20'001.0, -20'001.0, not_a_number, HUGE_VAL}) {
      p.t_mm[axis] = bad;
      CHECK_FALSE(is_plausible(p));
    }
  }
  for (const double bad : {-1e-4, not_a_number, HUGE_VAL}) {
    NdiPose p;
    p.error_mm = bad;
    CHECK_FALSE(is_plausible(p));
  }
}

TEST_CASE("why a tool is missing is the device's most telling word") {
  CHECK(reason_of(lost(0x00)) == Missing::not_seen);
  CHECK(reason_of(lost(0x00, 0)) == Missing::unplugged);
  CHECK(reason_of(lost(0x01)) == Missing::bad_fit);
  CHECK(reason_of(lost(0x02)) == Missing::too_few_markers);
  CHECK(reason_of(lost(0x04)) == Missing::interference);
  CHECK(reason_of(lost(0x08)) == Missing::processing);
  CHECK(reason_of(lost(0x80)) == Missing::processing);
  CHECK(reason_of(lost(0x00, 0x0041)) == Missing::out_of_volume);
  CHECK(reason_of(lost(0x00, 0x0201)) == Missing::interference);
  CHECK(reason_of(lost(0x00, 0x1001)) == Missing::processing);
  // Bad fit before all others; out of volume before too few markers.
  CHECK(reason_of(lost(0x03, 0x0041)) == Missing::bad_fit);
  CHECK(reason_of(lost(0x02, 0x0041)) == Missing::out_of_volume);
  NdiBody off = lost(0x01);
  off.state = NdiState::disabled;
  CHECK(reason_of(off) == Missing::disabled);
  off.state = NdiState::unoccupied;
  CHECK(reason_of(off) == Missing::unplugged);
}

TEST_CASE("a handle is taken once, and no more handles than there is room for") {
  NdiTracking out;
  for (unsigned i = 0; i < 32; ++i) {
    NdiBody b;
    b.handle = static_cast<std::uint16_t>(i + 1);
    CHECK(add_body(out, b));
    CHECK_FALSE(add_body(out, b));
  }
  NdiBody one_more;
  one_more.handle = 99;
  CHECK_FALSE(add_body(out, one_more));
  CHECK(out.bodies.size() == 32);
}

TEST_CASE("markers beyond the room for them are counted, and clearing forgets everything") {
  NdiTracking out;
  for (int i = 0; i < 515; ++i) add_point(out, {});
  CHECK(out.points.size() == 512);
  CHECK(out.points_dropped == 3);
  add_body(out, {});
  out.system_status = 5;
  out.clear();
  CHECK(out.points.empty());
  CHECK(out.bodies.empty());
  CHECK(out.points_dropped == 0);
  CHECK(out.system_status == 0);
}
