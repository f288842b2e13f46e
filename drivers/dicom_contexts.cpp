#include "drivers/dicom_contexts.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmnet/assoc.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace trocar {

namespace {

constexpr std::array taken_classes{UID_VerificationSOPClass, UID_CTImageStorage,
                                   UID_SpatialRegistrationStorage};
// Lossless, and what GDCM decodes.
constexpr std::array taken_syntaxes{
    UID_LittleEndianExplicitTransferSyntax, UID_LittleEndianImplicitTransferSyntax,
    UID_JPEGLSLosslessTransferSyntax,       UID_JPEG2000LosslessOnlyTransferSyntax,
    UID_JPEGProcess14SV1TransferSyntax,     UID_JPEGProcess14TransferSyntax,
    UID_RLELosslessTransferSyntax};

bool is_taken(std::string_view kind) {
  return std::find(taken_classes.begin(), taken_classes.end(), kind) != taken_classes.end();
}

// The sender's first that we take, too: it knows which costs it no conversion, or which it can
// write at all.
const char* first_taken(const T_ASC_PresentationContext& offered) {
  for (int k = 0; k < offered.transferSyntaxCount; ++k) {
    const char* const syntax = offered.proposedTransferSyntaxes[k];
    for (const char* const known : taken_syntaxes) {
      if (std::string_view(known) == syntax) return known;
    }
  }
  return nullptr;
}

}  // namespace

void accept_contexts(T_ASC_Association& association) {
  for (int k = 0; k < ASC_countPresentationContexts(association.params); ++k) {
    T_ASC_PresentationContext offered{};
    if (ASC_getPresentationContext(association.params, k, &offered).bad()) continue;
    const auto id = offered.presentationContextID;
    const char* syntax = is_taken(offered.abstractSyntax) ? first_taken(offered) : nullptr;
    if (syntax != nullptr) {
      ASC_acceptPresentationContext(association.params, id, syntax);
    } else {
      ASC_refusePresentationContext(association.params, id, ASC_P_TRANSFERSYNTAXESNOTSUPPORTED);
    }
  }
}

std::string what_was_offered(const T_ASC_Association& association) {
  T_ASC_PresentationContext context{};
  if (ASC_countPresentationContexts(association.params) < 1 ||
      ASC_getPresentationContext(association.params, 0, &context).bad()) {
    return "nothing";
  }
  return dcmFindNameOfUID(context.abstractSyntax, "an unknown kind of object");
}

}  // namespace trocar
