#include "tests/tools/scan_room.hpp"

#include <algorithm>
#include <thread>

#include "engine/igtl/client.hpp"
#include "tests/tools/operating_room.hpp"
#include "tests/tools/quick_hand.hpp"
#include "tests/tools/ran_program.hpp"

namespace trocar::test {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto patience = 180s;  // of a sanitizer on a busy machine

// As coarse as a scan can be for its vertebrae to be found.
void write_patient(const fs::path& folder) {
  phantom::PhantomOptions o;
  o.folder = folder;
  o.in_plane_mm = 1.2;
  o.slice_mm = 1.5;
  o.mesh_detail = 2;
  o.intraop.emplace();
  o.intraop->flexion_deg_per_disc = 2;
  REQUIRE(phantom::write_phantom(o, [](const std::string&) {}));
}

// The needle is then held before the bone, on the way to the lesion.
NdiScenario needle_at_rest(const fs::path& folder) {
  constexpr double whole_test_s = 3600;
  const Plan plan = read_plan(folder / "plan.toml");
  const PlannedTrajectory& way = plan.trajectories.at(0);
  QuickHand hand(folder / "simulator_ct.toml", plan);
  hand.go(way.entry.mm, (way.target.mm - way.entry.mm).normalized(), 1, whole_test_s);
  return hand.scenario({});
}

std::uint16_t port_of(const std::string& text) {
  return static_cast<std::uint16_t>(std::stoi(text));
}

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

ScanRoom::ScanRoom() {
  write_patient(folder_.path());
  auto tracker = NdiServer::listen(needle_at_rest(folder_.path()), 0);
  REQUIRE(tracker);
  tracker_ = std::move(tracker).value();
  write_configuration(tracker_->port());
  engine_ = std::make_unique<RunningProgram>(
      std::vector<std::string>{"trocar", "run", file("scans.toml").string()});
  const auto scans = engine_->says("scans are taken on DICOM port", Clock::now() + patience);
  REQUIRE(scans);
  dicom_port_ = port_of(text_after("scans are taken on DICOM port ", *scans));
  const auto serving = engine_->says("serving OpenIGTLink", Clock::now() + patience);
  REQUIRE(serving);
  stream_port_ = port_of(text_after("serving OpenIGTLink on 127.0.0.1 port ", *serving));
  control_port_ = port_of(text_after("/metrics and /state on 127.0.0.1 port ", *serving));
  REQUIRE(shows_a_distance(1));
}

void ScanRoom::write_configuration(std::uint16_t tracker_port) {
  std::string text = read(file("run_ct.toml"));
  text = replaced(text, "port = 8765", "port = " + std::to_string(tracker_port));
  text = replaced(text, "port = 18944", "port = 0");
  text = replaced(text, "dwell_s = 1.0", "dwell_s = 0.5");
  text = replaced(text, "log = \"trocar.log\"", "");
  // Little patience with series: a copy appears at once, an association ends when it has sent all.
  text = replaced(text, "port = 11112",
                  "port = 0\nwatch_folder = \"incoming\"\nwatch_quiet_ms = 100\n"
                  "series_quiet_ms = 100\nseries_missing_ms = 300\nrequest_ms = 1500\n"
                  "idle_ms = 4000");
  text +=
      "\n[control]\nport = 0\n\n[session]\nfolder = \"sessions\"\nrecord = \"always\"\n"
      "min_free_mb = 1\n";
  for (const char* folder : {"incoming", "sessions", "spool"}) fs::create_directory(file(folder));
  std::ofstream(file("scans.toml")) << text;
}

void ScanRoom::drop(const fs::path& series) {
  const fs::path aside = file("aside");
  fs::copy(series, aside);
  fs::rename(aside, file("incoming") / std::to_string(++dropped_));
}

nlohmann::json ScanRoom::status() {
  engine_->said();
  const Ran ran = trocar_with("status --json --port " + std::to_string(control_port_));
  auto state = nlohmann::json::parse(ran.said, nullptr, false);
  return state.is_object() ? state : nlohmann::json{{"stream", nlohmann::json::object()}};
}

int ScanRoom::logged(const std::string& text) {
  const std::string& log = engine_->said();
  int lines = 0;
  for (std::size_t at = 0; (at = log.find(text, at)) != std::string::npos; at += text.size()) {
    ++lines;
  }
  return lines;
}

bool ScanRoom::shows_a_distance(int epoch) {
  return comes_true([&] {
    engine_->said();
    auto display = igtl::IgtlClient::connect({"127.0.0.1", stream_port_}, 5s);
    if (!display || !display.value()->send(igtl::make_hello(), 5s)) return false;
    bool shown = false, ready = false;
    const auto look = [&](const igtl::Message& m) {
      const auto* text = std::get_if<igtl::StringBody>(&m.body);
      if (text != nullptr && m.header.device == "NeedleDistance") {
        shown = shown || text->text.find(" tumour.tip_mm=") != std::string::npos;
      }
      const auto* beat = std::get_if<igtl::StatusBody>(&m.body);
      if (beat == nullptr) return;
      ready = beat->message.starts_with("state=ready ") &&
              beat->message.find(" epoch=" + std::to_string(epoch) + " ") != std::string::npos;
    };
    const auto end = Clock::now() + 3s;
    while (!(shown && ready) && Clock::now() < end) {
      if (!display.value()->receive(50ms, look)) return false;
    }
    return shown && ready;
  });
}

bool ScanRoom::comes_true(const std::function<bool()>& truth) {
  const auto end = Clock::now() + patience;
  while (!truth()) {
    if (Clock::now() > end) return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

fs::path ScanRoom::session() const {
  const auto first = fs::directory_iterator(file("sessions"));
  REQUIRE(first != fs::directory_iterator());
  return first->path();
}

}  // namespace trocar::test
