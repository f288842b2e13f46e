#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/ct_gate.hpp"
#include "engine/model/dicom_elements.hpp"

// What the elements of a DICOM object mean. No toolkit: this looks at bytes from outside before any
// toolkit does.
namespace trocar {

namespace dicom_class {
inline constexpr std::string_view ct_image = "1.2.840.10008.5.1.4.1.1.2";
inline constexpr std::string_view enhanced_ct_image = "1.2.840.10008.5.1.4.1.1.2.1";
inline constexpr std::string_view spatial_registration = "1.2.840.10008.5.1.4.1.1.66.1";
}  // namespace dicom_class

namespace dicom_tag {
inline constexpr std::uint32_t sop_class = 0x00080016, instance_uid = 0x00080018;
}

// The text of an attribute without the padding DICOM adds; empty when absent.
std::string dicom_text(const DicomElements& set, std::uint32_t tag);

// Decimal strings "a\b\c"; nothing unless there are exactly `count` finite numbers.
std::optional<std::vector<double>> dicom_numbers(const std::string& text, std::size_t count);

// Whose an object is, and which one of how many. A number that is absent or no number is nothing.
struct ObjectIdentity {
  std::string sop_class, instance_uid;
  std::string patient_id, study_uid, series_uid;
  std::optional<int> instance_number;        // 0020,0013
  std::optional<int> images_in_acquisition;  // 0020,1002
};
ObjectIdentity identify_object(const DicomElements& set);

// A CT image as the gate wants it; `file` is for messages. Errors: malformed (no position, slope 0,
// fewer pixels than stated), unsupported (several frames).
Result<SliceDescription> describe_slice(const DicomElements& set, const std::string& file);

}  // namespace trocar
