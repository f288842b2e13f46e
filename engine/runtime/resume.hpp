#pragma once
#include <filesystem>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/data/event.hpp"
#include "engine/runtime/session_setup.hpp"

namespace trocar {

// H9: the registrations that stood at the end of a session, in the order they were accepted, those
// of a scan with `more` as the navigator wants them; empty when there were none. Only of a session
// of the same set-up (`mine`; version and start aside) that was recorded to its end, that nothing
// but the end of the program cut off, and that this build replays to every recorded byte. Otherwise
// Code::inconsistent, with the reason.
Result<std::vector<Registration>> registrations_to_resume(const std::filesystem::path& session,
                                                          const SessionSetup& mine);

}  // namespace trocar
