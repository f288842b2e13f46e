#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "engine/data/guidance.hpp"
#include "engine/igtl/recording_control.hpp"
#include "engine/igtl/remote_command.hpp"
#include "engine/igtl/stream_names.hpp"

namespace trocar {

// What a display client may command, and the answers. Nothing here but the recording can be
// changed, and no client can name a file. plain: the network thread.
class CommandDesk {
 public:
  // `recording` may be nullptr: this engine keeps no session. It must outlive the desk.
  explicit CommandDesk(const StreamNames& names, RecordingControl* recording = nullptr)
      : names_(names), recording_(recording) {}

  // `newest` may be nullptr: no guidance yet. With `silent`, nobody stands behind it any more.
  [[nodiscard]] igtl::CommandReply run(const igtl::RemoteCommand& command, const Guidance* newest,
                                       bool silent) const;

 private:
  [[nodiscard]] igtl::CommandReply answer(const igtl::RemoteCommand& command,
                                          const Guidance* newest, bool silent) const;
  [[nodiscard]] igtl::CommandReply record(bool on) const;
  [[nodiscard]] igtl::CommandReply get_transform(const igtl::RemoteCommand& command,
                                                 const Guidance* newest, bool silent) const;
  [[nodiscard]] igtl::CommandReply device_ids(const igtl::RemoteCommand& command) const;

  const StreamNames& names_;
  RecordingControl* recording_;
};

}  // namespace trocar
