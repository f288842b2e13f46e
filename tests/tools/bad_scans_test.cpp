#include <algorithm>
#include <random>

#include "engine/session/session_messages.hpp"
#include "engine/session/session_reader.hpp"
#include "tests/drivers/dicom_rig.hpp"
#include "tests/loopback.hpp"
#include "tests/tools/bad_series.hpp"
#include "tests/tools/ran_program.hpp"
#include "tests/tools/scan_room.hpp"

// Scans that must not be used, on the whole way: a scanner or a folder, `trocar run` as a process,
// and what a person finds in status, log and session. docs/intraop-ct.md has the table.
using namespace trocar;
using namespace trocar::test;

namespace {

namespace fs = std::filesystem;

// What the recorded session tells of scans, and of guidance meanwhile.
struct Told {
  std::vector<std::string> refused;  // reasons of series
  std::vector<std::string> turned_away;
  std::vector<std::uint32_t> epochs;  // in their order, each once
  int registrations = 0;
  bool lost_registration = false;  // unregistered once it had been registered
};

Told told_by(const fs::path& session) {
  Told told;
  auto reader = SessionReader::open(session);
  REQUIRE(reader);
  while (const SessionReader::Item* item = reader.value()->next()) {
    const auto* m = std::get_if<mcap::Message>(item);
    if (m == nullptr) continue;
    if (static_cast<Topic>(m->channel) == Topic::registration) ++told.registrations;
    if (static_cast<Topic>(m->channel) == Topic::imaging) {
      const auto step = decode<Step>(m->data);
      REQUIRE(step);
      const Event& event = step.value().event;
      const auto* change = std::get_if<ImagingChanged>(&event);
      if (change != nullptr && change->imaging == Imaging::refused) {
        told.refused.emplace_back(change->detail.view());
      }
      const auto* away = std::get_if<IntakeRefused>(&event);
      if (away != nullptr) told.turned_away.emplace_back(away->why.view());
    } else if (static_cast<Topic>(m->channel) == Topic::guidance) {
      const auto g = decode<Guidance>(m->data);
      REQUIRE(g);
      if (told.epochs.empty() || told.epochs.back() != g.value().epoch) {
        told.epochs.push_back(g.value().epoch);
      }
      const bool unregistered = g.value().state == EngineState::unregistered;
      told.lost_registration = told.lost_registration || (g.value().epoch > 0 && unregistered);
    }
  }
  return told;
}

// One that is refused: log and status say why, and what is shown goes on under the old epoch.
void is_refused(ScanRoom& room, const BadSeries& bad) {
  INFO(bad.what);
  const std::string alarm = "alarm: intraoperative scan refused: " + bad.word + ": ";
  const int before = room.logged(alarm);
  const TemporaryFolder folder;
  bad.write(folder.path() / "ct");
  if (bad.way == Way::dicom) {
    send_folder(room.dicom_port(), folder.path() / "ct");
  } else {
    room.drop(folder.path() / "ct");
  }
  CHECK(ScanRoom::comes_true([&] { return room.logged(alarm) == before + 1; }));
  CHECK(ScanRoom::comes_true([&] {
    const auto stream = room.status()["stream"];
    return stream.value("imaging", "") == "refused" &&
           stream.value("imaging_reason", "") == bad.word;
  }));
  CHECK(room.shows_a_distance(1));
  CHECK(ScanRoom::comes_true([&] { return fs::is_empty(room.file("spool")); }));
}

// Counted in the status, told in the log; the session is looked at when it has ended.
void is_turned_away(ScanRoom& room, const std::string& reason) {
  INFO(reason);
  CHECK(ScanRoom::comes_true([&] { return room.status()["intake_refused"].value(reason, 0) > 0; }));
  CHECK(ScanRoom::comes_true(
      [&] { return room.logged("device: intake refused " + reason + ": ") > 0; }));
}

// Who calls somebody else, and who has nothing that is wanted here.
void turns_strangers_away(ScanRoom& room) {
  constexpr const char* mr_image = "1.2.840.10008.5.1.4.1.1.4";
  CHECK_FALSE(DicomSender(room.dicom_port(), "PACS").connect());
  is_turned_away(room, "called_ae_title");
  CHECK_FALSE(DicomSender(room.dicom_port()).connect({mr_image}));
  is_turned_away(room, "no_common_ground");
}

// More senders at once than are served: some say nothing, some half a request, some a whole one and
// then nothing.
void stands_a_flood(ScanRoom& room) {
  std::vector<Peer> senders;
  const std::string request = association_request();
  for (int k = 0; k < 60; ++k) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in at = LoopbackListener::address(room.dicom_port());
    REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
    senders.emplace_back(fd);
    if (k % 3 == 1) (void)senders.back().send(request.substr(0, 40));
    if (k % 3 == 2) (void)senders.back().send(request);
  }
  for (const char* reason : {"too_many_associations", "request_too_slow", "idle"}) {
    is_turned_away(room, reason);
  }
  CHECK(room.logged("intake refused too_many_associations") < 20);  // H19: told, not repeated
  CHECK(room.shows_a_distance(1));
  senders.clear();
  CHECK(ScanRoom::comes_true([&] {
    DicomSender scanner(room.dicom_port());
    return scanner.connect() && scanner.echo() && scanner.release();
  }));
}

// The scan of the patient on the table, its slices in any order.
void is_registered(ScanRoom& room, int epoch, Way way) {
  INFO("epoch " << epoch);
  if (way == Way::folder) {
    room.drop(room.file("intraop/ct"));
  } else {
    std::vector<fs::path> slices;
    for (const auto& entry : fs::directory_iterator(room.file("intraop/ct"))) {
      slices.push_back(entry.path());
    }
    std::shuffle(slices.begin(), slices.end(), std::mt19937(7));
    DicomSender scanner(room.dicom_port());
    REQUIRE(scanner.connect());
    for (const fs::path& slice : slices) REQUIRE(scanner.store(slice) == 0);
    CHECK(scanner.release());
  }
  CHECK(ScanRoom::comes_true([&] {
    const auto stream = room.status()["stream"];
    return stream.value("epoch", "") == std::to_string(epoch) &&
           stream.value("imaging", "") == "none";
  }));
  CHECK_FALSE(room.status()["stream"].contains("imaging_reason"));
  CHECK(room.shows_a_distance(epoch));
}

}  // namespace

TEST_CASE(
    "H7, H13: whatever is wrong with a scan, status, log and session say what, and the old "
    "registration holds until a good one comes; then the session replays to every byte") {
  ScanRoom room;
  const auto all = bad_series();
  for (const BadSeries& bad : all) is_refused(room, bad);
  turns_strangers_away(room);
  stands_a_flood(room);
  is_registered(room, 2, Way::dicom);
  is_registered(room, 3, Way::folder);
  CHECK(room.end() == 0);

  const Told told = told_by(room.session());
  REQUIRE(told.refused.size() == all.size());
  for (std::size_t k = 0; k < all.size(); ++k) {
    INFO(all[k].what << ": " << told.refused[k]);
    CHECK(told.refused[k].starts_with(all[k].word + ": "));
  }
  for (const char* reason : {"called_ae_title: ", "no_common_ground: ", "too_many_associations: ",
                             "request_too_slow: ", "idle: "}) {
    INFO(reason);
    CHECK(std::ranges::any_of(told.turned_away,
                              [&](const std::string& t) { return t.starts_with(reason); }));
  }
  CHECK(told.epochs == std::vector<std::uint32_t>{0, 1, 2, 3});
  CHECK_FALSE(told.lost_registration);

  const Ran replay = trocar_with("replay --verify " + room.session().string());
  INFO(replay.said);
  CHECK(replay.exit_code == 0);
  CHECK_THAT(replay.said, Catch::Contains(" 0 differ") && Catch::EndsWith("to its end\n"));
  // H9: and what replays may be taken over, the touch and what the last scan gave each vertebra.
  const Ran again = trocar_with("run " + room.file("scans.toml").string() + " --for 0.1 --resume " +
                                room.session().string());
  INFO(again.said);
  CHECK(again.exit_code == 0);
  CHECK_THAT(again.said,
             Catch::Contains(": " + std::to_string(told.registrations) + " registrations resumed"));
}
