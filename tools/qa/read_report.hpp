#pragma once
#include <filesystem>
#include <functional>

#include "engine/base/result.hpp"
#include "tools/qa/report.hpp"

namespace trocar::qa {

// One pass over a session. `progress` is told the bytes read and the bytes of the file, now and
// then. Errors: no session, no set-up, a message that cannot be read.
Result<Report> read_report(const std::filesystem::path& session,
                           const std::function<void(std::uint64_t, std::uint64_t)>& progress);

}  // namespace trocar::qa
