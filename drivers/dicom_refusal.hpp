#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace trocar {

// Why a DICOM sender was not let in, was sent away, or had an object refused. The words are what
// counters and the log say.
enum class DicomRefusal : std::uint8_t {
  address_not_allowed,
  too_many_associations,
  not_dicom,  // its first bytes are no association request
  request_too_slow,
  called_ae_title,   // it wants another application
  calling_ae_title,  // no peer of this title and address
  no_common_ground,  // none of its kinds of object is taken here
  idle,
  association_too_long,
  aborted,            // it broke off without release
  protocol_violated,  // what came was no DICOM message, or none that is served
  object_refused,     // damaged, too large, or too many: the sender was told
};
inline constexpr std::size_t dicom_refusal_count = 12;
std::string_view to_string(DicomRefusal why);

}  // namespace trocar
