#pragma once
#include <functional>
#include <optional>
#include <string>

#include "drivers/dicom_network.hpp"
#include "drivers/dicom_port_config.hpp"
#include "drivers/dicom_refusal.hpp"
#include "drivers/dicom_sink.hpp"

namespace trocar {

// How an association ended. Nothing refused: it was released.
struct AssociationEnd {
  std::optional<DicomRefusal> refused;
  std::string detail;
  std::size_t objects = 0;  // stored
};

// Called for each object that is refused while the association goes on.
using ObjectRefused = std::function<void(const std::string& detail)>;

// Serves one sender on a connected socket, which it closes, to the end: C-ECHO and C-STORE of CT
// images and spatial registrations, in lossless transfer syntaxes. Blocks; no call into DCMTK
// happens before a whole association request has come. Who wants it to end shuts the socket down.
AssociationEnd serve_association(DicomNetwork& network, int socket, const IpAddress& peer,
                                 const DicomPortConfig& config, DicomSink& sink,
                                 const ObjectRefused& object_refused);

}  // namespace trocar
