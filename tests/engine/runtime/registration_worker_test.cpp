#include "engine/runtime/registration_worker.hpp"

#include <catch2/catch.hpp>

#include "engine/base/log.hpp"
#include "tests/engine/runtime/running_engine.hpp"

using namespace trocar;
using namespace trocar::scene;

namespace {

LandmarksCollected touched(const std::vector<Fiducial>& fiducials) {
  LandmarksCollected all;
  for (const Fiducial& f : fiducials) {
    Dwell dwell;
    dwell.mean = preop_from_reference.inverse() * f.position;
    all.dwells.push_back(dwell);
  }
  return all;
}

// A worker and the two things that outlive it.
struct Workshop {
  RegistrationWorker::Inbox inbox;
  Signal bell;
  RegistrationWorker worker{registration_config(), plan().fiducials};

  Workshop() {
    log::to_stderr(false);
    worker.start(inbox, bell);
  }
  ~Workshop() {
    worker.stop();
    log::to_stderr(true);
  }
  // Rung once, after everything was written.
  std::vector<Event> answer() {
    REQUIRE(bell.wait(std::chrono::seconds(10)));
    std::vector<Event> all;
    Event e;
    while (inbox.pop(e)) all.push_back(e);
    return all;
  }
};

}  // namespace

TEST_CASE("the touched points register the spine in one event") {
  Workshop shop;
  shop.worker.offer(touched(plan().fiducials));
  const auto answer = shop.answer();
  REQUIRE(answer.size() == 1);
  const auto* r = std::get_if<Registration>(&answer[0]);
  REQUIRE(r != nullptr);
  CHECK_FALSE(r->vertebra);
  CHECK(
      (r->preop_from_reference.matrix().matrix() - preop_from_reference.matrix().matrix()).norm() <
      1e-9);
  CHECK(r->fre_mm < 1e-9);
  CHECK(r->covariance.theta_t.trace() > 0);
}

TEST_CASE("H15: a set with two labels swapped is refused by name, and a sound one still follows") {
  Workshop shop;
  std::vector<Fiducial> confused = plan().fiducials;
  std::swap(confused[0], confused[3]);
  shop.worker.offer(touched(confused));
  const auto answer = shop.answer();
  REQUIRE(answer.size() == 1);
  const auto* refused = std::get_if<RegistrationRefused>(&answer[0]);
  REQUIRE(refused != nullptr);
  INFO(refused->why.view());
  CHECK(refused->why.view().find("F1") != std::string_view::npos);
  shop.worker.offer(touched(plan().fiducials));
  CHECK(std::holds_alternative<Registration>(shop.answer().at(0)));
}

TEST_CASE("a worker stops without work, twice, and without having been started") {
  Workshop shop;
  shop.worker.stop();
  shop.worker.stop();
  CHECK_NOTHROW(RegistrationWorker(registration_config(), plan().fiducials));
}
