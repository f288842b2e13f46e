#include "engine/navigation/registration_state.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "tests/engine/navigation/scene.hpp"

using namespace trocar;
using namespace trocar::scene;
using Fault = RegistrationFault;

namespace {

const ErrorLimits limits = config().error;
Fault gate(const Registration& r) { return check_registration(r, 4, limits); }

}  // namespace

TEST_CASE("a sound registration is accepted for its vertebra only, and counts an epoch") {
  RegistrationState state;
  CHECK_FALSE(state.any());
  CHECK(state.epoch() == 0);
  CHECK(state.accept(registration({2}), 4, limits) == Fault::none);
  CHECK(state.epoch() == 1);
  REQUIRE(state.of({2}) != nullptr);
  CHECK(state.of({2})->preop_from_reference.matrix().isApprox(preop_from_reference.matrix()));
  CHECK(state.of({1}) == nullptr);
}

TEST_CASE("one registration of the spine holds for every vertebra and counts one epoch") {
  RegistrationState state;
  CHECK(state.accept(spine_registration(), 4, limits) == Fault::none);
  CHECK(state.epoch() == 1);
  CHECK(state.any());
  REQUIRE(state.of({0}) != nullptr);
  CHECK(state.of({3}) == state.of({0}));
  state.clear();
  CHECK(state.of({0}) == nullptr);
}

TEST_CASE("a vertebra's own registration goes before that of the spine, until the next of these") {
  RegistrationState state;
  state.accept(spine_registration(), 4, limits);
  Registration own = registration({2});
  own.fre_mm = 0.9;
  state.accept(own, 4, limits);
  CHECK(state.of({2})->fre_mm == 0.9);
  CHECK(state.of({1})->fre_mm == 0.4);
  state.accept(spine_registration(), 4, limits);
  CHECK(state.of({2})->fre_mm == 0.4);
  CHECK(state.epoch() == 3);
}

TEST_CASE("registrations of one scan come into force together, as one epoch") {
  RegistrationState state;
  state.accept(spine_registration(), 4, limits);
  Registration first = registration({1});
  first.fre_mm = 0.9;
  first.more = true;
  CHECK(state.accept(first, 4, limits) == Fault::none);
  CHECK(state.of({1})->fre_mm == 0.4);
  CHECK(state.epoch() == 1);
  Registration last = registration({2});
  last.fre_mm = 0.8;
  CHECK(state.accept(last, 4, limits) == Fault::none);
  CHECK(state.of({1})->fre_mm == 0.9);
  CHECK(state.of({2})->fre_mm == 0.8);
  CHECK(state.epoch() == 2);
}

TEST_CASE("a scan whose last vertebra is refused still brings the others") {
  RegistrationState state;
  Registration first = registration({1});
  first.more = true;
  state.accept(first, 4, limits);
  Registration last = registration({2});
  last.fre_mm = 3;
  CHECK(state.accept(last, 4, limits) == Fault::fre_high);
  CHECK(state.of({1}) != nullptr);
  CHECK(state.of({2}) == nullptr);
  CHECK(state.epoch() == 1);
}

TEST_CASE("a vertebra that would have moved further than a spine bends is refused") {
  ErrorLimits near = limits;
  near.max_registration_move_mm = 5;
  RegistrationState state;
  state.accept(spine_registration(), 4, near);
  const auto moved = [](double mm) {
    Registration r = registration({1});
    r.preop_from_reference = made<Preop, Preop>({0, 0, 1}, 0.0, {0, 0, mm}) * preop_from_reference;
    return r;
  };
  CHECK(state.move_mm(moved(5.1)).value() == Approx(5.1));
  CHECK(state.accept(moved(5.1), 4, near) == Fault::moved_too_far);
  CHECK(state.accept(moved(4.9), 4, near) == Fault::none);
  CHECK_FALSE(state.move_mm(spine_registration()));
}

TEST_CASE("a refused registration leaves the one that holds") {
  RegistrationState state;
  state.accept(registration(), 4, limits);
  Registration bad = registration();
  bad.fre_mm = 3;
  CHECK(state.accept(bad, 4, limits) == Fault::fre_high);
  CHECK(state.epoch() == 1);
  CHECK(state.of({2})->fre_mm == 0.4);
}

TEST_CASE("clearing forgets all and counts, clearing nothing does not count") {
  RegistrationState state;
  state.clear();
  CHECK(state.epoch() == 0);
  state.accept(registration(), 4, limits);
  state.clear();
  CHECK(state.epoch() == 2);
  CHECK_FALSE(state.any());
  CHECK(state.of({2}) == nullptr);
}

TEST_CASE("a refused registration of the spine takes no vertebra's own away") {
  RegistrationState state;
  state.accept(registration({2}), 4, limits);
  Registration bad = spine_registration();
  bad.points.clear();
  CHECK(state.accept(bad, 4, limits) == Fault::no_region);
  CHECK(state.of({2}) != nullptr);
  CHECK(state.of({1}) == nullptr);
}

TEST_CASE("a vertebra that the plan does not have is unknown") {
  CHECK(gate(registration({3})) == Fault::none);
  CHECK(gate(registration({4})) == Fault::unknown_vertebra);
  CHECK(check_registration(registration({12}), 40, limits) == Fault::unknown_vertebra);
}

TEST_CASE("a registration that is a mirror, a scale or no number is not rigid") {
  const auto with = [](auto change) {
    Registration r = registration();
    Eigen::Isometry3d m = r.preop_from_reference.matrix();
    change(m);
    // CLAIM: broken on purpose
    r.preop_from_reference = Transform<Preop, Reference>::declare(m);
    return r;
  };
  CHECK(gate(with([](auto& m) { m.linear().col(1) *= -1; })) == Fault::not_rigid);
  CHECK(gate(with([](auto& m) { m.linear() *= 1.001; })) == Fault::not_rigid);
  CHECK(gate(with([](auto& m) {
          m.translation().z() = std::numeric_limits<double>::infinity();
        })) == Fault::not_rigid);
}

TEST_CASE("a registration whose error cannot be predicted is refused") {
  Registration r = registration();
  r.covariance.theta_t.setZero();
  CHECK(gate(r) == Fault::no_covariance);
  r = registration();
  r.covariance.theta_t(0, 0) = std::numeric_limits<double>::quiet_NaN();
  CHECK(gate(r) == Fault::no_covariance);
  r = registration();
  r.covariance.theta_t(3, 4) = r.covariance.theta_t(4, 3) = 0.05;  // correlation above 1
  CHECK(gate(r) == Fault::no_covariance);
  r = registration();
  r.covariance.theta_t(3, 4) = 0.01;  // not symmetric
  CHECK(gate(r) == Fault::no_covariance);
}

TEST_CASE("H14: a registration without a region of support is refused") {
  Registration r = registration();
  r.points[4].mm.y() = std::numeric_limits<double>::quiet_NaN();
  CHECK(gate(r) == Fault::no_region);
  r.points.clear();
  CHECK(gate(r) == Fault::no_region);
  r.points.push_back({{0, 0, 0}});
  r.points.push_back({{50, 0, 0}});
  CHECK(gate(r) == Fault::no_region);
}

TEST_CASE("H17: a region that no spine reaches from the reference is implausible") {
  Registration r = registration();
  const auto put_center = [&](double off_mm) {
    r.points = registration().points;
    const Vector3d center = preop_from_reference.origin().mm + Vector3d(0, 0, off_mm);
    for (Point<Preop>& p : r.points) p.mm += center;
  };
  put_center(299.9);
  CHECK(gate(r) == Fault::none);
  put_center(300.1);
  CHECK(gate(r) == Fault::implausible);
}

TEST_CASE("an FRE above the limit or below zero is a broken fit") {
  Registration r = registration();
  r.fre_mm = 2;
  CHECK(gate(r) == Fault::none);
  for (const double fre : {2.01, -0.1, std::numeric_limits<double>::quiet_NaN()}) {
    r.fre_mm = fre;
    CHECK(gate(r) == Fault::fre_high);
  }
}

TEST_CASE("every fault says something of its own") {
  std::vector<std::string_view> words;
  for (const Fault f :
       {Fault::none, Fault::unknown_vertebra, Fault::not_rigid, Fault::no_covariance,
        Fault::no_region, Fault::implausible, Fault::fre_high}) {
    CHECK(to_string(f) != "?");
    CHECK(std::find(words.begin(), words.end(), to_string(f)) == words.end());
    words.push_back(to_string(f));
  }
}
