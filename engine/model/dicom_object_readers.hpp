#pragma once
#include <string>
#include <vector>

#include "engine/model/dicom_object.hpp"

class DcmItem;

// The two kinds of objects, once DCMTK has parsed the file; and what both readers need of an item.
namespace trocar::dicom_object {

Result<DicomObject> read_structure_set(DcmItem& data, const ObjectItem& item);
Result<DicomObject> read_segmentation(DcmItem& data, const ObjectItem& item);

// One of these is meant. `what`: "ROI", "segment".
struct Listed {
  int number;
  std::string name;
};
Result<std::size_t> choose(const std::vector<Listed>& listed, const ObjectItem& item,
                           const char* what);

// Numbers of a backslash-separated text; nothing but finite decimal numbers. `what` for messages.
Result<std::vector<double>> numbers_in(std::string_view text, const char* what);

}  // namespace trocar::dicom_object
