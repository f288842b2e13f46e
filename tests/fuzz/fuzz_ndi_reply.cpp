#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>

#include "drivers/ndi_inspect.hpp"
#include "drivers/ndi_reply.hpp"
#include "drivers/ndi_rom.hpp"
#include "drivers/ndi_tracking.hpp"

// First two bytes: options. The rest goes to every parser; a pose that comes out must be one.
namespace {

void require_poses(const trocar::NdiTracking& tracking) {
  for (const trocar::NdiBody& body : tracking.bodies) {
    if (body.state == trocar::NdiState::valid && !trocar::is_plausible(body.pose)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto tracking = std::make_unique<trocar::NdiTracking>();
  if (size < 2) return 0;
  const unsigned options = data[0] * 256U + data[1];
  const auto bytes = std::as_bytes(std::span(data, size)).subspan(2);
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (trocar::parse_tx(text, options, *tracking)) require_poses(*tracking);
  if (trocar::parse_bx(bytes, options, *tracking)) require_poses(*tracking);
  if (trocar::parse_bx2(bytes, *tracking)) require_poses(*tracking);
  (void)trocar::classify_ndi_answer(text);
  (void)trocar::parse_phsr(text);
  (void)trocar::parse_phrq(text);
  (void)trocar::parse_phinf(text, (options & 1U) != 0);
  (void)trocar::parse_get(text);
  (void)trocar::parse_ver(text);
  (void)trocar::parse_apirev(text);
  (void)trocar::parse_ndi_rom(bytes);
  (void)trocar::inspect_ndi(text, "f", [](const trocar::NdiInspectLine&) {});
  return 0;
}
