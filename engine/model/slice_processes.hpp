#pragma once
#include "engine/model/dicom_folder.hpp"

namespace trocar {

// Decodes the slices of a stack that has passed the gate, in so many processes of this one's kind,
// into `into`, which becomes as long as the volume: int16, x fastest. Processes, because GDCM keeps
// state of its own. The caller must have one thread only. Errors: io, out_of_range (beyond the
// process's limit of a file), malformed (a slice).
Status decode_in_processes(const DicomStack& stack, int into, int processes);

}  // namespace trocar
