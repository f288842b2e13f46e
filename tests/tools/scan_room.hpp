#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "drivers/simulators/ndi_server.hpp"
#include "tests/tools/running_program.hpp"
#include "tests/tools/temporary_folder.hpp"

namespace trocar::test {

// An operation with a scanner in the room, nothing faked: `trocar run` as a process on the
// phantom's patient, whose spine has bent on the table, with a simulated tracker, a DICOM port, a
// watched folder and a session. Its constructor returns when the engine is ready, registered by
// touch.
class ScanRoom {
 public:
  ScanRoom();

  [[nodiscard]] std::filesystem::path file(const std::string& name) const {
    return folder_.path() / name;
  }
  [[nodiscard]] std::uint16_t dicom_port() const { return dicom_port_; }
  // A series into the watched folder, all at once.
  void drop(const std::filesystem::path& series);

  // What `trocar status --json` says now.
  nlohmann::json status();
  // How many lines of the log hold `text`.
  int logged(const std::string& text);
  // Whether a display that connects now sees a distance to the tumour, of the registration with
  // this epoch, while the engine is ready.
  bool shows_a_distance(int epoch);
  // Asks again and again, for as long as a slow machine may need.
  static bool comes_true(const std::function<bool()>& truth);

  // Ends the engine: its exit code.
  int end() { return engine_->end(); }
  [[nodiscard]] std::filesystem::path session() const;

 private:
  void write_configuration(std::uint16_t tracker_port);

  TemporaryFolder folder_;
  std::unique_ptr<NdiServer> tracker_;
  std::unique_ptr<RunningProgram> engine_;
  std::uint16_t dicom_port_ = 0, stream_port_ = 0, control_port_ = 0;
  int dropped_ = 0;
};

}  // namespace trocar::test
