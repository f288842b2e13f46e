#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <mutex>

#include "dicom_rig.hpp"
#include "drivers/ct_intake.hpp"
#include "tests/engine/model/ct_files.hpp"
#include "tests/loopback.hpp"

// A real PACS as the peer: Debian's orthanc, on loopback with a scratch configuration, and dcmtk's
// storescu and movescu. Where they are not installed (tools/packages.sh check) this says so and
// passes over.
using namespace trocar;
using namespace trocar::test;
using namespace std::chrono_literals;

namespace {

bool installed() {
  for (const char* program : {"/usr/sbin/Orthanc", "/usr/bin/storescu", "/usr/bin/movescu"}) {
    if (::access(program, X_OK) != 0) {
      WARN(program << " is not installed: passed over");
      return false;
    }
  }
  return true;
}

// An Orthanc that knows us as TROCAR and a person at MOVESCU; ends with the test.
class Orthanc {
 public:
  Orthanc(const TempFolder& folder, std::uint16_t trocar_port) : port_(closed_port()) {
    const std::string config =
        R"({"Name":"test","StorageDirectory":")" + (folder / "orthanc").string() +
        R"(","HttpServerEnabled":false,"DicomServerEnabled":true,"DicomAet":"ORTHANC","DicomPort":)" +
        std::to_string(port_) +
        R"(,"DicomAlwaysAllowStore":true,"StableAge":1,"Plugins":[],"DicomModalities":{"us":["TROCAR","127.0.0.1",)" +
        std::to_string(trocar_port) + R"(],"person":["MOVESCU","127.0.0.1",1]}})";
    write_file(folder / "orthanc.json", config);
    std::string program = "/usr/sbin/Orthanc", file = (folder / "orthanc.json").string();
    std::array<char*, 3> words{program.data(), file.data(), nullptr};
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, 2, (folder / "orthanc.log").c_str(),
                                     O_WRONLY | O_CREAT, 0600);
    REQUIRE(::posix_spawn(&pid_, program.c_str(), &quiet, nullptr, words.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&quiet);
  }
  Orthanc(const Orthanc&) = delete;
  Orthanc& operator=(const Orthanc&) = delete;
  ~Orthanc() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }

  // It takes a second or two to start.
  [[nodiscard]] bool answers() const {
    for (int n = 0; n < 200; ++n) {
      DicomSender sender(port_, "ORTHANC", "MOVESCU");
      if (sender.connect() && sender.echo()) return sender.release();
      ::usleep(100'000);
    }
    return false;
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_;
  pid_t pid_ = -1;
};

int run(const std::string& line) { return std::system((line + " >/dev/null 2>&1").c_str()); }

}  // namespace

TEST_CASE("Orthanc takes a series and moves it to us when a person asks it to") {
  if (!installed()) return;
  const TempFolder folder;
  std::mutex mutex;
  std::vector<IntakeEvent> events;
  CtIntakeConfig config;
  config.spool = folder / "spool";
  config.port.emplace().port = 0;
  config.port->peers = {{"ORTHANC", IpRange::parse("127.0.0.1").value()}};
  config.decoder.command = {TROCAR_DECODER};
  const auto intake = CtIntake::start(config, [&](IntakeEvent e) {
    const std::lock_guard lock(mutex);
    events.push_back(std::move(e));
  });
  REQUIRE(intake);
  const Orthanc orthanc(folder, *intake.value()->port());
  REQUIRE(orthanc.answers());

  VolumeGeometry g = small_geometry();
  g.size = {32, 24, 20};
  write_dicom(folder / "ct", g);
  const std::string there = " 127.0.0.1 " + std::to_string(orthanc.port());
  REQUIRE(run("storescu -aec ORTHANC -aet MOVESCU +sd" + there + " " + (folder / "ct").string()) ==
          0);
  // C-MOVE by a third program; Orthanc opens an association to us and stores.
  REQUIRE(run("movescu -aec ORTHANC -aet MOVESCU -aem TROCAR -S -k QueryRetrieveLevel=SERIES"
              " -k StudyInstanceUID=1.2.3.1 -k SeriesInstanceUID=1.2.3.2" +
              there) == 0);
  const auto ready = [&] {
    const std::lock_guard lock(mutex);
    return events.size() > 1;
  };
  REQUIRE((eventually(ready) || eventually(ready)));
  const std::lock_guard lock(mutex);
  REQUIRE(std::holds_alternative<SeriesBegun>(events[0]));
  REQUIRE(std::holds_alternative<SeriesReady>(events[1]));
  const auto& series = std::get<SeriesReady>(events[1]);
  CHECK(series.from == "ORTHANC at 127.0.0.1");
  CHECK(series.objects == 20);
  CHECK(series.volume->at(31, 23, 19) == chiral(g.at(Eigen::Vector3d(31, 23, 19))));
}
