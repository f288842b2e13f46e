#include "drivers/watched_folder.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "dicom_rig.hpp"
#include "tests/engine/model/ct_files.hpp"

using namespace trocar;
using namespace trocar::test;
using namespace std::chrono_literals;

namespace {

struct Stage {
  WatchedFolder watch(WatchedFolderConfig config = {}) {
    config.folder = folder.path();
    auto opened =
        WatchedFolder::open(config, sink, [this](const std::string& d) { refused.push_back(d); });
    REQUIRE(opened);
    return std::move(opened.value());
  }
  TempFolder folder;
  RecordingSink sink;
  std::vector<std::string> refused;
};

Timestamp at(Duration d) { return Timestamp(d); }

}  // namespace

TEST_CASE("what is there at the start is of before and is not taken") {
  Stage stage;
  write_file(stage.folder / "old.dcm", "of yesterday's patient");
  WatchedFolder watched = stage.watch();
  for (int s = 0; s < 10; ++s) watched.look(at(s * 1s));
  CHECK(stage.sink.all().empty());
}

TEST_CASE("new files are one delivery once nothing changes for the quiet time") {
  Stage stage;
  WatchedFolder watched = stage.watch();
  write_file(stage.folder / "a.dcm", "one");
  watched.look(at(0ms));
  write_file(stage.folder / "b.dcm", "two");
  watched.look(at(900ms));
  watched.look(at(1800ms));
  CHECK(stage.sink.all().empty());
  watched.look(at(1900ms));
  const auto all = stage.sink.all();
  REQUIRE(all.size() == 1);
  CHECK(all.at(1).files == std::vector<std::string>{"one", "two"});
  CHECK(all.at(1).whole);
  watched.look(at(60s));
  watched.look(at(90s));
  CHECK(stage.sink.all().size() == 1);
  CHECK(watched.files() == 2);
}

TEST_CASE("a file that still grows keeps its folder waiting") {
  Stage stage;
  WatchedFolder watched = stage.watch();
  std::string content;
  for (int k = 0; k < 5; ++k) {
    write_file(stage.folder / "a.dcm", content += "more");
    watched.look(at(k * 1s));
    watched.look(at(k * 1s + 999ms));
  }
  CHECK(stage.sink.all().empty());
  watched.look(at(5s));
  CHECK(stage.sink.all().at(1).files == std::vector{content});
}

TEST_CASE("each folder in it is a delivery of its own, down to patient, study, series") {
  Stage stage;
  WatchedFolder watched = stage.watch();
  write_file(stage.folder / "a/b/c/x.dcm", "one");
  write_file(stage.folder / "d/y.dcm", "two");
  write_file(stage.folder / "a/b/c/too/deep.dcm", "three");
  watched.look(at(0s));
  watched.look(at(1s));
  const auto all = stage.sink.all();
  REQUIRE(all.size() == 2);
  CHECK(all.at(1).files == std::vector<std::string>{"one"});
  CHECK(all.at(2).files == std::vector<std::string>{"two"});
  CHECK(stage.refused == std::vector<std::string>{"expected files at most 3 folders down, found "
                                                  "folders below: not looked at"});
}

TEST_CASE("a file that is written again is new again") {
  Stage stage;
  WatchedFolder watched = stage.watch();
  write_file(stage.folder / "a.dcm", "one");
  watched.look(at(0s));
  watched.look(at(1s));
  write_file(stage.folder / "a.dcm", "another");
  watched.look(at(2s));
  watched.look(at(3s));
  CHECK(stage.sink.all().size() == 2);
}

TEST_CASE("links, pipes and large files are not read") {
  Stage stage;
  WatchedFolderConfig config;
  config.max_file_bytes = 10;
  WatchedFolder watched = stage.watch(config);
  std::filesystem::create_symlink("/etc/hostname", stage.folder / "link.dcm");
  write_file(stage.folder / "large.dcm", std::string(11, 'x'));
  watched.look(at(0s));
  watched.look(at(1s));
  REQUIRE(stage.sink.all().size() == 1);
  CHECK(stage.sink.all().at(1).files.empty());
  CHECK(stage.sink.all().at(1).lost == 1);  // it may have been a slice
  REQUIRE(stage.refused.size() == 1);
  CHECK(stage.refused[0] == "file 1 of 1, by name: expected a file of at most 10 bytes");
}

TEST_CASE("a file that stalled half way spoils its delivery, which comes again when it is done") {
  Stage stage;
  WatchedFolder watched = stage.watch();
  stage.sink.answer(Error{Code::malformed, "damaged"});
  write_file(stage.folder / "a.dcm", "one");
  write_file(stage.folder / "b.dcm", "ha");
  watched.look(at(0s));
  watched.look(at(1s));
  REQUIRE(stage.sink.all().size() == 1);
  stage.sink.answer(Done{});
  write_file(stage.folder / "c.dcm", "of another scan");  // not delayed by what went wrong before
  watched.look(at(2s));
  watched.look(at(3s));
  CHECK(stage.sink.all().at(2).files == std::vector<std::string>{"of another scan"});
  write_file(stage.folder / "b.dcm", "half and half");
  watched.look(at(4s));
  watched.look(at(5s));
  CHECK(stage.sink.all().at(3).files == std::vector<std::string>{"one", "half and half"});
}

TEST_CASE(
    "a file that goes before it is read was perhaps a slice, and the reason says that it went") {
  Stage stage;
  WatchedFolder watched = stage.watch();
  write_file(stage.folder / "a.dcm", "one");
  write_file(stage.folder / "b.dcm", "two");
  stage.sink.on_store([&] { std::filesystem::remove(stage.folder / "b.dcm"); });
  watched.look(at(0s));
  watched.look(at(1s));
  CHECK(stage.sink.all().at(1).lost == 1);
  CHECK(stage.refused == std::vector<std::string>{
                             "file 2 of 2, by name: expected a file that stays, it was gone when "
                             "it was to be read"});
}

TEST_CASE("a file that grows while it is read is not taken for whole") {
  Stage stage;
  WatchedFolder watched = stage.watch();
  write_file(stage.folder / "a.dcm", "one");
  write_file(stage.folder / "b.dcm", "two");
  stage.sink.on_store([&] { write_file(stage.folder / "b.dcm", "twofold"); });
  watched.look(at(0s));
  watched.look(at(1s));
  CHECK(stage.sink.all().at(1).lost == 1);
  CHECK(stage.refused == std::vector<std::string>{"file 2 of 2, by name: expected a file that is "
                                                  "done, of 3 bytes, 7 were read"});
}

TEST_CASE("what is renamed into place is read under its last name alone") {
  Stage stage;
  WatchedFolder watched = stage.watch();
  write_file(stage.folder / ".a.dcm.part", "one");
  watched.look(at(0s));
  std::filesystem::rename(stage.folder / ".a.dcm.part", stage.folder / "a.dcm");
  for (int s = 1; s < 5; ++s) watched.look(at(s * 1s));
  const auto all = stage.sink.all();
  REQUIRE(all.size() == 1);
  CHECK(all.at(1).files == std::vector<std::string>{"one"});
}

TEST_CASE("links in a ring are not walked, and files beside them are taken") {
  Stage stage;
  WatchedFolder watched = stage.watch();
  std::filesystem::create_directory(stage.folder / "a");
  std::filesystem::create_directory_symlink(stage.folder.path(), stage.folder / "a/up");
  std::filesystem::create_symlink(stage.folder / "me", stage.folder / "me");
  write_file(stage.folder / "a/x.dcm", "one");
  watched.look(at(0s));
  watched.look(at(1s));
  REQUIRE(stage.sink.all().size() == 1);
  CHECK(stage.sink.all().at(1).files == std::vector<std::string>{"one"});
  CHECK(stage.refused.empty());
}

TEST_CASE("more files than are remembered are said, once, and not passed over in silence") {
  Stage stage;
  WatchedFolderConfig config;
  config.max_files = 2;
  WatchedFolder watched = stage.watch(config);
  for (const char* name : {"a", "b", "c"}) write_file(stage.folder / name, "x");
  for (int s = 0; s < 5; ++s) watched.look(at(s * 1s));
  CHECK(stage.refused == std::vector<std::string>{"expected at most 2 files in the watched folder, "
                                                  "found more: not all are looked at"});
}

TEST_CASE("a folder that may not be listed hides no other, and is told") {
  if (::geteuid() == 0) return;  // root may list everything
  Stage stage;
  WatchedFolder watched = stage.watch();
  write_file(stage.folder / "a/x.dcm", "one");
  write_file(stage.folder / "b/y.dcm", "two");
  std::filesystem::permissions(stage.folder / "a", std::filesystem::perms::none);
  watched.look(at(0s));
  watched.look(at(1s));
  std::filesystem::permissions(stage.folder / "a", std::filesystem::perms::owner_all);
  REQUIRE(stage.sink.all().size() == 1);
  CHECK(stage.sink.all().at(1).files == std::vector<std::string>{"two"});
  CHECK(stage.refused ==
        std::vector<std::string>{"expected to list folders in the watched one: Permission denied"});
}

TEST_CASE("a refusal does not name the file: files are named after patients") {
  Stage stage;
  WatchedFolder watched = stage.watch();
  stage.sink.answer(Error{Code::malformed, "damaged"});
  write_file(stage.folder / "Miller^Anna.dcm", "x");
  watched.look(at(0s));
  watched.look(at(1s));
  CHECK(stage.refused == std::vector<std::string>{"file 1 of 1, by name: damaged"});
  CHECK(stage.sink.all().at(1).from == "the watched folder");
}

TEST_CASE("a folder that is not there is an error, one that goes is told, once") {
  RecordingSink sink;
  WatchedFolderConfig config;
  config.folder = "/no/such/folder";
  const auto none = WatchedFolder::open(config, sink);
  REQUIRE_FALSE(none);
  CHECK(none.error().code == Code::not_found);
  Stage stage;
  WatchedFolder watched = stage.watch();
  std::filesystem::remove_all(stage.folder.path());
  for (int k = 0; k < 5; ++k) watched.look(at(k * 1s));
  CHECK(stage.sink.all().empty());
  CHECK(stage.refused ==
        std::vector<std::string>{"expected to list the watched folder: No such file or directory"});
}
