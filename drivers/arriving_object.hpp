#pragma once
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/model/dicom_slice.hpp"

namespace trocar {

// What a file of DICOM that came in is part of. It is walked to its end, so that its sender can be
// told. Errors: unsupported (of no kind that is wanted: it is missing in no series), malformed (it
// may have been a slice).
Result<ObjectIdentity> identify_arrival(std::string_view file);

}  // namespace trocar
