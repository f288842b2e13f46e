#include "drivers/simulators/ndi_parameters.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "drivers/simulators/ndi_ports.hpp"

namespace trocar {
namespace {

// Seconds, read from a real device.
constexpr std::array<std::pair<std::string_view, int>, 26> timeouts{{
    {"INIT", 4},  {"COMM", 2},   {"VER", 2},      {"PHRQ", 2},   {"PINIT", 6},  {"PENA", 2},
    {"PDIS", 2},  {"PHF", 2},    {"PVWR", 2},     {"PHSR", 2},   {"PHINF", 2},  {"TSTART", 6},
    {"TSTOP", 2}, {"TX", 4},     {"BX", 4},       {"GETLOG", 4}, {"BEEP", 2},   {"ECHO", 2},
    {"SET", 8},   {"GET", 8},    {"GETINFO", 15}, {"SAVE", 8},   {"RESET", 15}, {"APIREV", 2},
    {"LED", 2},   {"SFLIST", 2},
}};

bool matches(std::string_view pattern, std::string_view name) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  return name.substr(0, star) == pattern.substr(0, star);
}

}  // namespace

NdiParameters::NdiParameters(const ScenarioDevice& device) : device_(device) {
  const auto read_only = [this](std::string name, std::string value, std::string_view meaning) {
    parameters_.push_back({std::move(name), std::move(value), false, 0, 0, meaning});
  };
  read_only("Features.Hardware.Model", device.model, "Model of the device");
  read_only("Features.Hardware.Serial Number", device.serial, "Serial number of the device");
  read_only("Features.Firmware.Version", device.firmware, "Firmware");
  read_only("Features.Firmware.API Revision", device.api_revision, "Revision of the protocol");
  read_only("Param.Tracking.Available Volumes", "Simulated", "Volumes");
  read_only("Param.Tracking.Selected Volume", "0", "Volume in use");
  const std::string hz = fmt::format("{:g}", device.frame_hz);
  parameters_.push_back({"Param.Tracking.Frame Frequency", hz, true, 1, 2000, "Frames per second"});
  read_only("Param.Tracking.Track Frequency", hz, "Reports per second");
  parameters_.push_back({"Param.Simulated Alerts", "0", true, 0, 17, "Alert to raise, 0 for none"});
  parameters_.push_back({"Param.User.String0", "", true, 0, 0, "Text of the host"});
  read_only("Info.Status.System", "0", "System status");
  for (const auto& [command, value] : timeouts) {
    read_only(fmt::format("Info.Timeout.{}", command), std::to_string(value), "Seconds to reply");
  }
}

std::vector<const NdiParameters::Parameter*> NdiParameters::matching(
    std::string_view pattern) const {
  std::vector<const Parameter*> out;
  for (const Parameter& p : parameters_) {
    if (matches(pattern, p.name)) out.push_back(&p);
  }
  return out;
}

std::string NdiParameters::get(std::string_view pattern) const {
  std::string out;
  for (const Parameter* p : matching(pattern)) {
    if (!out.empty()) out += '\n';
    out += fmt::format("{}={}", p->name, p->value);
  }
  return out.empty() ? ndi_error(0x34) : out;
}

std::string NdiParameters::get_info(std::string_view pattern) const {
  std::string out;
  for (const Parameter* p : matching(pattern)) {
    if (!out.empty()) out += '\n';
    out += fmt::format("{}={};{};{};{:g};{:g};;{}", p->name, p->value, p->max > 0 ? 1 : 3,
                       p->writable ? 3 : 1, p->min, p->max, p->meaning);
  }
  return out.empty() ? ndi_error(0x34) : out;
}

std::string NdiParameters::set(std::string_view assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string_view::npos) return ndi_error(0x07);
  for (Parameter& p : parameters_) {
    if (p.name != assignment.substr(0, equals)) continue;
    if (!p.writable) return ndi_error(0x39);
    const std::string value(assignment.substr(equals + 1));
    if (p.max > 0) {
      char* end = nullptr;
      const double number = std::strtod(value.c_str(), &end);
      if (value.empty() || *end != '\0') return ndi_error(0x35);
      if (!(number >= p.min && number <= p.max)) return ndi_error(0x36);
    }
    p.value = value;
    return "OKAY";
  }
  return ndi_error(0x34);
}

double NdiParameters::number(std::string_view name) const {
  for (const Parameter& p : parameters_) {
    if (p.name == name) return std::strtod(p.value.c_str(), nullptr);
  }
  return 0;
}

std::string NdiParameters::version(std::string_view params) const {
  const auto option = params.empty() ? std::optional<unsigned>(4) : hex_at_front(params, 1);
  if (!option || params.size() > 1 || *option > 8) return ndi_error(0x23);
  if (*option == 5) return "003";
  return fmt::format(
      "{} Control Firmware\nNDI S/N: {}\nCharacterization Date: 01/01/26\nFreeze Tag: {}\n"
      "Freeze Date: 01/01/26\nSimulated by trocar\n",
      device_.model, device_.serial, device_.firmware);
}

}  // namespace trocar
