#include "drivers/ct_intake.hpp"

#include <catch2/catch.hpp>
#include <mutex>

#include "compressed_series.hpp"
#include "dicom_rig.hpp"
#include "tests/engine/model/ct_files.hpp"

using namespace trocar;
using namespace trocar::test;
using namespace std::chrono_literals;

namespace {

// Both ways in, with little patience, and what came out.
struct Stage {
  explicit Stage(bool with_port = true) {
    std::filesystem::create_directories(folder / "watched");
    CtIntakeConfig config;
    config.spool = folder / "spool";
    config.port.emplace().port = 0;
    if (!with_port) config.port.reset();
    config.watched.emplace().folder = folder / "watched";
    config.watched->quiet = 150ms;
    config.patience = {100ms, 400ms};
    config.decoder.command = {TROCAR_DECODER};
    auto started = CtIntake::start(config, [this](IntakeEvent e) {
      const std::lock_guard lock(mutex);
      events.push_back(std::move(e));
    });
    REQUIRE(started);
    intake = std::move(started.value());
  }

  // The only event of this kind; waits for it.
  template <class T>
  T only() {
    const auto count = [&] {
      const std::lock_guard lock(mutex);
      return std::count_if(events.begin(), events.end(),
                           [](const auto& e) { return std::holds_alternative<T>(e); });
    };
    eventually([&] { return count() > 0; });
    REQUIRE(count() == 1);
    const std::lock_guard lock(mutex);
    const auto found = std::find_if(events.begin(), events.end(),
                                    [](const auto& e) { return std::holds_alternative<T>(e); });
    T out = std::get<T>(*found);
    events.clear();
    return out;
  }
  std::vector<int> send(const std::filesystem::path& series) {
    return send_folder(*intake->port(), series);
  }
  void copy(const std::filesystem::path& series) {
    std::filesystem::copy(series, folder / "watched/series");
  }
  [[nodiscard]] bool spool_is_empty() const {
    return eventually([&] { return std::filesystem::is_empty(folder / "spool"); });
  }

  TempFolder folder;
  std::mutex mutex;
  std::vector<IntakeEvent> events;
  std::unique_ptr<CtIntake> intake;
};

VolumeGeometry geometry() {
  VolumeGeometry g = small_geometry();
  g.size = {32, 24, 8};
  return g;
}

// Everything of the issue's list that a series can have wrong, and the word it is refused with.
struct BadSeries {
  std::string word;
  std::function<bool(int slice, DicomTags& tags)> change;
};

const std::vector<BadSeries>& bad_series() {
  static const std::vector<BadSeries> all{
      {"several_patients",
       [](int k, DicomTags& t) { return k == 2 ? (t["0010,0020"] = "P2", true) : true; }},
      {"several_frames_of_reference",
       [](int k, DicomTags& t) { return k == 2 ? (t["0020,0052"] = "1.9", true) : true; }},
      {"several_series",
       [](int k, DicomTags& t) { return k == 2 ? (t["0020,000d"] = "1.9", true) : true; }},
      {"missing_slices", [](int k, DicomTags&) { return k != 3; }},
      {"missing_slices",  // by place alone
       [](int k, DicomTags& t) {
         t.erase("0020,0013");
         return k != 3;
       }},
      {"series_incomplete", [](int k, DicomTags& t) { return t["0020,1002"] = "8", k != 7; }},
      {"duplicate_slices",
       [](int k, DicomTags& t) {
         if (k == 3) t["0020,0032"] = slice_tags(geometry(), 2)["0020,0032"];
         return true;
       }},
      {"uneven_slices",
       [](int k, DicomTags& t) {
         if (k == 3) t["0020,0032"] = "10\\-20\\36.7";
         return true;
       }},
      {"gantry_tilt", [](int, DicomTags& t) { return t["0018,1120"] = "5", true; }},
      {"geometry_invalid", [](int, DicomTags& t) { return t["0028,0030"] = "0\\1", true; }},
      {"geometry_invalid", [](int, DicomTags& t) { return t["0028,0030"] = "-1\\1", true; }},
  };
  return all;
}

}  // namespace

TEST_CASE("a series that a scanner sends becomes a volume in memory") {
  Stage stage;
  write_dicom(stage.folder / "ct", geometry());
  CHECK(stage.send(stage.folder / "ct").empty());
  const auto ready = stage.only<SeriesReady>();
  CHECK(ready.from == "SCANNER at 127.0.0.1");
  CHECK(ready.objects == 8);
  CHECK(ready.first.patient_id == "P1");
  CHECK(ready.first.study_uid == "1.2.3.1");
  CHECK(ready.volume->frame_of_reference_uid == "1.2.3.3");
  CHECK(ready.volume->geometry.size == geometry().size);
  CHECK(ready.volume->at(31, 2, 7) == chiral(geometry().at(Eigen::Vector3d(31, 2, 7))));
  CHECK(ready.warnings.empty());
  CHECK(ready.times.received <= ready.times.judged);
  CHECK(ready.times.judged <= ready.times.decoded);
  CHECK(stage.spool_is_empty());
}

TEST_CASE("a series that is copied into the folder becomes the same volume") {
  Stage stage(false);
  CHECK_FALSE(stage.intake->port());
  write_dicom(stage.folder / "ct", geometry());
  stage.copy(stage.folder / "ct");
  const auto ready = stage.only<SeriesReady>();
  CHECK(ready.from == "the watched folder");
  CHECK(ready.volume->at(31, 2, 7) == chiral(geometry().at(Eigen::Vector3d(31, 2, 7))));
  CHECK(stage.spool_is_empty());
}

TEST_CASE("shuffled slices are put in order by their place") {
  Stage stage;
  write_dicom(stage.folder / "ct", geometry());  // file names run against places
  CHECK(stage.send(stage.folder / "ct").empty());
  const auto ready = stage.only<SeriesReady>();
  CHECK(ready.volume->at(0, 0, 0) == chiral(geometry().origin));
}

TEST_CASE(
    "H7, H13: a series with something wrong is refused with its word, whichever way it comes") {
  for (const BadSeries& bad : bad_series()) {
    for (const bool by_network : {true, false}) {
      INFO(bad.word << (by_network ? " by network" : " by folder"));
      Stage stage;
      write_dicom(stage.folder / "ct", geometry(), bad.change);
      if (by_network) {
        stage.send(stage.folder / "ct");
      } else {
        stage.copy(stage.folder / "ct");
      }
      const auto refused = stage.only<SeriesRefused>();
      INFO(refused.reason);
      CHECK(refused.reason.starts_with(bad.word + ": "));
      REQUIRE_FALSE(refused.issues.empty());
      CHECK(to_string(refused.issues[0].issue) == bad.word);
      CHECK(stage.spool_is_empty());
      // And the next one is taken.
      write_dicom(stage.folder / "good", geometry(),
                  [](int, DicomTags& t) { return t["0020,000e"] = "1.2.3.77", true; });
      CHECK(stage.send(stage.folder / "good").empty());
      CHECK(stage.only<SeriesReady>().objects == 8);
    }
  }
}

TEST_CASE("H13: slices 2.01 mm apart are warned of, whichever way they come") {
  for (const bool by_network : {true, false}) {
    Stage stage;
    VolumeGeometry g = geometry();
    g.spacing_mm.z() = 2.01;
    write_dicom(stage.folder / "ct", g);
    by_network ? (void)stage.send(stage.folder / "ct") : stage.copy(stage.folder / "ct");
    const auto ready = stage.only<SeriesReady>();
    REQUIRE(ready.warnings.size() == 1);
    CHECK(ready.warnings[0].issue == InputIssue::slice_spacing_large);
  }
}

TEST_CASE("slices that cannot be read refuse the series: slope 0, cut pixels") {
  const auto spoil_slope = [](const std::filesystem::path& file) {
    std::string bytes = read_file(file);
    bytes[bytes.find(std::string("\x28\x00\x53\x10", 4)) + 8] = '0';
    write_file(file, bytes);
  };
  const auto cut = [](const std::filesystem::path& file) {
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 20);
  };
  for (const auto& spoil :
       std::vector<std::function<void(const std::filesystem::path&)>>{spoil_slope, cut}) {
    Stage stage(false);
    write_dicom(stage.folder / "ct", geometry());
    spoil(stage.folder / "ct/896.dcm");
    stage.copy(stage.folder / "ct");
    const auto refused = stage.only<SeriesRefused>();
    CHECK(refused.reason.starts_with("damaged_slices: "));
  }
  Stage stage;
  write_dicom(stage.folder / "ct", geometry());
  spoil_slope(stage.folder / "ct/896.dcm");
  CHECK(stage.send(stage.folder / "ct") == std::vector<int>{0xC000});  // and its sender is told
  CHECK(stage.only<SeriesRefused>().reason.starts_with("damaged_slices: "));
}

TEST_CASE("a doubtful scan that cannot be decoded is refused for its pixels, in their word") {
  Stage stage(false);
  VolumeGeometry thick = geometry();
  thick.spacing_mm.z() = 3;  // a warning by itself
  write_dicom(stage.folder / "ct", thick);
  compress(stage.folder / "ct", jpeg_2000_lossless);
  for (const auto& entry : std::filesystem::directory_iterator(stage.folder / "ct")) {
    damage_pixels(entry.path());
  }
  stage.copy(stage.folder / "ct");
  CHECK(stage.only<SeriesRefused>().reason.starts_with("not_decoded: "));
}

TEST_CASE("bombs and damaged compressed pixels refuse the series, and the intake goes on") {
  Stage stage(false);
  write_dicom(stage.folder / "ct", geometry());
  compress(stage.folder / "ct", jpeg_2000_lossless);
  std::filesystem::copy(stage.folder / "ct", stage.folder / "bomb");
  for (const auto& entry : std::filesystem::directory_iterator(stage.folder / "bomb")) {
    make_bomb(entry);
  }
  std::filesystem::copy(stage.folder / "bomb", stage.folder / "watched/bomb");
  const std::string reason = stage.only<SeriesRefused>().reason;
  CHECK(reason.starts_with("not_decoded: "));
  CHECK(reason.find("within the limit") != std::string::npos);

  std::filesystem::copy(stage.folder / "ct", stage.folder / "noise");
  damage_pixels(stage.folder / "noise/896.dcm");
  std::filesystem::copy(stage.folder / "noise", stage.folder / "watched/noise");
  CHECK(stage.only<SeriesRefused>().reason.find("damaged or cut short") != std::string::npos);

  stage.copy(stage.folder / "ct");
  CHECK(stage.only<SeriesReady>().objects == 8);
}

TEST_CASE("a spatial registration that arrives is handed on, a wrong one is a refusal") {
  Stage stage;
  SpatialRegistration sent;
  sent.patient_id = "P1";
  sent.study_uid = "1.2.3.1";
  sent.frame_of_reference_uid = "1.2.3.3";
  sent.frames.push_back({"1.2.3.4", Eigen::Isometry3d(Eigen::Translation3d(1, 2, 3))});
  std::filesystem::create_directories(stage.folder / "reg");
  REQUIRE(write_spatial_registration(stage.folder / "reg/r.dcm", sent));
  CHECK(stage.send(stage.folder / "reg").empty());
  const auto arrived = stage.only<RegistrationArrived>();
  REQUIRE(arrived.registration.frames.size() == 1);
  CHECK(arrived.registration.frames[0].registered_from_frame.translation().isApprox(
      Eigen::Vector3d(1, 2, 3)));

  std::string bytes = read_file(stage.folder / "reg/r.dcm");
  const std::size_t at = bytes.find("RIGID ");
  write_file(stage.folder / "reg/r.dcm", bytes.replace(at, 6, "AFFINE"));
  CHECK(stage.send(stage.folder / "reg").empty());
  CHECK(stage.only<IntakeRefusal>().what == "registration_refused");
  CHECK(stage.spool_is_empty());
}

TEST_CASE("senders that are refused are events with the reason") {
  Stage stage;
  DicomSender sender(*stage.intake->port(), "PACS");
  CHECK_FALSE(sender.connect());
  CHECK(stage.only<IntakeRefusal>().what == "called_ae_title");
  CHECK(stage.intake->refused(DicomRefusal::called_ae_title) == 1);
}

TEST_CASE("an intake that ends in the middle of a series leaves nothing behind") {
  Stage stage;
  write_dicom(stage.folder / "ct", geometry());
  DicomSender sender(*stage.intake->port());
  REQUIRE(sender.connect());
  CHECK(sender.store(stage.folder / "ct/900.dcm") == 0);
  CHECK_FALSE(std::filesystem::is_empty(stage.folder / "spool"));
  stage.intake.reset();
  CHECK(std::filesystem::is_empty(stage.folder / "spool"));
}

TEST_CASE("an intake that cannot start says why") {
  CtIntakeConfig config;
  config.spool = "/proc/none";
  config.port.emplace().port = 0;
  const auto none = CtIntake::start(config, [](const IntakeEvent&) {});
  REQUIRE_FALSE(none);
  CHECK(none.error().code == Code::io);
  const TempFolder folder;
  config.spool = folder.path();
  config.watched.emplace().folder = "/no/such/folder";
  const auto unwatched = CtIntake::start(config, [](const IntakeEvent&) {});
  REQUIRE_FALSE(unwatched);
  CHECK(unwatched.error().code == Code::not_found);
}
