#include "engine/runtime/resume.hpp"

#include <random>

#include "tests/engine/runtime/recorded_scene.hpp"
#include "tests/tools/temporary_folder.hpp"

// H9: what an engine may take over from the run before.
using namespace trocar;
using namespace trocar::scene;

namespace {

Result<std::vector<Registration>> resume(const std::filesystem::path& session,
                                         const NavigatorConfig& with = config()) {
  return registrations_to_resume(session, setup_of(with));
}

std::string why_not(const std::filesystem::path& session) {
  const auto standing = resume(session);
  REQUIRE_FALSE(standing);
  return standing.error().detail;
}

std::size_t end_of_prologue(const std::filesystem::path& session) {
  auto reader = SessionReader::open(session);
  REQUIRE(reader);
  for (;;) {
    const std::uint64_t before = reader.value()->end().whole_bytes;
    const SessionReader::Item* item = reader.value()->next();
    REQUIRE(item != nullptr);
    if (std::holds_alternative<mcap::Message>(*item)) return before;
  }
}

// Of a navigator that was told these.
std::filesystem::path session_of(const TemporaryFolder& folder, const std::vector<Event>& events,
                                 const NavigatorConfig& with = config()) {
  static int count = 0;
  const auto file = folder.path() / (std::to_string(++count) + ".mcap");
  auto created = create_append_file(file);
  auto writer = SessionWriter::begin(
      std::move(created).value(),
      {"a test",
       session_schemas(),
       session_channels(),
       {{0, SessionSetup::attachment, "application/protobuf", encode(setup_of(with))}}});
  REQUIRE(writer);
  Navigator navigator(with, tools(), model());
  Timestamp now = at_ms(1000);
  const auto take = [&](const Event& event) {
    now += duration_from_ms(10);
    navigator.step(event, now);
    const std::string step = encode(Step{navigator.guidance().sequence, now, event});
    writer.value()->add(static_cast<std::uint16_t>(topic_of(event)), 0, bytes_of(step));
  };
  take(RecordingChanged{Recording::on, {}});
  for (const Event& event : events) take(event);
  REQUIRE(writer.value()->close());
  return file;
}

// What an engine shows for one frame after the start with these registrations.
Guidance shown_with(const std::vector<Registration>& known) {
  Room room(config(), false);
  for (const Registration& r : known) room.navigator.step(r, room.now);
  room.see(Vector3d(3, 4, 22));
  return room.navigator.guidance();
}

}  // namespace

TEST_CASE("H9: an engine that starts again without a session is unregistered") {
  RunningEngine room(config());
  room.say(LinkChanged{Link::tracking, {}});
  room.see(Vector3d(0, 0, 25));
  CHECK(room.last.state == EngineState::unregistered);
  CHECK(why(room.tool()) == Withheld::not_registered);
}

TEST_CASE("H9: a session cut anywhere resumes to the same output or to an unregistered engine") {
  const TemporaryFolder folder;
  const auto whole = record_approach(folder.path());
  const auto content = content_of(whole);
  const auto cut = folder.path() / "cut.mcap";
  const Guidance registered = shown_with({registration()});
  REQUIRE(is_shown(registered.tools[0]));
  const std::size_t first = end_of_prologue(whole);
  std::mt19937 random(9);
  int resumed = 0;
  for (int i = 0; i < 300; ++i) {
    write_content(cut, content.data(), first + random() % (content.size() - first + 1));
    const auto standing = resume(cut);
    if (!standing || standing.value().empty()) continue;
    ++resumed;
    const Guidance again = shown_with(standing.value());
    CHECK(encode(again) == encode(registered));
  }
  CHECK(resumed > 50);
  CHECK(resume(whole).value().size() == 1);
}

TEST_CASE("H9: a session in which one number differs is not resumed") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "changed.mcap";
  rewrite(record_approach(folder.path()), file, [](Topic topic, std::string data) {
    if (topic != Topic::guidance) return data;
    Guidance g = decode<Guidance>(bytes_of(data)).value();
    if (!is_shown(g.tools[0])) return data;
    g.tools[0].age += Duration(1);
    return encode(g);
  });
  CHECK_THAT(why_not(file),
             Catch::Contains("does not replay to what was recorded") && Catch::Contains("age"));
}

TEST_CASE("H9: a session damaged in the middle is not resumed, for its end is not known") {
  const TemporaryFolder folder;
  auto content = content_of(record_approach(folder.path()));
  content[content.size() * 3 / 4] ^= 1;
  const auto file = folder.path() / "damaged.mcap";
  write_content(file, content.data(), content.size());
  CHECK_THAT(why_not(file), Catch::Contains("damaged") || Catch::Contains("altered"));
}

TEST_CASE("H9: a session of another configuration is not resumed") {
  const TemporaryFolder folder;
  const auto session = record_approach(folder.path());
  SessionSetup other = setup_of(config());
  other.tools[1].tip_sigma_mm += 0.1;
  const auto standing = registrations_to_resume(session, other);
  REQUIRE_FALSE(standing);
  CHECK_THAT(standing.error().detail, Catch::Contains("another configuration"));
}

TEST_CASE(
    "H10: a session of another examination is not resumed, though every coordinate is the same") {
  const TemporaryFolder folder;
  const auto session = record_approach(folder.path());
  SessionSetup other = setup_of(config());
  other.plan.frame_of_reference_uid = "1.2.3.4";
  const auto standing = registrations_to_resume(session, other);
  REQUIRE_FALSE(standing);
  CHECK_THAT(standing.error().detail, Catch::Contains("another configuration, plan"));
}

TEST_CASE("H9: what a scan brought after the reference had moved is not taken over, the touch is") {
  const TemporaryFolder folder;
  const NavigatorConfig with =
      read_config(config_text() + "[scan_rest]\nwindow_s = 10\nmax_move_mm = 0.5\n");
  const auto epochs = [&](double moved_mm) {
    std::vector<Event> events{spine_registration(), LinkChanged{Link::tracking, {}}};
    for (int i = 0; i < 300; ++i) {
      Eigen::Isometry3d pose = tracker_from_reference.matrix();
      pose.translation().x() += moved_mm * i / 300;
      events.emplace_back(frame(at_ms(1020 + 10 * i), seen(pose), Missing::not_seen));
    }
    for (const Imaging i : {Imaging::receiving, Imaging::registering}) {
      events.emplace_back(ImagingChanged{i, {}});
    }
    events.emplace_back(registration());
    events.emplace_back(ImagingChanged{Imaging::none, {}});
    const auto standing = resume(session_of(folder, events, with), with);
    REQUIRE(standing);
    return standing.value().size();
  };
  CHECK(epochs(0) == 2);
  CHECK(epochs(2) == 1);
}

TEST_CASE("H9: a registration that was cleared stays cleared") {
  const TemporaryFolder folder;
  CHECK(resume(session_of(folder, {registration()})).value().size() == 1);
  CHECK(resume(session_of(folder, {registration(), RegistrationCleared{}})).value().empty());
}

TEST_CASE("H9: what a scan gave each vertebra is resumed, all of it; half of a scan is not") {
  const TemporaryFolder folder;
  const auto of_scan = [](std::uint16_t vertebra, double fre_mm, bool more) {
    Registration r = registration({vertebra});
    r.fre_mm = fre_mm;
    r.more = more;
    return r;
  };
  const auto standing = resume(session_of(
      folder, {spine_registration(), of_scan(1, 0.41, true), of_scan(2, 0.42, false),
               of_scan(1, 0.51, true), of_scan(2, 99, false),  // refused: the other one holds
               of_scan(2, 0.61, true)}));                      // the power went here
  REQUIRE(standing);
  Room room(config(), false);
  for (const Registration& r : standing.value()) room.navigator.step(r, room.now);
  CHECK(room.navigator.guidance().epoch == 3);
  CHECK(room.navigator.registration(VertebraId{0})->fre_mm == spine_registration().fre_mm);
  CHECK(room.navigator.registration(VertebraId{1})->fre_mm == 0.51);
  CHECK(room.navigator.registration(VertebraId{2})->fre_mm == 0.42);
}
