#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/simulators/ndi_scenario.hpp"

namespace trocar {

inline constexpr std::size_t ndi_port_memory = 2048;  // PVWR addresses reach to 07C0

struct NdiPort {
  std::uint8_t handle = 0;
  ToolKind kind = ToolKind::passive;
  bool occupied = true;
  bool initialised = false;
  bool enabled = false;
  bool to_free = false;      // left behind, or its tool was unplugged
  bool was_enabled = false;  // answers DISABLED after its tool was unplugged
  std::string location = "00";
  std::array<std::byte, ndi_port_memory> memory{};
  std::size_t written = 0;
  std::optional<NdiRom> rom;
  std::optional<std::size_t> tool;  // which tool of the scenario has this geometry
};

// The port handles of the device: who holds which, and how far its tool is. Every command gives the
// text of its reply without CRC (`OKAY`, `ERRORxx`, data). plain: one thread.
class NdiPorts {
 public:
  explicit NdiPorts(const NdiScenario& scenario);

  void reset();       // power-up, RESET: only wired tools are there
  void initialize();  // INIT: every handle loses its tool definition

  std::string request(std::string_view params);                          // PHRQ
  std::string free(std::string_view params);                             // PHF
  std::string write(std::string_view params);                            // PVWR
  std::string init(std::string_view params);                             // PINIT
  std::string enable(std::string_view params);                           // PENA
  std::string disable(std::string_view params);                          // PDIS
  std::string search(std::string_view params);                           // PHSR
  [[nodiscard]] std::string information(std::string_view params) const;  // PHINF

  // A wired or wireless tool goes away or comes back.
  void unplug(std::size_t tool);
  void plug(std::size_t tool);

  [[nodiscard]] const std::vector<NdiPort>& all() const { return ports_; }
  [[nodiscard]] unsigned changes() const { return changes_; }  // system status bits 6 and 7

 private:
  NdiPort* find(std::string_view params);
  [[nodiscard]] const NdiPort* find(std::string_view params) const;
  NdiPort& add(ToolKind kind, int wanted_handle);
  void add_wired(std::size_t tool);
  [[nodiscard]] std::optional<std::size_t> match(const NdiRom& rom) const;

  const NdiScenario* scenario_;
  std::vector<NdiPort> ports_;
  unsigned changes_ = 0;
};

// Status bits of a port as TX and PHSR give them.
unsigned port_status(const NdiPort& port);
std::string ndi_error(unsigned code);  // "ERRORxx"
// Exactly `digits` hexadecimal digits at the front of `text`.
std::optional<unsigned> hex_at_front(std::string_view text, std::size_t digits);

}  // namespace trocar
