#include "drivers/dicom_network.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdict.h>
#include <dcmtk/dcmnet/assoc.h>

#include <algorithm>
#include <mutex>
#include <string>

namespace trocar {

int whole_seconds(Duration d) {
  return static_cast<int>(
      std::max<std::int64_t>(1, std::chrono::duration_cast<std::chrono::seconds>(d).count()));
}

struct DicomNetwork::Library {
  T_ASC_Network* network = nullptr;
  // DCMTK takes a connected socket by a global variable, so one association at a time is handed
  // over: its request is there already, which makes that quick. Many threads write: no Ring.
  std::mutex hand_over;
};

DicomNetwork::DicomNetwork(std::unique_ptr<Library> library) : library_(std::move(library)) {}

DicomNetwork::~DicomNetwork() { ASC_dropNetwork(&library_->network); }

Result<std::unique_ptr<DicomNetwork>> DicomNetwork::open(int listening) {
  OFLog::configure(OFLogger::OFF_LOG_LEVEL);  // what matters comes back as a reason
  dcmDisableGethostbyaddr.set(OFTrue);        // no question to a name server on the way in
  dcmDataDict.rdlock();                       // read now (0.3 s), not during the first association
  dcmDataDict.rdunlock();
  auto library = std::make_unique<Library>();
  dcmExternalSocketHandle.set(listening);
  // Seconds that an aborted sender is waited for to close its end, too.
  constexpr int patience = 1;
  const OFCondition made = ASC_initializeNetwork(NET_ACCEPTOR, 0, patience, &library->network);
  if (made.bad()) return Error{Code::io, std::string("DCMTK: ") + made.text()};
  return std::unique_ptr<DicomNetwork>(new DicomNetwork(std::move(library)));
}

bool DicomNetwork::receive(int socket, std::uint32_t max_pdu_bytes, Duration within,
                           T_ASC_Association*& came) {
  const std::lock_guard lock(library_->hand_over);
  dcmExternalSocketHandle.set(socket);
  return ASC_receiveAssociation(library_->network, &came, max_pdu_bytes, nullptr, nullptr, OFFalse,
                                DUL_NOBLOCK, whole_seconds(within))
      .good();
}

}  // namespace trocar
