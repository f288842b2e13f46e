#include "drivers/dicom_refusal.hpp"

namespace trocar {

std::string_view to_string(DicomRefusal why) {
  switch (why) {
    case DicomRefusal::address_not_allowed:
      return "address_not_allowed";
    case DicomRefusal::too_many_associations:
      return "too_many_associations";
    case DicomRefusal::not_dicom:
      return "not_dicom";
    case DicomRefusal::request_too_slow:
      return "request_too_slow";
    case DicomRefusal::called_ae_title:
      return "called_ae_title";
    case DicomRefusal::calling_ae_title:
      return "calling_ae_title";
    case DicomRefusal::no_common_ground:
      return "no_common_ground";
    case DicomRefusal::idle:
      return "idle";
    case DicomRefusal::association_too_long:
      return "association_too_long";
    case DicomRefusal::aborted:
      return "aborted";
    case DicomRefusal::protocol_violated:
      return "protocol_violated";
    case DicomRefusal::object_refused:
      return "object_refused";
  }
  return "unknown";
}

}  // namespace trocar
