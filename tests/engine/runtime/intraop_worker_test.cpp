#include "engine/runtime/intraop_worker.hpp"

#include <fstream>
#include <iterator>

#include "engine/base/log.hpp"
#include "tests/engine/runtime/table_for_test.hpp"

using namespace trocar;

namespace {

struct Workshop {
  IntraopWorker::Inbox inbox;
  Signal bell;
  IntraopWorker worker;

  explicit Workshop(const IntraopConfig& config, const PreopSpine& preop = table::preop())
      : worker(ScanRegistrar(config, preop)) {
    log::to_stderr(false);
    worker.start(inbox, bell);
  }
  ~Workshop() {
    worker.stop();
    log::to_stderr(true);
  }
  // All events until one that ends a scan.
  std::vector<Event> answer() {
    std::vector<Event> all;
    for (int i = 0; i < 600; ++i) {
      bell.wait(std::chrono::milliseconds(100));
      Event e;
      while (inbox.pop(e)) {
        all.push_back(e);
        const auto* change = std::get_if<ImagingChanged>(&e);
        if (change != nullptr &&
            (change->imaging == Imaging::none || change->imaging == Imaging::refused))
          return all;
      }
    }
    FAIL("no answer");
    return all;
  }
};

// What the log says from here on.
class Log {
 public:
  Log() { log::to_file(file_); }
  [[nodiscard]] bool says(const std::string& words) const {
    std::ifstream in(file_);
    const std::string all{std::istreambuf_iterator<char>(in), {}};
    return all.find(words) != std::string::npos;
  }

 private:
  const TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "trocar.log";
};

Imaging imaging_of(const Event& e) {
  const auto* change = std::get_if<ImagingChanged>(&e);
  REQUIRE(change != nullptr);
  return change->imaging;
}

}  // namespace

TEST_CASE("a scan is said to be registering, then come its registrations, then its end") {
  Workshop shop(table::config());
  shop.worker.note(table::by_touch());
  shop.worker.offer(ScanNews{{Imaging::receiving, "from CT_SCANNER"}});
  shop.worker.offer(table::scan());
  const auto answer = shop.answer();
  REQUIRE(answer.size() >= 6);
  CHECK(imaging_of(answer[0]) == Imaging::receiving);
  CHECK(imaging_of(answer[1]) == Imaging::registering);
  for (std::size_t i = 2; i + 1 < answer.size(); ++i) {
    const auto* r = std::get_if<Registration>(&answer[i]);
    REQUIRE(r != nullptr);
    CHECK(r->more == (i + 2 < answer.size()));
  }
  CHECK(imaging_of(answer.back()) == Imaging::none);
}

TEST_CASE("a scan that cannot be used ends in a refusal with its reason and no registration") {
  Workshop shop(table::config());
  shop.worker.note(table::by_touch());
  shop.worker.offer(table::scan("OTHER"));
  const auto answer = shop.answer();
  REQUIRE(answer.size() == 2);
  CHECK_THAT(std::string(std::get<ImagingChanged>(answer[1]).detail.view()),
             Catch::Contains("another patient"));
}

TEST_CASE("a registration that was cleared is no place to begin from") {
  Workshop shop(table::config());
  shop.worker.note(table::by_touch());
  shop.worker.note(std::nullopt);
  shop.worker.offer(table::scan());
  CHECK(imaging_of(shop.answer().back()) == Imaging::refused);
}

TEST_CASE("where only the scanner knows the reference, a scan waits for its pose") {
  IntraopConfig config = table::config();
  config.plate.reset();
  config.scanner_pose = ScannerPose{"1.2.3", 0.3, 0.002};
  Workshop shop(config);
  shop.worker.note(table::by_touch());
  shop.worker.offer(table::scan());
  const ArrivedScannerPose pose{
      table::scan().volume->frame_of_reference_uid,
      Transform<Reference, Intraop>::declare(
          table::truth().reference_from_intraop)};  // CLAIM: a test's truth
  shop.worker.offer(ArrivedScannerPose{"another frame", pose.reference_from_intraop});
  shop.worker.offer(pose);
  const auto answer = shop.answer();
  CHECK_THAT(std::string(std::get<ImagingChanged>(answer[0]).detail.view()),
             Catch::Contains("waiting for the scanner's pose"));
  CHECK(imaging_of(answer.back()) == Imaging::none);
}

TEST_CASE("the log calls a scan matched, and not yet in use: the navigator may still refuse it") {
  const Log log;
  Workshop shop(table::config());
  shop.worker.note(table::by_touch());
  shop.worker.offer(table::scan());
  REQUIRE(imaging_of(shop.answer().back()) == Imaging::none);
  CHECK(log.says("ready to register intraoperative scans"));
  CHECK(log.says("intraoperative scan matched, the navigator decides: L"));
  CHECK_FALSE(log.says("registered:"));
}

TEST_CASE("what would refuse every scan is in the log before the first one comes") {
  PreopSpine preop = table::preop();
  preop.vertebrae.push_back({"L9", 901});
  const Log log;
  Workshop shop(table::config(), preop);
  shop.worker.note(table::by_touch());
  shop.worker.offer(table::scan());
  const auto answer = shop.answer();
  CHECK_THAT(std::string(std::get<ImagingChanged>(answer.back()).detail.view()),
             Catch::StartsWith("not_registered: label 901"));
  CHECK(log.says("the rehearsal failed: label 901"));
  CHECK_FALSE(log.says("ready to register"));
}
