#include "drivers/simulators/ndi_ports.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace trocar {
namespace {

constexpr std::size_t chunk_bytes = 64;
constexpr std::size_t max_ports = 20;
constexpr unsigned status_port_occupied = 0x0040;
constexpr unsigned status_port_unoccupied = 0x0080;

bool same_geometry(const NdiRom& a, const NdiRom& b) {
  if (a.markers.size() != b.markers.size()) return false;
  for (std::size_t i = 0; i < a.markers.size(); ++i) {
    if (distance_mm(a.markers[i], b.markers[i]) > 0.01) return false;
  }
  return true;
}

std::string padded(std::string_view text, std::size_t size) {
  std::string out(text.substr(0, size));
  out.resize(size, ' ');
  return out;
}

}  // namespace

std::string ndi_error(unsigned code) { return fmt::format("ERROR{:02X}", code); }

std::optional<unsigned> hex_at_front(std::string_view text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  unsigned value = 0;
  for (const char c : text.substr(0, digits)) {
    const bool digit = c >= '0' && c <= '9';
    const char upper = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    if (!digit && (upper < 'A' || upper > 'F')) return std::nullopt;
    value = value * 16 + static_cast<unsigned>(digit ? c - '0' : upper - 'A' + 10);
  }
  return value;
}

unsigned port_status(const NdiPort& port) {
  return (port.occupied ? 0x01U : 0U) | (port.initialised ? 0x10U : 0U) |
         (port.enabled ? 0x20U : 0U);
}

NdiPorts::NdiPorts(const NdiScenario& scenario) : scenario_(&scenario) {
  reset();
  for (int i = 0; i < scenario.device.stale_handles; ++i) {
    NdiPort& stale = add(ToolKind::passive, 0);
    stale.occupied = false;
    stale.to_free = true;
  }
}

void NdiPorts::reset() {
  ports_.clear();
  changes_ = 0;
  for (std::size_t i = 0; i < scenario_->tools.size(); ++i) {
    if (scenario_->tools[i].kind == ToolKind::wired) add_wired(i);
  }
}

void NdiPorts::initialize() {
  changes_ = 0;
  for (NdiPort& port : ports_) {
    port.initialised = port.enabled = port.was_enabled = false;
    if (port.kind != ToolKind::wired) port.to_free = true;
  }
}

NdiPort& NdiPorts::add(ToolKind kind, int wanted_handle) {
  const auto taken = [this](int h) {
    return std::any_of(ports_.begin(), ports_.end(),
                       [h](const NdiPort& p) { return p.handle == h; });
  };
  int handle = wanted_handle;
  if (handle == 0 || taken(handle)) {
    handle = 1;
    while (taken(handle)) ++handle;
  }
  NdiPort port;
  port.handle = static_cast<std::uint8_t>(handle);
  port.kind = kind;
  ports_.push_back(port);
  return ports_.back();
}

void NdiPorts::add_wired(std::size_t tool) {
  NdiPort& port = add(ToolKind::wired, scenario_->tools[tool].handle);
  const auto& image = scenario_->tools[tool].rom_image;
  std::copy_n(image.begin(), std::min(image.size(), port.memory.size()), port.memory.begin());
  port.written = image.size();
  port.tool = tool;
  port.location = fmt::format("{:02X}", port.handle);
}

std::optional<std::size_t> NdiPorts::match(const NdiRom& rom) const {
  for (std::size_t i = 0; i < scenario_->tools.size(); ++i) {
    if (same_geometry(scenario_->tools[i].rom, rom)) return i;
  }
  return std::nullopt;
}

const NdiPort* NdiPorts::find(std::string_view params) const {
  const auto handle = hex_at_front(params, 2);
  const auto found = std::find_if(ports_.begin(), ports_.end(),
                                  [&](const NdiPort& p) { return handle && p.handle == *handle; });
  return found == ports_.end() ? nullptr : &*found;
}

NdiPort* NdiPorts::find(std::string_view params) {
  return const_cast<NdiPort*>(std::as_const(*this).find(params));
}

std::string NdiPorts::request(std::string_view params) {
  if (params.size() != 14) return ndi_error(params.size() < 14 ? 0x03 : 0x02);
  if (ports_.size() >= max_ports) return ndi_error(0x2D);
  const char type = params[9];
  if (type != '1' && type != '*') return ndi_error(0x2F);
  NdiPort& port = add(ToolKind::passive, 0);
  port.location = fmt::format("{:02X}", 9 + port.handle);  // passive ports are 0A, 0B, ...
  return fmt::format("{:02X}", port.handle);
}

std::string NdiPorts::free(std::string_view params) {
  const NdiPort* port = find(params);
  if (port == nullptr) return ndi_error(0x08);
  ports_.erase(ports_.begin() + (port - ports_.data()));
  return "OKAY";
}

std::string NdiPorts::write(std::string_view params) {
  if (params.size() != 6 + 2 * chunk_bytes) {
    return ndi_error(params.size() < 6 + 2 * chunk_bytes ? 0x03 : 0x02);
  }
  NdiPort* port = find(params);
  if (port == nullptr) return ndi_error(0x08);
  const auto address = hex_at_front(params.substr(2), 4);
  if (!address || *address % chunk_bytes != 0 || *address + chunk_bytes > ndi_port_memory) {
    return ndi_error(0x23);
  }
  for (std::size_t i = 0; i < chunk_bytes; ++i) {
    const auto byte = hex_at_front(params.substr(6 + 2 * i), 2);
    if (!byte) return ndi_error(0x23);
    port->memory[*address + i] = static_cast<std::byte>(*byte);
  }
  port->written = std::max<std::size_t>(port->written, *address + chunk_bytes);
  return "OKAY";
}

std::string NdiPorts::init(std::string_view params) {
  NdiPort* port = find(params);
  if (port == nullptr) return ndi_error(0x08);
  if (!port->occupied) return ndi_error(0x0D);
  if (port->written == 0) return ndi_error(0x13);
  const std::span<const std::byte> image(port->memory.data(), ndi_rom_bytes);
  auto rom = parse_ndi_rom(image);
  if (!rom) return ndi_error(port->kind == ToolKind::wired ? 0x13 : 0x40);
  port->rom = std::move(rom).value();
  const auto tool = match(*port->rom);
  if (port->kind != ToolKind::wired) port->tool = tool;
  if (port->tool && port->kind == ToolKind::passive) {
    port->kind = scenario_->tools[*port->tool].kind;
  }
  port->initialised = true;
  return scenario_->device.plain_warning ? "WARNING" : "OKAY";
}

std::string NdiPorts::enable(std::string_view params) {
  if (params.size() != 3) return ndi_error(params.size() < 3 ? 0x03 : 0x02);
  NdiPort* port = find(params);
  if (port == nullptr) return ndi_error(0x08);
  if (std::string_view("SDB").find(params[2]) == std::string_view::npos) return ndi_error(0x09);
  if (!port->initialised) return ndi_error(0x0E);
  port->enabled = port->was_enabled = true;
  return "OKAY";
}

std::string NdiPorts::disable(std::string_view params) {
  NdiPort* port = find(params);
  if (port == nullptr) return ndi_error(0x08);
  if (!port->enabled) return ndi_error(0x0F);
  port->enabled = port->was_enabled = false;
  return "OKAY";
}

std::string NdiPorts::search(std::string_view params) {
  const auto option = params.empty() ? std::optional<unsigned>(0) : hex_at_front(params, 2);
  if (!option || *option > 4) return ndi_error(0x23);
  const auto asked = [&](const NdiPort& p) {
    switch (*option) {
      case 1:
        return p.to_free;
      case 2:
        return p.occupied && !p.initialised && !p.to_free;
      case 3:
        return p.initialised && !p.enabled && !p.to_free;
      case 4:
        return p.enabled;
      default:
        return true;
    }
  };
  std::string out;
  unsigned count = 0;
  for (const NdiPort& port : ports_) {
    if (!asked(port)) continue;
    ++count;
    out += fmt::format("{:02X}{:03X}", port.handle, port_status(port));
  }
  changes_ = 0;
  return fmt::format("{:02X}", count) + out;
}

std::string NdiPorts::information(std::string_view params) const {
  const NdiPort* port = find(params);
  if (port == nullptr) return ndi_error(0x08);
  const auto options = params.size() > 2 ? hex_at_front(params.substr(2), 4) : 1U;
  if (!options) return ndi_error(0x23);
  if (!port->occupied) return "UNOCCUPIED";
  NdiRom rom = port->rom.value_or(NdiRom{});
  if (!port->initialised) {
    rom = NdiRom{};  // a device says zeros and blanks before PINIT
    rom.main_type = 0;
  }
  const int buttons = port->tool ? scenario_->tools[*port->tool].buttons : 0;
  std::string out;
  if ((*options & 0x01U) != 0) {
    out += fmt::format("{:02X}{}000{:02X}{}{:03}{:08X}{:02X}", rom.main_type, buttons, rom.sub_type,
                       padded(rom.manufacturer, 12), 0, rom.serial, port_status(*port));
  }
  if ((*options & 0x02U) != 0) out += "00000000";
  if ((*options & 0x04U) != 0) out += padded(rom.part_number, 20);
  if ((*options & 0x08U) != 0) out += port->initialised ? "01" : "00";
  if ((*options & 0x10U) != 0) out += "00";
  if ((*options & 0x20U) != 0) {
    out += fmt::format("{}0{}{}00", padded(scenario_->device.serial, 8),
                       port->kind == ToolKind::wired ? 0 : 1, port->location);
  }
  if ((*options & 0x40U) != 0) out += "00";
  return out;
}

void NdiPorts::unplug(std::size_t tool) {
  for (NdiPort& port : ports_) {
    if (port.tool != tool || !port.occupied) continue;
    port.occupied = port.initialised = port.enabled = false;
    port.to_free = true;
    changes_ |= status_port_unoccupied;
  }
}

void NdiPorts::plug(std::size_t tool) {
  changes_ |= status_port_occupied;
  if (scenario_->tools[tool].kind == ToolKind::wired) {
    add_wired(tool);
    return;
  }
  for (NdiPort& port : ports_) {
    if (port.tool == tool) port.occupied = true;
  }
}

}  // namespace trocar
