#include <catch2/catch.hpp>

#include "drivers/ndi_session.hpp"
#include "tests/drivers/driver_rig.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

// A session with a simulated device, led step by step as the protocol's table says.
struct Bench {
  std::unique_ptr<NdiServer> server;
  NdiConfig config;
  std::vector<NdiTool> tools;
  Signal stop;
  NdiSession session;
  std::vector<NdiStep> steps;

  explicit Bench(NdiScenario s) : Bench(s, tools_of(s)) {}
  Bench(NdiScenario s, std::vector<NdiTool> loaded)
      : server(serve(std::move(s))),
        config(config_for(*server, NdiTrackingMode::bx)),
        tools(std::move(loaded)),
        session(config, tools, stop) {}

  NdiStep run_to(NdiStep end) {
    NdiStep step = NdiStep::connecting;
    while (step != end && step != NdiStep::backing_off) {
      steps.push_back(step);
      step = next(step, session.perform(step));
    }
    return step;
  }
  [[nodiscard]] long count(NdiStep step) const {
    return std::count(steps.begin(), steps.end(), step);
  }
  [[nodiscard]] const NdiFoundTool* found(const std::string& name) const {
    for (const NdiFoundTool& tool : session.found_tools()) {
      if (tool.name == name) return &tool;
    }
    return nullptr;
  }
};

}  // namespace

TEST_CASE("every passive tool is uploaded in 16 pieces, bound to its handle and enabled") {
  Bench bench(scenario());
  REQUIRE(bench.run_to(NdiStep::starting) == NdiStep::starting);
  CHECK(bench.count(NdiStep::uploading) == 2 * 16);
  CHECK(bench.count(NdiStep::enabling) == 2);
  REQUIRE(bench.session.found_tools().size() == 2);
  for (std::uint16_t i = 0; i < 2; ++i) {
    const NdiFoundTool* tool = bench.found(bench.tools[i].entry.name);
    REQUIRE(tool != nullptr);
    REQUIRE(bench.session.handles().tool[tool->handle]);
    CHECK(bench.session.handles().tool[tool->handle]->index == i);
  }
  CHECK(bench.found("reference")->info.serial == "0A000001");
  CHECK(bench.found("needle")->info.serial == "0A000002");
}

TEST_CASE("a wired tool is known by its serial number and never uploaded") {
  Bench bench(scenario(true));
  REQUIRE(bench.run_to(NdiStep::starting) == NdiStep::starting);
  CHECK(bench.count(NdiStep::uploading) == 16);  // the reference alone
  REQUIRE(bench.found("needle") != nullptr);
  CHECK(bench.session.handles().tool[bench.found("needle")->handle] == needle);
}

TEST_CASE("handles that an earlier session left behind are freed first") {
  NdiScenario s = scenario();
  s.device.stale_handles = 3;
  Bench bench(s);
  REQUIRE(bench.run_to(NdiStep::starting) == NdiStep::starting);
  CHECK(bench.count(NdiStep::freeing) == 3);
  CHECK(bench.session.found_tools().size() == 2);
}

TEST_CASE("a tool that is not in the configuration is named by its serial and left alone") {
  NdiScenario s = scenario(true);
  std::vector<NdiTool> only_reference = tools_of(s);
  only_reference.pop_back();
  Bench bench(s, only_reference);
  REQUIRE(bench.run_to(NdiStep::starting) == NdiStep::starting);
  const NdiFoundTool* stranger = bench.found("");
  REQUIRE(stranger != nullptr);
  CHECK(stranger->info.serial == "0A000002");
  CHECK_FALSE(bench.session.handles().tool[stranger->handle]);
  CHECK(bench.session.handles().known[stranger->handle]);
  CHECK(bench.count(NdiStep::enabling) == 1);
}

TEST_CASE("a definition that the tracker refuses ends the attempt with the tool's name") {
  NdiScenario s = scenario();
  std::vector<NdiTool> tools = tools_of(s);
  tools[1].image[100] ^= std::byte{0xFF};  // its checksum no longer fits
  Bench bench(s, tools);
  CHECK(bench.run_to(NdiStep::starting) == NdiStep::backing_off);
  CHECK(bench.count(NdiStep::initialising_tool) == 1 + 2);  // tried twice, as an Aurora needs
  CHECK(bench.session.trouble().starts_with("tool \"needle\": the tracker refuses PINIT"));
}

TEST_CASE("H5: a definition whose serial is not the one the tracker reports is not tracked") {
  NdiScenario s = scenario();
  std::vector<NdiTool> tools = tools_of(s);
  tools[1].rom.serial = 0x0A0000FF;  // what the configuration's file is said to hold
  Bench bench(s, tools);
  CHECK(bench.run_to(NdiStep::starting) == NdiStep::backing_off);
  CHECK(bench.session.trouble() ==
        "tool \"needle\": uploaded serial 0A0000FF, the tracker reports 0A000002");
}

TEST_CASE("old firmware's WARNING without a code does not end the session") {
  NdiScenario s = scenario();
  s.device.plain_warning = true;
  Bench bench(s);
  CHECK(bench.run_to(NdiStep::starting) == NdiStep::starting);
}
