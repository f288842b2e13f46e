#include "engine/igtl/guidance_messages.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <locale>

#include "tests/engine/igtl/guidance_for_test.hpp"
#include "tests/engine/igtl/messages_for_test.hpp"

using namespace trocar;
using namespace trocar::igtl;

namespace {

constexpr WallClock wall{Timestamp(), 1'700'000'000'000'000'000};

std::vector<Message> tools_of(const Guidance& g, std::uint16_t version,
                              std::optional<Withheld> instead = std::nullopt) {
  GuidanceMessages messages(names_for_test(), wall);
  messages.prepare(g, instead);
  Buffer out;
  messages.append_tools(out, version);
  return decode_all(out);
}

std::string line_of(const Guidance& g, const std::string& tool = "Needle") {
  const auto all = tools_of(g, 1);
  return std::get<StringBody>(find_message(all, "STRING", tool + "Distance").body).text;
}

std::array<float, 12> columns_of(const Guidance& g, const std::string& tool = "Needle") {
  const auto all = tools_of(g, 1);
  return std::get<TransformBody>(find_message(all, "TRANSFORM", tool + "ToRas").body).columns;
}

std::string meta(const Guidance& g, std::string_view key, const std::string& tool = "Needle") {
  const auto all = tools_of(g, 2);
  const auto* v = find_message(all, "TRANSFORM", tool + "ToRas").find(key);
  return v != nullptr ? *v : "(no such key)";
}

bool has(const std::string& line, const std::string& word) {
  return (" " + line + " ").find(" " + word + " ") != std::string::npos;
}

StructureDistance& tumour(Guidance& g) {
  return std::get<StructureDistance>(g.tools[0].structures[0].distance);
}

constexpr std::array<float, 12> identity = {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0};

}  // namespace

TEST_CASE("H8: a tip at LPS (1, 2, 3) is sent at RAS (-1, -2, 3), a proper rotation with it") {
  const auto c = columns_of(guidance_for_test());
  CHECK(std::vector<float>(c.begin() + 9, c.end()) == std::vector<float>{-1, -2, 3});
  Eigen::Matrix3f r;
  for (int i = 0; i < 9; ++i) r(i % 3, i / 3) = c[static_cast<std::size_t>(i)];
  CHECK(r.determinant() == Approx(1.F));
  CHECK(r(0, 0) == -1.F);  // the tip's x axis points to the left: negative R
}

TEST_CASE("H8: a mirrored pose is refused, counted, and none of its distances is sent") {
  Guidance g = guidance_for_test();
  Eigen::Isometry3d mirror = Eigen::Isometry3d::Identity();
  mirror.linear()(0, 0) = -1;
  std::get<ToolPose>(g.tools[0].pose).preop_from_tip =
      Transform<Preop, Tip>::declare(mirror);  // CLAIM: deliberately wrong
  GuidanceMessages messages(names_for_test(), wall);
  messages.prepare(g);
  CHECK(messages.refused() == 1);
  CHECK(columns_of(g) == identity);
  CHECK(has(line_of(g), "withheld=implausible"));
  CHECK(line_of(g).find("tip_mm") == std::string::npos);
}

TEST_CASE("the line of a pose is one line of key=value with the unit in the key") {
  const std::string expected =
      "sequence=7 tool=Needle status=OK tip_bound_95_mm=0.50 interpolated=no "
      "acquired_s=12.345678901 acquired_bound_ms=0.0 device_frame=812 age_ms=14.2 epoch=3 "
      "state=ready "
      "Tumour.tip_mm=9.95 Tumour.tip_bound_95_mm=0.81 Tumour.shaft_mm=8.95 "
      "Tumour.shaft_bound_95_mm=0.90 Tumour.shaft_at_mm=12.50 Tumour.tre_mm=0.40 "
      "Tumour.zone=clear Tumour.uncertain=no Dura.withheld=bound_too_large";
  CHECK(line_of(guidance_for_test()) == expected);
}

TEST_CASE("H11: distances have exact strings, whatever the locale") {
  struct German : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
  };
  const auto before = std::locale::global(std::locale(std::locale::classic(), new German));
  const std::vector<std::pair<double, std::string>> exact = {
      {-0.05, "-0.05"}, {0, "0.00"},       {9.95, "9.95"},
      {99.95, "99.95"}, {100.0, "100.00"}, {1e9, "1000000000.00"}};
  for (const auto& [value, text] : exact) {
    Guidance g = guidance_for_test();
    tumour(g).tip_to_structure_mm = value;
    CHECK(has(line_of(g), "Tumour.tip_mm=" + text));
    CHECK(meta(g, "Tumour.DistanceMm") == text);
  }
  std::locale::global(before);
}

TEST_CASE("H12: a projection longer than the plan leaves the tip's distance as it is") {
  Guidance g = guidance_for_test();
  const std::string tip = "Tumour.tip_mm=9.95";
  REQUIRE(has(line_of(g), tip));
  g.tools[0].trajectory = TrajectoryError{0.5, 1.25, 0.1, -250.0};
  const std::string line = line_of(g);
  CHECK(has(line, tip));
  CHECK(has(line, "trajectory.depth_to_target_mm=-250.00"));
  CHECK(meta(g, "Tumour.DistanceMm") == "9.95");
}

TEST_CASE("a tool that is not visible is still sent, without a number and not where it was") {
  const Guidance g = guidance_for_test();
  CHECK(columns_of(g, "Probe") == identity);
  CHECK(meta(g, "TransformStatus", "Probe") == "OUT_OF_VIEW");
  CHECK(meta(g, "Withheld", "Probe") == "tool_not_visible");
  CHECK(meta(g, "Tumour.DistanceMm", "Probe") == "none");
  CHECK(has(line_of(g, "Probe"), "missing=too_few_markers"));
  CHECK(line_of(g, "Probe").find("_mm=") == std::string::npos);
}

TEST_CASE("the set of metadata keys is the same with and without numbers, and none says Index") {
  const auto all = tools_of(guidance_for_test(), 2);
  const auto& shown = find_message(all, "TRANSFORM", "NeedleToRas").metadata;
  const auto& absent = find_message(all, "TRANSFORM", "ProbeToRas").metadata;
  REQUIRE(shown.size() == absent.size());
  REQUIRE(shown.size() == 8 + 2 * 5);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    CHECK(shown[i].key == absent[i].key);
    CHECK(shown[i].key.find("Index") == std::string::npos);
    CHECK_FALSE(absent[i].value.empty());
  }
}

TEST_CASE("H2: every message of a pose carries the one sequence") {
  CHECK(meta(guidance_for_test(41), "Sequence") == "41");
  CHECK(has(line_of(guidance_for_test(41)), "sequence=41"));
  CHECK(meta(guidance_for_test(41), "AcquisitionTimeS") == "12.345678901");
  const auto all = tools_of(guidance_for_test(41), 2);
  REQUIRE(all.size() == 6);
  for (const Message& m : all) {
    REQUIRE(m.find("Sequence") != nullptr);
    CHECK(*m.find("Sequence") == "41");
  }
}

TEST_CASE("a number that is not finite never reaches the wire") {
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(), 1e300}) {
    Guidance g = guidance_for_test();
    tumour(g).tip_bound_95_mm = bad;
    GuidanceMessages messages(names_for_test(), wall);
    messages.prepare(g);
    CHECK(messages.refused() == 1);
    CHECK(has(line_of(g), "Tumour.withheld=not_finite"));
    CHECK(meta(g, "Tumour.DistanceMm") == "none");
    Guidance moved = guidance_for_test();
    Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
    m.translation().x() = bad;
    std::get<ToolPose>(moved.tools[0].pose).preop_from_tip =
        Transform<Preop, Tip>::declare(m);  // CLAIM: deliberately wrong
    CHECK(columns_of(moved) == identity);
    CHECK(meta(moved, "TransformStatus") == "INVALID");
  }
}

TEST_CASE("H1: when nobody stands behind the guidance every number is withheld") {
  const auto all = tools_of(guidance_for_test(), 2, Withheld::too_old);
  const auto& pose = find_message(all, "TRANSFORM", "NeedleToRas");
  CHECK(std::get<TransformBody>(pose.body).columns == identity);
  CHECK(*pose.find("TransformStatus") == "INVALID");
  CHECK(*pose.find("Tumour.Withheld") == "too_old");
  CHECK(*pose.find("Tumour.DistanceMm") == "none");
}

TEST_CASE("the header's time is the exposure's wall-clock time, fixed at start") {
  const auto all = tools_of(guidance_for_test(), 1);
  const std::uint64_t t = find_message(all, "TRANSFORM", "NeedleToRas").header.timestamp;
  CHECK((t >> 32U) == 1'700'000'012);
  CHECK(static_cast<double>(t & 0xFFFFFFFFU) / 4294967296.0 == Approx(0.345678901).margin(1e-9));
}

TEST_CASE("the closest-point line runs from tip to nearest structure, and vanishes without one") {
  const auto all = tools_of(guidance_for_test(), 1);
  const auto& line = std::get<PolyDataBody>(find_message(all, "POLYDATA", "NeedleClosest").body);
  CHECK(line.points == std::vector<std::array<float, 3>>{{-1, -2, 3}, {-4, -5, 6}});
  CHECK(line.vertices.count == 0);
  const auto& none = std::get<PolyDataBody>(find_message(all, "POLYDATA", "ProbeClosest").body);
  CHECK(none.points[0] == none.points[1]);
}

TEST_CASE("the heartbeat says state and reason, and when the engine is silent") {
  GuidanceMessages messages(names_for_test(), wall);
  const Guidance g = guidance_for_test();
  const auto beat = [&](const Guidance* newest, bool silent) {
    Buffer out;
    messages.append_heartbeat(out, {g.now + std::chrono::milliseconds(20), newest, silent}, 1);
    return std::get<StatusBody>(find_message(decode_all(out), "STATUS", "Trocar").body);
  };
  CHECK(beat(nullptr, false).message == "state=connecting reason=no_guidance");
  CHECK(beat(&g, false).code == status_ok);
  CHECK(beat(&g, false).message ==
        "state=ready reason=none link=tracking sequence=7 epoch=3 guidance_age_ms=20.0 "
        "lost_frames=0 recording=off imaging=none");
  Guidance refused = g;
  refused.imaging = Imaging::refused;
  refused.imaging_reason = "missing_slices";
  CHECK(has(beat(&refused, false).message, "imaging=refused imaging_reason=missing_slices"));
  CHECK(has(beat(&g, true).message, "reason=engine_silent"));
  CHECK(beat(&g, true).code != status_ok);
}

TEST_CASE("the heartbeat's state, reason and code, for each state and link") {
  struct Row {
    EngineState state;
    std::optional<Degraded> degraded;
    Link link;
    const char* says;
    int code;
  };
  const std::vector<Row> table = {
      {EngineState::connecting,
       {},
       Link::connecting,
       "state=connecting reason=link_connecting",
       status_not_ready},
      {EngineState::connecting,
       {},
       Link::lost,
       "state=connecting reason=link_lost",
       status_hardware_failure},
      {EngineState::unregistered,
       {},
       Link::tracking,
       "state=unregistered reason=not_registered",
       status_not_ready},
      {EngineState::ready, {}, Link::tracking, "state=ready reason=none", status_ok},
      {EngineState::degraded, Degraded::tracker_alert, Link::tracking,
       "state=degraded reason=tracker_alert", status_hardware_failure},
      {EngineState::degraded, Degraded::clock_invalid, Link::tracking,
       "state=degraded reason=clock_invalid", status_hardware_failure},
      {EngineState::degraded, Degraded::frames_lost, Link::tracking,
       "state=degraded reason=frames_lost", status_hardware_failure},
      {EngineState::degraded, Degraded::late, Link::tracking, "state=degraded reason=late",
       status_hardware_failure},
      {EngineState::degraded, Degraded::reference_not_visible, Link::tracking,
       "state=degraded reason=reference_not_visible", status_hardware_failure}};
  GuidanceMessages messages(names_for_test(), wall);
  for (const Row& row : table) {
    Guidance g = guidance_for_test();
    g.state = row.state;
    g.degraded = row.degraded;
    g.link = row.link;
    Buffer out;
    messages.append_heartbeat(out, {g.now, &g, false}, 1);
    const auto said = std::get<StatusBody>(find_message(decode_all(out), "STATUS", "Trocar").body);
    CHECK(said.message.starts_with(row.says));
    CHECK(said.code == row.code);
    CHECK(said.error_name == to_string(row.state));
  }
}

TEST_CASE("the heartbeat tells a lost tracker from one that has not been found yet") {
  GuidanceMessages messages(names_for_test(), wall);
  Guidance g = guidance_for_test();
  g.state = EngineState::connecting;
  const auto beat = [&](Link link) {
    g.link = link;
    Buffer out;
    messages.append_heartbeat(out, {g.now, &g, false}, 1);
    return std::get<StatusBody>(find_message(decode_all(out), "STATUS", "Trocar").body);
  };
  CHECK(has(beat(Link::lost).message, "reason=link_lost"));
  CHECK(beat(Link::lost).code == status_hardware_failure);
  CHECK(has(beat(Link::connecting).message, "reason=link_connecting"));
  CHECK(beat(Link::connecting).code == status_not_ready);
}

TEST_CASE("a state line keeps to one line of plain characters") {
  GuidanceMessages messages(names_for_test(), wall);
  Buffer out;
  messages.append_state(out, {Timestamp(Duration(5)), StateKind::alarm, "stop zone\n\x1b[2J"}, 1);
  CHECK(std::get<StringBody>(find_message(decode_all(out), "STRING", "TrocarState").body).text ==
        "at_s=0.000000005 kind=alarm text=stop zone??[2J");
}

TEST_CASE("a tool without a name in the stream is not sent, and counted") {
  Guidance g = guidance_for_test();
  g.tools[1].tool = ToolId{0};
  GuidanceMessages messages(names_for_test(), wall);
  messages.prepare(g);
  CHECK(messages.refused() == 1);
  CHECK(tools_of(g, 1).size() == 3);
}

TEST_CASE("TDATA holds every tool, always, and says in its metadata which pose is none") {
  GuidanceMessages messages(names_for_test(), wall);
  Guidance g = guidance_for_test();
  messages.prepare(g);
  Buffer out;
  messages.append_tracking(out, 2);
  g.tools = {};
  messages.prepare(g);
  messages.append_tracking(out, 2);
  const auto all = decode_all(out);
  REQUIRE(all.size() == 2);
  for (const Message& m : all) {
    const auto& elements = std::get<TrackingBody>(m.body).elements;
    REQUIRE(elements.size() == 2);
    CHECK(elements[0].name == "NeedleToRas");
    CHECK(elements[1].name == "ProbeToRas");
    CHECK(elements[1].columns == identity);
  }
  CHECK(std::get<TrackingBody>(all[0].body).elements[0].columns[9] == -1.F);
  CHECK(*all[0].find("NeedleStatus") == "OK");
  CHECK(*all[0].find("ProbeStatus") != "OK");
  CHECK(*all[0].find("Sequence") == "7");
  CHECK(std::get<TrackingBody>(all[1].body).elements[0].columns == identity);
  CHECK(*all[1].find("NeedleStatus") == "MISSING");
}
