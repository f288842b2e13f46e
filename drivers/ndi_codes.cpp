#include <array>
#include <utility>

#include "drivers/ndi_reply.hpp"

namespace trocar {
namespace {

using Row = std::pair<unsigned, std::string_view>;

constexpr std::array errors{
    Row{0x01, "invalid command"},
    Row{0x02, "command too long"},
    Row{0x03, "command too short"},
    Row{0x04, "command arrived with a bad CRC"},
    Row{0x05, "command timed out in the device"},
    Row{0x06, "serial settings refused"},
    Row{0x07, "wrong number of parameters"},
    Row{0x08, "invalid port handle"},
    Row{0x09, "invalid tool priority"},
    Row{0x0A, "invalid LED"},
    Row{0x0B, "invalid LED state"},
    Row{0x0C, "not possible in the present mode"},
    Row{0x0D, "no tool at this port"},
    Row{0x0E, "port not initialised"},
    Row{0x0F, "port not enabled"},
    Row{0x10, "system not initialised"},
    Row{0x11, "cannot stop tracking"},
    Row{0x12, "cannot start tracking"},
    Row{0x13, "tool cannot be initialised: tool or its memory is faulty"},
    Row{0x14, "invalid sensor parameters"},
    Row{0x15, "system cannot be initialised"},
    Row{0x16, "cannot start diagnostic mode"},
    Row{0x17, "cannot stop diagnostic mode"},
    Row{0x19, "firmware version unreadable"},
    Row{0x1A, "internal error of the device"},
    Row{0x1C, "marker activation signature is missing"},
    Row{0x1E, "tool memory cannot be read"},
    Row{0x1F, "tool memory cannot be written"},
    Row{0x21, "current test failed"},
    Row{0x22, "marker wavelength not supported"},
    Row{0x23, "parameter out of range"},
    Row{0x24, "measurement volume not available"},
    Row{0x25, "feature list cannot be read"},
    Row{0x28, "too many tools enabled"},
    Row{0x2A, "device has no memory left"},
    Row{0x2B, "port handle was not given out"},
    Row{0x2C, "port handle is unoccupied"},
    Row{0x2D, "no port handles left"},
    Row{0x2E, "incompatible firmware versions"},
    Row{0x2F, "invalid port description"},
    Row{0x30, "port has a handle already"},
    Row{0x32, "invalid operation for this handle"},
    Row{0x33, "feature not available"},
    Row{0x34, "no such parameter"},
    Row{0x35, "value of the wrong type"},
    Row{0x36, "value out of range"},
    Row{0x37, "index out of range"},
    Row{0x38, "value of the wrong size"},
    Row{0x39, "permission denied: read-only, or this is a monitoring connection"},
    Row{0x3B, "file not found"},
    Row{0x3C, "file cannot be written"},
    Row{0x3D, "file cannot be read or removed"},
    Row{0x40, "tool definition file is faulty"},
    Row{0x41, "tool characteristics not supported"},
    Row{0x42, "device not present"},
    Row{0xF1, "too much infrared light in the room"},
    Row{0xF4, "device memory: erase failed"},
    Row{0xF5, "device memory: write failed"},
    Row{0xF6, "device memory: read failed"},
};

constexpr std::array warnings{
    Row{0x00, "warning without a code"},
    Row{0x01, "possible hardware fault"},
    Row{0x02, "tool violates the rules for unique geometry"},
    Row{0x03, "tool is incompatible with other loaded tools"},
    Row{0x04, "tool violates unique geometry and is incompatible with other tools"},
    Row{0x05, "tool states no marker wavelength, the default is used"},
};

constexpr std::array faults{
    Row{1, "fatal parameter fault"},     Row{2, "sensor parameter fault"},
    Row{3, "main voltage fault"},        Row{4, "sensor voltage fault"},
    Row{5, "illuminator voltage fault"}, Row{6, "illuminator current fault"},
    Row{7, "left sensor temperature"},   Row{8, "right sensor temperature"},
    Row{9, "main board temperature"},    Row{10, "sensor fault"},
};

constexpr std::array alerts{
    Row{1, "battery low"},
    Row{2, "bump detected: check the tracker's accuracy"},
    Row{3, "firmware incompatible"},
    Row{4, "non-fatal parameter fault"},
    Row{5, "device memory full"},
    Row{6, "laser battery low"},
    Row{7, "storage temperature was exceeded"},
    Row{8, "temperature high"},
    Row{9, "temperature low"},
    Row{10, "control unit disconnected"},
    Row{11, "power supply disconnected"},
    Row{12, "field generator disconnected"},
    Row{13, "hardware changed"},
    Row{14, "PTP clock synchronisation fault"},
    Row{15, "video camera fault"},
    Row{17, "device runs in safe mode"},
};

constexpr std::array events{
    Row{1, "tool connected"},           Row{2, "tool disconnected"},
    Row{3, "interface unit connected"}, Row{4, "interface unit disconnected"},
    Row{5, "hardware changed"},         Row{6, "PTP master changed"},
};

template <std::size_t N>
std::string_view find(const std::array<Row, N>& rows, unsigned code) {
  for (const Row& row : rows) {
    if (row.first == code) return row.second;
  }
  return "reserved or unknown code";
}

}  // namespace

std::string_view ndi_error_text(unsigned code) { return find(errors, code); }
std::string_view ndi_warning_text(unsigned code) { return find(warnings, code); }

std::string_view ndi_alert_text(unsigned type, unsigned code) {
  switch (type) {
    case 0:
      return find(faults, code);
    case 1:
      return find(alerts, code);
    case 2:
      return find(events, code);
    default:
      return "unknown kind of alert";
  }
}

}  // namespace trocar
