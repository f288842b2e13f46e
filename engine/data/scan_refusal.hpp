#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace trocar {

// Why a scan is not used that nothing is wrong with by the input gate (InputIssue has its words).
// The word is what displays, log and session say; docs/intraop-ct.md lists all, and a test that it
// does.
enum class ScanRefusal : std::uint8_t {
  not_decoded,          // damaged pixels, or more memory or time than they may need
  another_patient,      // than the plan's (H7)
  no_patient,           // is named (H7)
  reference_not_found,  // in the field, nor stated by the scanner
  level_not_known,      // nobody has said which vertebra is which (H22)
  not_registered,       // the plan and its label map do not fit: no scan can be
  no_vertebra_accepted,
  reference_moved,  // before it came (H4)
};
inline constexpr std::size_t scan_refusal_count = 8;
std::string_view to_string(ScanRefusal why);

// "another_patient: the scan is of ...": a reason as reason_word takes it apart.
std::string reason_of(ScanRefusal why, std::string_view detail);

}  // namespace trocar
