#pragma once
#include <filesystem>
#include <functional>

#include "engine/base/result.hpp"
#include "tools/qa/report.hpp"

namespace trocar::qa {

// Told the bytes read and the bytes of the file, chunk after chunk. False: read no further.
using ReadProgress = std::function<bool(std::uint64_t, std::uint64_t)>;

// One pass over a session. Errors: no session, no set-up, a message that cannot be read; that it
// was to read no further.
Result<Report> read_report(const std::filesystem::path& session, const ReadProgress& progress);

}  // namespace trocar::qa
