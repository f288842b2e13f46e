#pragma once
#include <filesystem>

#include "engine/base/result.hpp"
#include "engine/session/session_reader.hpp"

namespace trocar {

// Whether a session that was read to `end` is whole but for its end: the program was killed, or the
// power went, while it was written. False when it was closed, altered, or damaged: then what was
// recorded behind the fault is not known. Code::io.
Result<bool> is_torn_only(const std::filesystem::path& session, const SessionEnd& end);

// Whether the last bytes of a session that was ended stand anywhere in these.
bool holds_end(mcap::Bytes bytes);

}  // namespace trocar
