#pragma once
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/base/time.hpp"

namespace trocar {

// What display clients may do to the recording, and where their commands are kept. Called on the
// network thread; must not wait.
class RecordingControl {
 public:
  RecordingControl() = default;
  RecordingControl(const RecordingControl&) = delete;
  RecordingControl& operator=(const RecordingControl&) = delete;
  virtual ~RecordingControl() = default;
  // StartRecording, StopRecording: what to answer. No name or path ever comes from a client.
  virtual Result<std::string> want(bool on) = 0;
  // A command was answered.
  virtual void commanded(std::string_view name, bool succeeded, std::string_view answer) = 0;
};

}  // namespace trocar
