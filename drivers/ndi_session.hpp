#pragma once
#include <map>
#include <string>
#include <vector>

#include "drivers/byte_link.hpp"
#include "drivers/ndi_config.hpp"
#include "drivers/ndi_framing.hpp"
#include "drivers/ndi_protocol.hpp"
#include "drivers/ndi_publisher.hpp"
#include "drivers/ndi_reply.hpp"

namespace trocar {

// What the device says of itself.
struct NdiDeviceInfo {
  std::string type;
  std::string model;
  std::string serial;
  std::string firmware;
  std::string api_revision;
  unsigned baud = 0;  // serial only
};

struct NdiFoundTool {
  std::uint16_t handle = 0;
  NdiToolInfo info;
  std::string name;  // of the configuration, empty for a tool that is not in it
};

// Performs the steps of ndi_protocol.hpp: one exchange of command and reply each, with the deadline
// the device states for that command, and remembers what the device answered. plain.
class NdiSession {
 public:
  // `tools` must outlive the session. `stop` ends every wait.
  NdiSession(const NdiConfig& config, const std::vector<NdiTool>& tools, Signal& stop);

  // The steps tracking and backing_off are the caller's own.
  NdiInput perform(NdiStep step);
  void close();

  [[nodiscard]] const std::string& trouble() const { return trouble_; }
  [[nodiscard]] const NdiDeviceInfo& device() const { return device_; }
  [[nodiscard]] const std::vector<NdiFoundTool>& found_tools() const { return found_; }
  [[nodiscard]] const NdiHandles& handles() const { return handles_; }

  // Tracking: how to ask, and the line to ask on.
  [[nodiscard]] NdiPoll poll() const { return poll_; }
  [[nodiscard]] bool streams() const { return streams_; }
  [[nodiscard]] unsigned options() const { return options_; }
  [[nodiscard]] const std::string& poll_command() const { return poll_command_; }
  ByteLink& link() { return link_; }
  NdiFraming& framing() { return framing_; }
  void set_trouble(std::string text) { trouble_ = std::move(text); }

 private:
  enum class Answer : std::uint8_t { text, refused, garbled, none, down };
  // Sends and waits for the whole reply; its text goes to reply_, trouble_ says what went wrong.
  Answer ask(std::string_view name, std::string_view parameters);
  Answer read_reply(std::string_view name, Duration timeout);
  [[nodiscard]] bool is_worth_calling() const;
  [[nodiscard]] bool is_network() const { return !config_.host.empty(); }
  [[nodiscard]] Duration timeout_of(std::string_view name) const;
  NdiInput input_of(Answer answer);
  NdiInput ask_simple(std::string_view name, std::string_view parameters);

  NdiInput connect();
  NdiInput call();
  NdiInput reset();
  NdiInput set_speed();
  NdiInput initialise();
  NdiInput read_revision();
  NdiInput identify();
  NdiInput read_timeouts();
  NdiInput list(std::string_view kind);  // PHSR; done when empty
  NdiInput free_next();
  NdiInput request_handle();
  NdiInput upload_piece();
  NdiInput initialise_next();
  NdiInput describe();
  NdiInput enable();
  NdiInput start();
  NdiInput resynchronise();
  NdiInput stop_tracking();

  void choose_poll();
  void bind(std::uint16_t handle, const NdiToolInfo& info);
  void forget(std::uint16_t handle);
  [[nodiscard]] bool has_handle(ToolId tool) const;

  const NdiConfig& config_;
  const std::vector<NdiTool>& tools_;
  ByteLink link_;
  NdiFraming framing_;
  std::string reply_;
  std::string trouble_;
  std::map<std::string, Duration, std::less<>> timeouts_;
  NdiDeviceInfo device_;
  int api_major_ = 0;
  NdiHandles handles_;
  std::vector<NdiFoundTool> found_;
  std::vector<std::uint16_t> pending_;  // handles still to be worked on, last first
  std::vector<std::uint16_t> faulty_;   // would not initialise and are not ours
  std::uint16_t uploading_ = 0;
  std::size_t uploading_tool_ = 0;
  std::size_t uploaded_ = 0;
  int attempts_ = 0;
  int connects_ = 0;    // how often the connection was opened or tried
  int unanswered_ = 0;  // rounds of calling without an answer, in a row
  NdiPoll poll_ = NdiPoll::bx;
  bool streams_ = false;
  unsigned options_ = ndi_transforms;
  std::string bx2_parameters_;
  std::string poll_command_;
};

}  // namespace trocar
