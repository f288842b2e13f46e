#pragma once
#include <filesystem>
#include <memory>

#include "engine/base/result.hpp"
#include "engine/igtl/recording_control.hpp"
#include "engine/igtl/wall_clock.hpp"
#include "engine/runtime/session_setup.hpp"
#include "engine/session/recorder.hpp"
#include "tools/trocar/or_setup.hpp"

namespace trocar {

// What the run's navigator is built from, as its session keeps it.
SessionSetup session_setup_of(const OrSetup& setup, WallClock wall);

struct StartedSession {
  std::filesystem::path file;
  std::uint64_t free_mb = 0;
  std::unique_ptr<Recorder> recorder;
};

// Begins the session file of a set-up that has one: free space, the file, its prologue with
// everything the run was built from. `time` must outlive the recorder.
Result<StartedSession> start_session(const OrSetup& setup, const TimeSource& time, WallClock wall);

// What display clients may do to it; `may_end`: StopRecording, too. The session's recorder and
// `time` must outlive it.
std::unique_ptr<RecordingControl> recording_control(const StartedSession& session,
                                                    const TimeSource& time, bool may_end);

}  // namespace trocar
