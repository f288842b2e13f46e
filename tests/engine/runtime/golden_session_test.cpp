#include <cstdlib>

#include "engine/runtime/replay.hpp"
#include "tests/engine/runtime/recorded_scene.hpp"

// Sessions of format version 1, as they were written on 2026-11-24: every later version must read
// them. They were made by the hidden test below and are never made again.
using namespace trocar;
using namespace trocar::scene;

namespace {

std::filesystem::path golden(const char* name) {
  return std::filesystem::path("tests/golden") / name;
}

Plan small_plan() {
  Plan p = plan();
  for (Structure& s : p.structures) {
    s.surface = std::make_shared<const TriangleMesh>(test::sphere(tumour_radius_mm, 1));
  }
  return p;
}

}  // namespace

TEST_CASE("a session of format version 1 is whole, and its inbox runs through today's navigator") {
  auto replay = Replay::open(golden("session_v1.mcap"));
  REQUIRE(replay);
  Replay& r = *replay.value();
  CHECK(r.setup().trocar_version == "0.1.0");
  CHECK(r.setup().plan.structures.size() == 2);
  CHECK(r.setup().tools[1].name == "needle");
  double nearest_mm = 1e9;
  while (r.advance() != nullptr) {
    const ToolGuidance& t = r.navigator().guidance().tools[0];
    if (!is_shown(t)) continue;
    const auto& d = std::get<StructureDistance>(t.structures[0].distance);
    nearest_mm = std::min(nearest_mm, d.tip_to_structure_mm);
  }
  REQUIRE_FALSE(r.error());
  CHECK(r.end().closed);
  CHECK(hex_of(r.end().digest) ==
        "61f751491d94e4c6e7b22af754f3c370a61de495e253b778ee9fcbad83177583");
  CHECK(r.stats().steps == 39);
  CHECK(r.stats().guidances == 39);
  CHECK(r.stats().lines == 10);
  CHECK(nearest_mm < 0);  // the needle went in
}

TEST_CASE("a session of format version 1 that was cut gives every message of its whole chunks") {
  const WhatWasRead all = read_all(golden("session_v1_cut.mcap"));
  CHECK(all.messages.size() == 65);
  CHECK(all.attachments.size() == 1);
  CHECK(all.channels == 15);
  REQUIRE(all.end.fault);
  CHECK_THAT(all.end.fault->why, Catch::Contains("cut"));
}

TEST_CASE("the golden sessions are written", "[.golden]") {
  const char* folder = std::getenv("TROCAR_GOLDEN_OUT");  // NOLINT(concurrency-mt-unsafe)
  REQUIRE(folder != nullptr);
  SessionSetup setup = setup_of(config());
  setup.trocar_version = "0.1.0";
  setup.plan = small_plan();
  const auto path = std::filesystem::path(folder) / "session_v1.mcap";
  auto file = create_append_file(path);
  REQUIRE(file);
  auto writer = SessionWriter::begin(
      std::move(file).value(),
      {"trocar 0.1.0",
       session_schemas(),
       session_channels(),
       {{0, SessionSetup::attachment, "application/protobuf", encode(setup)}}});
  REQUIRE(writer);
  Navigator navigator(config(), tools(), model(small_plan()));
  Timestamp now = at_ms(1000);
  const auto add = [&](Topic topic, const std::string& message) {
    const std::int64_t utc_ns = utc_at_zero_ns + now.time_since_epoch().count();
    writer.value()->add(static_cast<std::uint16_t>(topic), static_cast<std::uint64_t>(utc_ns),
                        bytes_of(message));
  };
  const auto take = [&](const Event& event) {
    navigator.step(event, now);
    add(topic_of(event), encode(Step{navigator.guidance().sequence, now, event}));
    for (const StateLine& line : navigator.lines()) add(topic_of(line), encode(line));
    add(Topic::guidance, encode(navigator.guidance()));
  };
  take(RecordingChanged{Recording::on, {}});
  take(LinkChanged{Link::tracking, {}});
  take(registration());
  for (int i = 0; i < 30; ++i) {
    now += duration_from_ms(20);
    take(frame(now - duration_from_ms(10), Vector3d(1, 2, 40 - i)));
    if (i % 2 == 1) REQUIRE(writer.value()->commit());
  }
  now += duration_from_ms(20);
  take(frame(now - duration_from_ms(10), reference_pose(), Missing::not_seen));
  take(Gap{2});
  take(DeviceAlert{Severity::alert, 8, {"bump sensor"}});
  take(RegistrationRefused{{"an example"}});
  take(RegistrationCleared{});
  take(Tick{});
  add(Topic::command, encode(CommandRecord{now, {"Version"}, true, {"trocar 0.1.0"}}));
  REQUIRE(writer.value()->close());
  const auto content = content_of(path);
  write_content(std::filesystem::path(folder) / "session_v1_cut.mcap", content.data(),
                content.size() * 3 / 5);
}
