#pragma once
#include "drivers/dicom_refusal.hpp"
#include "engine/base/time.hpp"

#include <optional>

namespace trocar {

// Waits until a whole A-ASSOCIATE-RQ (DICOM PS3.8 sect. 9.3.2) waits in the socket, and takes none
// of it. Gives why not: not_dicom, request_too_slow, aborted. So a sender that drips, or is no
// DICOM at all, costs one thread for a while and reaches no parser.
std::optional<DicomRefusal> await_association_request(int socket, Duration within);

}  // namespace trocar
