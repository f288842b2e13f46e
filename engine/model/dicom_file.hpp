#pragma once
#include <string>
#include <string_view>

namespace trocar {

// What stands before the data set in a DICOM file: preamble, mark and file meta information
// (PS3.10 sect. 7.1). The UIDs must be uids.
std::string dicom_file_head(std::string_view sop_class, std::string_view instance,
                            std::string_view transfer_syntax);

// Whether a text from outside is a UID: 1 to 64 digits and dots (PS3.5 sect. 9).
bool is_uid(std::string_view text);

}  // namespace trocar
