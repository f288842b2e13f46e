#include "drivers/arriving_object.hpp"

#include <algorithm>

#include "engine/model/dicom_file.hpp"

namespace trocar {

namespace {

// Nothing where the mark of DICOM stands: a copy that stalled before its first byte, or of which
// only the place was made. What that will be nobody knows; it may be a slice.
bool is_unwritten(std::string_view file) {
  constexpr std::size_t preamble_and_mark = 132;
  return std::ranges::all_of(file.substr(0, preamble_and_mark), [](char c) { return c == 0; });
}

}  // namespace

Result<ObjectIdentity> identify_arrival(std::string_view file) {
  if (is_unwritten(file)) {
    return Error{Code::malformed, "expected a DICOM file, found one that is not written yet"};
  }
  if (!is_dicom(file)) return Error{Code::unsupported, "expected a DICOM file, found another"};
  const auto elements = walk_dicom(file);
  if (!elements) return Error{Code::malformed, elements.error().detail};
  ObjectIdentity id = identify_object(elements.value());
  if (id.sop_class == dicom_class::spatial_registration) return id;
  if (id.sop_class == dicom_class::enhanced_ct_image) {
    return Error{Code::unsupported,
                 "expected a CT with one slice per object, found an enhanced CT"};
  }
  if (id.sop_class != dicom_class::ct_image) {
    return Error{Code::unsupported,
                 "expected a CT image or a spatial registration, found another "
                 "kind of object"};
  }
  if (!is_uid(id.series_uid) || !is_uid(id.instance_uid)) {
    return Error{Code::malformed, "expected the UIDs of a series and an object"};
  }
  const auto slice = describe_slice(elements.value(), "the object");
  if (!slice) return Error{Code::malformed, slice.error().detail};
  return id;
}

}  // namespace trocar
