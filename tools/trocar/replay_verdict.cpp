#include "tools/trocar/replay_verdict.hpp"

#include <fmt/format.h>

#include "engine/session/torn_tail.hpp"

namespace trocar {

Verdict verdict_of(const std::string& file, const Played& played) {
  const ReplayStats& stats = played.replay.stats();
  const SessionEnd& end = played.replay.end();
  if (stats.differences > 0) {
    return {exit_check_failed, fmt::format("{} outputs differ from the record", stats.differences)};
  }
  if (played.stopped) {
    return {exit_run_time, fmt::format("stopped after {:.1f} s of session, what follows was not "
                                       "compared",
                                       played.session_s())};
  }
  const auto torn = is_torn_only(file, end);
  if (!torn) return {exit_run_time, torn.error().detail};
  if (end.fault && !torn.value()) {
    return {exit_check_failed, fmt::format("the file is damaged at byte {} of {}: {}",
                                           end.fault->at, end.file_bytes, end.fault->why)};
  }
  if (stats.guidances == 0) {
    return {exit_check_failed, "nothing to compare, no guidance is in the record"};
  }
  if (torn.value()) {
    return {exit_ok, fmt::format("as far as it goes; the recording was not ended, {} bytes of a "
                                 "torn end are left out",
                                 end.file_bytes - end.whole_bytes)};
  }
  return {exit_ok, "to its end"};
}

}  // namespace trocar
