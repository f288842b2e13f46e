#include "drivers/dicom_association.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmnet/assoc.h>
#include <dcmtk/dcmnet/dimse.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "drivers/dicom_contexts.hpp"
#include "drivers/dicom_request.hpp"
#include "engine/model/dicom_file.hpp"

namespace trocar {

namespace {

// DCMTK counts on blocking sockets. Without TCP_NODELAY each answer waits for the sender's delayed
// acknowledgement: 9.2 s for 200 slices instead of 0.4 s.
void prepare(int socket) {
  ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) & ~O_NONBLOCK);
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// A sender without TCP_NODELAY writes the head of a message and holds back the rest until the head
// is acknowledged, which the kernel would put off by 40 ms. Not lasting: our own answers undo it,
// so it is said again before each wait.
void acknowledge_at_once(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

// One association from its request to its end. plain: the thread that serves it.
class Association {
 public:
  Association(const DicomPortConfig& config, DicomSink& sink, const ObjectRefused& object_refused)
      : config_(config), sink_(sink), object_refused_(object_refused) {}
  Association(const Association&) = delete;
  Association& operator=(const Association&) = delete;
  ~Association() {
    if (assoc_ == nullptr) return;
    ASC_dropSCPAssociation(assoc_, 1);
    ASC_destroyAssociation(&assoc_);
  }

  AssociationEnd serve(DicomNetwork& network, int socket, const IpAddress& peer) {
    socket_ = socket;
    if (!network.receive(socket, config_.max_pdu_bytes, config_.request, assoc_)) {
      return end(DicomRefusal::not_dicom, "");
    }
    if (auto refused = negotiate(peer)) return *refused;
    const DicomSink::Delivery delivery =
        sink_.begin(fmt::format("{} at {}", calling_, peer.text()));
    AssociationEnd ended = messages(delivery);
    sink_.end(delivery, !ended.refused);
    return ended;
  }

 private:
  [[nodiscard]] AssociationEnd end(DicomRefusal why, std::string detail) const {
    return {why, std::move(detail), stored_};
  }

  std::optional<AssociationEnd> negotiate(const IpAddress& peer) {
    std::array<char, 20> calling{}, called{}, responding{};
    ASC_getAPTitles(assoc_->params, calling.data(), calling.size(), called.data(), called.size(),
                    responding.data(), responding.size());
    calling_ = printable(calling.data());
    if (std::string(called.data()) != config_.ae_title) {
      reject(ASC_REASON_SU_CALLEDAETITLENOTRECOGNIZED);
      return end(DicomRefusal::called_ae_title, fmt::format("{} at {} called \"{}\"", calling_,
                                                            peer.text(), printable(called.data())));
    }
    if (!admits(config_.peers, calling.data(), peer)) {
      reject(ASC_REASON_SU_CALLINGAETITLENOTRECOGNIZED);
      return end(DicomRefusal::calling_ae_title,
                 fmt::format("\"{}\" at {} is no peer", calling_, peer.text()));
    }
    accept_contexts(*assoc_);
    if (ASC_acknowledgeAssociation(assoc_).bad()) return end(DicomRefusal::aborted, calling_);
    if (ASC_countAcceptedPresentationContexts(assoc_->params) == 0) {
      const std::string offered = what_was_offered(*assoc_);
      wait_for_release();
      return end(DicomRefusal::no_common_ground,
                 fmt::format("expected CT images or spatial registrations in a lossless transfer "
                             "syntax, {} at {} offered {}",
                             calling_, peer.text(), offered));
    }
    return std::nullopt;
  }

  void reject(T_ASC_RejectParametersReason reason) {
    const T_ASC_RejectParameters why{ASC_RESULT_REJECTEDPERMANENT, ASC_SOURCE_SERVICEUSER, reason};
    ASC_rejectAssociation(assoc_, &why);
  }

  // A sender of whose kinds none is taken has nothing to say but that it goes.
  void wait_for_release() {
    T_DIMSE_Message message{};
    T_ASC_PresentationContextID context = 0;
    const OFCondition came =
        DIMSE_receiveCommand(assoc_, DIMSE_NONBLOCKING, 1, &context, &message, nullptr);
    if (came == DUL_PEERREQUESTEDRELEASE) ASC_acknowledgeRelease(assoc_);
  }

  AssociationEnd messages(DicomSink::Delivery delivery) {
    for (;;) {
      T_DIMSE_Message message{};
      T_ASC_PresentationContextID context = 0;
      acknowledge_at_once(socket_);
      const OFCondition came = DIMSE_receiveCommand(
          assoc_, DIMSE_NONBLOCKING, whole_seconds(config_.idle), &context, &message, nullptr);
      if (came == DUL_PEERREQUESTEDRELEASE) {
        ASC_acknowledgeRelease(assoc_);
        return {std::nullopt, calling_, stored_};
      }
      if (came.bad()) return broken(came);
      OFCondition answered = EC_Normal;
      if (message.CommandField == DIMSE_C_ECHO_RQ) {
        answered =
            DIMSE_sendEchoResponse(assoc_, context, &message.msg.CEchoRQ, STATUS_Success, nullptr);
      } else if (message.CommandField == DIMSE_C_STORE_RQ) {
        answered = store(message.msg.CStoreRQ, context, delivery);
      } else {
        return violated("expected C-STORE or C-ECHO");
      }
      if (answered.bad()) return broken(answered);
    }
  }

  AssociationEnd violated(const std::string& detail) {
    ASC_abortAssociation(assoc_);
    return end(DicomRefusal::protocol_violated, fmt::format("{}: {}", calling_, detail));
  }

  AssociationEnd broken(const OFCondition& why) {
    // DCMTK wraps the cause into a condition of its own, and says it in a line of the text.
    const std::string text = one_line(why.text());
    const bool closed = text.find(DUL_NETWORKCLOSED.theText) != std::string::npos;
    if (why == DUL_PEERABORTEDASSOCIATION || closed) return end(DicomRefusal::aborted, calling_);
    if (why == DIMSE_NODATAAVAILABLE || why == DUL_READTIMEOUT) {
      ASC_abortAssociation(assoc_);
      return end(DicomRefusal::idle, calling_);
    }
    return violated(text);
  }

  // Good: the sender has been answered, whatever became of its object.
  OFCondition store(const T_DIMSE_C_StoreRQ& request, T_ASC_PresentationContextID context,
                    DicomSink::Delivery delivery) {
    std::string file = head_of(request, context);
    const std::size_t head = file.size();
    const OFCondition came = data_set(context, file);
    if (came.bad()) return came;
    Status kept = Done{};
    if (head == 0) {
      kept = Error{Code::malformed, "expected UIDs of digits and dots"};
    } else if (too_large_) {
      kept = Error{Code::out_of_range,
                   fmt::format("expected an object of at most {} bytes", config_.max_object_bytes)};
    }
    if (kept) {
      kept = sink_.store(delivery, file);
    } else {
      sink_.lose(delivery);
    }
    if (kept) {
      ++stored_;
    } else {
      object_refused_(kept.error().detail);
    }
    T_DIMSE_C_StoreRSP response{};
    response.DimseStatus = status_of(kept);
    return DIMSE_sendStoreResponse(assoc_, context, &request, &response, nullptr);
  }

  // Empty when what names the object is not fit to be written into a file.
  std::string head_of(const T_DIMSE_C_StoreRQ& request, T_ASC_PresentationContextID context) {
    T_ASC_PresentationContext agreed{};
    if (ASC_findAcceptedPresentationContext(assoc_->params, context, &agreed).bad()) return {};
    if (!is_uid(request.AffectedSOPClassUID) || !is_uid(request.AffectedSOPInstanceUID)) return {};
    return dicom_file_head(request.AffectedSOPClassUID, request.AffectedSOPInstanceUID,
                           agreed.acceptedTransferSyntax);
  }

  // Appends the data set that follows a C-STORE request, byte by byte as it comes; what goes beyond
  // the limit is read and thrown away, so that the sender can be told.
  OFCondition data_set(T_ASC_PresentationContextID context, std::string& file) {
    too_large_ = false;
    for (;;) {
      DUL_PDV part{};
      if (const OFCondition came = next_part(part); came.bad()) return came;
      if (part.pdvType != DUL_DATASETPDV || part.presentationContextID != context) {
        return DIMSE_UNEXPECTEDPDVTYPE;
      }
      if (file.size() + part.fragmentLength > config_.max_object_bytes) too_large_ = true;
      if (!too_large_) file.append(static_cast<const char*>(part.data), part.fragmentLength);
      if (part.lastPDV) return EC_Normal;
    }
  }

  OFCondition next_part(DUL_PDV& part) {
    if (DUL_NextPDV(&assoc_->DULassociation, &part).good()) return EC_Normal;
    acknowledge_at_once(socket_);
    const OFCondition came =
        DUL_ReadPDVs(&assoc_->DULassociation, nullptr, DUL_NOBLOCK, whole_seconds(config_.idle));
    if (came != DUL_PDATAPDUARRIVED)
      return came.bad() ? came : OFCondition(DUL_PEERABORTEDASSOCIATION);
    return DUL_NextPDV(&assoc_->DULassociation, &part);
  }

  static DIC_US status_of(const Status& kept) {
    if (kept) return STATUS_STORE_Success;
    if (kept.error().code == Code::unsupported) return STATUS_STORE_Refused_SOPClassNotSupported;
    if (kept.error().code == Code::malformed) return STATUS_STORE_Error_CannotUnderstand;
    return STATUS_STORE_Refused_OutOfResources;
  }

  static std::string one_line(std::string text) {
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos;) {
      text.replace(at, 1, "; ");
    }
    return text;
  }

  static std::string printable(std::string text) {
    for (char& c : text) c = c >= ' ' && c < 127 ? c : '?';
    return text;
  }

  const DicomPortConfig& config_;
  DicomSink& sink_;
  const ObjectRefused& object_refused_;
  T_ASC_Association* assoc_ = nullptr;
  int socket_ = -1;  // DCMTK's, open as long as its association
  std::string calling_ = "a sender";
  std::size_t stored_ = 0;
  bool too_large_ = false;
};

}  // namespace

AssociationEnd serve_association(DicomNetwork& network, int socket, const IpAddress& peer,
                                 const DicomPortConfig& config, DicomSink& sink,
                                 const ObjectRefused& object_refused) {
  prepare(socket);
  if (const auto why = await_association_request(socket, config.request)) {
    ::close(socket);
    return {why, peer.text(), 0};
  }
  Association association(config, sink, object_refused);
  return association.serve(network, socket, peer);
}

}  // namespace trocar
