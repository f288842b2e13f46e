#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"

// The replies that build a session: plain answers, lists of handles, tool information, parameters.
// Input is the text of an ASCII reply without its CRC.
namespace trocar {

struct NdiAnswer {
  enum class Kind : std::uint8_t { okay, warning, error, other };
  Kind kind = Kind::other;
  unsigned code = 0;  // of a warning or error; 0 for the WARNING without code of old firmware
};
NdiAnswer classify_ndi_answer(std::string_view text);

// What the codes mean; "reserved or unknown code" for the others.
std::string_view ndi_error_text(unsigned code);
std::string_view ndi_warning_text(unsigned code);
std::string_view ndi_alert_text(unsigned type, unsigned code);

struct NdiPortHandle {
  std::uint16_t handle = 0;
  std::uint16_t status = 0;  // 001 occupied, 010 initialised, 020 enabled
};
Result<std::vector<NdiPortHandle>> parse_phsr(std::string_view text);

Result<std::uint16_t> parse_phrq(std::string_view text);

// PHINF with options 0001 and 0004 (basic information, part number), and 0020 (location) when
// `with_location`.
struct NdiToolInfo {
  bool occupied = false;
  unsigned main_type = 0;  // 01 reference, 02 pointer, 03 button box, 04 software-defined, ...
  std::string manufacturer;
  std::string revision;
  std::string serial;  // 8 hex digits
  unsigned port_status = 0;
  std::string part_number;
  std::string location;
};
Result<NdiToolInfo> parse_phinf(std::string_view text, bool with_location);

// GET: "Name=Value" lines.
Result<std::map<std::string, std::string>> parse_get(std::string_view text);

// VER: lines; the ones a person asks for are picked out, empty when absent.
struct NdiVersion {
  std::string type;
  std::string serial;
  std::string freeze_tag;
};
Result<NdiVersion> parse_ver(std::string_view text);

// APIREV: "G.003.005" -> 3, 5.
struct NdiApiRevision {
  char family = 'G';
  int major = 0;
  int minor = 0;
};
Result<NdiApiRevision> parse_apirev(std::string_view text);

}  // namespace trocar
