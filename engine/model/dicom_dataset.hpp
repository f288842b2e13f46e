#pragma once
#include <string_view>

#include "engine/base/result.hpp"

class DcmDataset;

namespace trocar {

// An object's bytes into DCMTK's tree, once walk_dicom has checked every length. What stands before
// the data is ours to read: DCMTK sees the data alone and is told how they are written, so that
// both walk the same bytes the same way. Errors: as walk_dicom, unsupported (compressed pixels).
Status parse_dataset(std::string_view bytes, DcmDataset& into);

}  // namespace trocar
