#pragma once
#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/simulators/ndi_fault.hpp"
#include "drivers/simulators/ndi_frame_clock.hpp"
#include "drivers/simulators/ndi_frame_report.hpp"
#include "drivers/simulators/ndi_outbox.hpp"
#include "drivers/simulators/ndi_parameters.hpp"
#include "drivers/simulators/ndi_ports.hpp"
#include "drivers/simulators/simulated_world.hpp"

namespace trocar {

enum class NdiMode : std::uint8_t { power_up, initialized, tracking };
enum class NdiLink : std::uint8_t { network, serial };

// A simulated NDI tracker without a wire: bytes of the host in, bytes of the device and when they
// leave out. It knows no clock: `now` counts from power-up and never goes back. One command is
// worked on at a time; those that come meanwhile wait. plain: one thread.
class NdiDevice {
 public:
  explicit NdiDevice(NdiScenario scenario, NdiLink link = NdiLink::network);
  NdiDevice(const NdiDevice&) = delete;
  NdiDevice& operator=(const NdiDevice&) = delete;

  void receive(std::string_view bytes, Duration now);
  // Works on what is due up to `now`. Call it before take().
  void advance(Duration now);
  std::optional<NdiOutput> take(Duration now) { return outbox_.take(now); }
  // When advance() or take() next has something to do; none: only when bytes come.
  [[nodiscard]] std::optional<Duration> next_wake() const;

  // The host went away: nothing is sent any more, but handles and mode stay, as in a real device.
  void hang_up();
  // A disconnect fault is on: close, and refuse the next.
  [[nodiscard]] bool refuses_connection(Duration now) const {
    return faults_.active(FaultKind::disconnect, now);
  }

  [[nodiscard]] NdiFaults& faults() { return faults_; }
  [[nodiscard]] const SimulatedWorld& world() const { return world_; }
  [[nodiscard]] NdiMode mode() const { return mode_; }
  [[nodiscard]] const NdiPorts& ports() const { return ports_; }

 private:
  struct Command {
    std::string text;
    Duration at;
  };
  struct Answer {
    std::vector<std::byte> bytes;
    Duration due{};
    std::optional<TrackingMark> mark;
  };
  struct Stream {
    std::string command;  // without CRC
    std::int64_t interval = 1;
    std::int64_t next = 0;  // index of the next frame to send
    // Worked out between its exposure and the instant it leaves, so that it leaves in time.
    std::optional<Answer> ready = std::nullopt;
  };
  using TextHandler = std::string (NdiDevice::*)(std::string_view params, Duration at);
  struct TextCommand {
    std::string_view name;
    TextHandler handler;
    unsigned modes;      // in which it is allowed: bit of NdiMode
    double measured_ms;  // median of a real device at 9600 baud
  };
  static const std::array<TextCommand, 22>& text_commands();

  void work(const Command& command, Duration start);
  Answer answer(std::string_view text, Duration start);
  [[nodiscard]] std::optional<std::string> refusal_of_mode(unsigned modes) const;
  void follow_plugs(Duration now);

  template <std::string (NdiPorts::*command)(std::string_view)>
  std::string port_command(std::string_view params, Duration) {
    return (ports_.*command)(params);
  }
  std::string port_information(std::string_view params, Duration) {
    return ports_.information(params);
  }
  std::string get(std::string_view params, Duration) { return parameters_.get(params); }
  std::string get_info(std::string_view params, Duration) { return parameters_.get_info(params); }
  std::string version(std::string_view params, Duration) { return parameters_.version(params); }
  std::string api_revision(std::string_view, Duration) {
    return world_.scenario().device.api_revision;
  }
  std::string beep(std::string_view, Duration) { return "1"; }
  std::string echo(std::string_view params, Duration) { return std::string(params); }
  std::string reset(std::string_view, Duration at);
  std::string init(std::string_view, Duration at);
  std::string comm(std::string_view params, Duration at);
  std::string start_tracking(std::string_view params, Duration at);
  std::string stop_tracking(std::string_view, Duration at);
  std::string set(std::string_view params, Duration at);
  std::string stream(std::string_view params, Duration at);
  std::string unstream(std::string_view params, Duration at);

  // ndi_device_tracking.cpp
  static bool is_understood(std::string_view tracking_command, std::string_view params);
  Answer tracking_answer(std::string_view name, std::string_view params, Duration start);
  Answer tracking_reply(std::string_view name, std::string_view params, std::int64_t frame);
  Answer polled(std::string_view name, std::string_view params, Duration start);
  Answer bx2_polled(std::string_view params, Duration start);
  void send_streams(Duration now);
  void prepare(Stream& stream, std::string_view id);
  FrameReport report(std::optional<std::int64_t> frame, Duration at);
  [[nodiscard]] HandleReport report_port(const NdiPort& port,
                                         std::optional<std::int64_t> frame) const;
  void keep_new(FrameReport& report);

  SimulatedWorld world_;
  bool script_begun_ = false;
  NdiLink link_;
  NdiFaults faults_;
  NdiFrameClock clock_;
  NdiPorts ports_;
  NdiParameters parameters_;
  NdiOutbox outbox_;
  NdiMode mode_ = NdiMode::power_up;
  std::string received_;
  std::deque<Command> commands_;
  Duration busy_until_{};
  Duration advanced_to_{-1};
  double next_speed_ = -1;  // of the line, from the end of the COMM reply on
  std::vector<bool> unplugged_;
  std::map<std::string, Stream, std::less<>> streams_;
  std::vector<AlertReport> alerts_;         // not yet told
  std::int64_t tracking_from_ = 0;          // first frame of this tracking
  std::optional<std::int64_t> last_frame_;  // last reported by TX or BX
  bool first_poll_ = false;
  std::map<std::uint8_t, std::uint32_t> told_;  // last frame number BX2 gave of a handle
};

}  // namespace trocar
