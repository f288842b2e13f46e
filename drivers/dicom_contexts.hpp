#pragma once
#include <string>

struct T_ASC_Association;  // DCMTK's

namespace trocar {

// Of the presentation contexts that an association's request offers, those that are taken here are
// accepted, the others refused: C-ECHO, CT images and spatial registrations, in lossless transfer
// syntaxes. The sender has not been answered yet.
void accept_contexts(T_ASC_Association& association);

// The first kind of object that was offered, for a message.
std::string what_was_offered(const T_ASC_Association& association);

}  // namespace trocar
