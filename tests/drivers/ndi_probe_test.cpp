#include "drivers/ndi_probe.hpp"

#include <thread>

#include "tests/drivers/driver_rig.hpp"
#include "tests/loopback.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

constexpr auto automatic = NdiTrackingMode::automatic;

NdiProbeReport probe(const NdiConfig& config, std::vector<NdiStep>* steps = nullptr) {
  Signal never;
  return probe_ndi(config, never, [&](NdiStep step) {
    if (steps != nullptr) steps->push_back(step);
  });
}

NdiConfig at(std::uint16_t port) {
  NdiConfig c;
  c.host = "127.0.0.1";
  c.port = port;
  return c;
}

// The probe of somebody who takes the connection, answers so many commands with `reply`, and hangs
// up.
NdiProbeReport probe_who_says(const std::string& reply, int times = 1) {
  const LoopbackListener listener;
  std::thread other([&] {
    const Peer peer = listener.accept();
    for (int i = 0; i < times && !peer.hear_until('\r').empty(); ++i) (void)peer.send(reply);
  });
  const NdiProbeReport report = probe(at(listener.port()));
  other.join();
  return report;
}

}  // namespace

TEST_CASE("the probe names the device that answers") {
  const auto server = serve(scenario());
  const auto report = probe(config_for(*server, automatic));
  INFO(report.problem);
  CHECK(report.answered);
  CHECK(report.problem.empty());
  CHECK(report.check.empty());
  CHECK(report.device.model == "Polaris Vega");
  CHECK(report.device.serial == "P9-00042");
  CHECK(report.device.firmware == "POLARIS VEGA Rev 003.006");
  CHECK(report.device.api_revision == "G.003.006");
}

TEST_CASE("the probe lists the tools that are there, and uploads none") {
  const auto passive = serve(scenario());
  CHECK(probe(config_for(*passive, automatic)).tools.empty());
  const auto wired = serve(scenario(true));
  const auto report = probe(config_for(*wired, automatic));
  INFO(report.problem);
  REQUIRE(report.tools.size() == 1);
  CHECK(report.tools[0].info.serial == "0A000002");
  CHECK(report.tools[0].name.empty());  // of no configuration
}

TEST_CASE("the probe tells each step as it begins, and ends before tracking") {
  const auto server = serve(scenario());
  std::vector<NdiStep> steps;
  CHECK(probe(config_for(*server, automatic), &steps).answered);
  REQUIRE(steps.size() >= 6);
  CHECK(steps.front() == NdiStep::connecting);
  for (const NdiStep step : steps) {
    CHECK(step < NdiStep::starting);
    CHECK(step != NdiStep::uploading);
  }
  CHECK(server->mode() == NdiMode::initialized);
}

TEST_CASE("a probe leaves the device to the next one") {
  const auto server = serve(scenario());
  for (int i = 0; i < 3; ++i) CHECK(probe(config_for(*server, automatic)).answered);
}

TEST_CASE("the probe says which step failed and what to check") {
  const auto report = probe(at(closed_port()));
  CHECK_FALSE(report.answered);
  CHECK(report.failed == NdiStep::connecting);
  CHECK(report.problem.find("refused") != std::string::npos);
  CHECK(report.check.find("port") != std::string::npos);
}

TEST_CASE("a serial line that is not there fails at connecting, with the cable to check") {
  NdiConfig c;
  c.serial = "/dev/no_such_tracker";
  const auto report = probe(c);
  CHECK(report.failed == NdiStep::connecting);
  CHECK(report.problem.find("/dev/no_such_tracker") != std::string::npos);
  CHECK(report.check.find("the name of the serial line") != std::string::npos);
}

TEST_CASE("somebody who is no tracker is found out at the first command") {
  const auto report = probe_who_says("HTTP/1.1 400 Bad Request\r\n\r\n");
  CHECK_FALSE(report.answered);
  CHECK(report.failed == NdiStep::calling);
  CHECK(report.check.find("no Combined API reply") != std::string::npos);
}

TEST_CASE("a tracker that refuses is quoted with the meaning of its code") {
  const auto report = probe_who_says("ERROR1538C2\r", 2);
  CHECK(report.failed == NdiStep::initialising);
  CHECK(report.problem == "the tracker refuses INIT: ERROR15, system cannot be initialised");
  CHECK(report.check.find("restart the tracker") != std::string::npos);
}

TEST_CASE("a tracker that hangs up half way through its reply is a lost link") {
  const auto report = probe_who_says("OKAYA8");
  CHECK(report.failed == NdiStep::calling);
  CHECK(report.problem.find("closed by the tracker") != std::string::npos);
}

TEST_CASE("somebody who takes the connection and says nothing is given up before INIT's 4 s") {
  const LoopbackListener silent;
  std::vector<NdiStep> steps;
  const auto report = probe(at(silent.port()), &steps);
  CHECK(report.failed == NdiStep::calling);
  CHECK(steps.back() == NdiStep::calling);
  CHECK(report.problem.find("no complete reply to APIREV") != std::string::npos);
  CHECK(report.check.find("green light") != std::string::npos);
}
