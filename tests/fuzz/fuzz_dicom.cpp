#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/model/dicom_elements.hpp"

// A DICOM file from its first element, with and without the preamble before it.
namespace {

void walk(std::string_view bytes) {
  const auto elements = trocar::walk_dicom(bytes);
  if (!elements) return;
  if (elements.value().pixel_bytes > bytes.size()) std::abort();
  for (const auto& [tag, value] : elements.value().values) {
    if (value.size() > bytes.size()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  walk(bytes);
  walk(std::string(128, '\0') + "DICM" + bytes);
  return 0;
}
