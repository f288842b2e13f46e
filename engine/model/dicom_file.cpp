#include "engine/model/dicom_file.hpp"

#include <algorithm>
#include <cstdint>

namespace trocar {

namespace {

std::string little_endian(std::size_t number, std::size_t bytes) {
  std::string out;
  for (std::size_t k = 0; k < bytes; ++k) out += static_cast<char>(number >> (8 * k) & 0xFFU);
  return out;
}

// Of group 2, explicit VR little endian, as all file meta information.
std::string element(std::size_t number, std::string_view vr, std::string value) {
  if (value.size() % 2 != 0) value += '\0';
  const bool wide = vr == "OB";
  return little_endian(2, 2) + little_endian(number, 2) + std::string(vr) +
         (wide ? std::string(2, '\0') : "") + little_endian(value.size(), wide ? 4 : 2) + value;
}

constexpr std::string_view implementation = "2.25.302019541147936810446135207341269501423";

}  // namespace

std::string dicom_file_head(std::string_view sop_class, std::string_view instance,
                            std::string_view transfer_syntax) {
  const std::string meta = element(0x01, "OB", std::string("\0\1", 2)) +
                           element(0x02, "UI", std::string(sop_class)) +
                           element(0x03, "UI", std::string(instance)) +
                           element(0x10, "UI", std::string(transfer_syntax)) +
                           element(0x12, "UI", std::string(implementation));
  return std::string(128, '\0') + "DICM" + element(0x00, "UL", little_endian(meta.size(), 4)) +
         meta;
}

bool is_uid(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || c == '.';
  });
}

}  // namespace trocar
