#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/time.hpp"
#include "engine/data/guidance.hpp"
#include "engine/igtl/command_desk.hpp"
#include "engine/igtl/message.hpp"
#include "engine/igtl/out_queue.hpp"
#include "engine/igtl/scene_messages.hpp"

namespace trocar {

// What the server is to do for the client that asked.
struct Answer {
  std::vector<igtl::SharedBytes> messages{};  // to be sent, in this order
  bool heartbeat = false;                     // the current one
  bool tools = false;                         // the current guidance
  const SceneVolume* volume = nullptr;        // to be loaded and sent
  bool start_tracking = false;                // TDATA, at most every `resolution`
  Duration resolution{};
  bool stop_tracking = false;
  std::optional<bool> images{};  // of the image stream, from now on
  bool taken = true;             // false: nobody here takes such a message (H24)
  bool command = false;          // it was one
};

// The state of the stream that answers are given from. `newest` may be nullptr.
struct StreamState {
  const Guidance* newest = nullptr;
  bool silent = false;
  std::uint64_t time = 0;  // now, as a header says it
};

// What display clients may ask for, and the answers: queries of OpenIGTLink and commands of PLUS
// and Slicer's panels. docs/igtl-interface.md lists them. A question without an answer gets a
// STATUS `TrocarAnswer` that says why. plain: the network thread.
class QueryDesk {
 public:
  // `scene` must outlive the desk.
  QueryDesk(const StreamScene& scene, const SceneMessages& messages,
            RecordingControl* recording = nullptr);

  [[nodiscard]] Answer answer(const igtl::Message& question, std::uint16_t version,
                              const StreamState& state) const;
  // A volume that was asked for and could not be had.
  [[nodiscard]] igtl::SharedBytes failed(const Error& why, std::uint16_t version,
                                         std::uint64_t time) const;

 private:
  struct Asked {
    const igtl::Message& question;
    std::uint16_t version;  // to answer in
    const StreamState& state;
  };

  [[nodiscard]] Answer get(std::string_view what, const Asked& asked) const;
  [[nodiscard]] Answer get_polydata(const Asked& asked) const;
  [[nodiscard]] Answer get_points(const Asked& asked) const;
  [[nodiscard]] Answer get_image(const Asked& asked) const;
  [[nodiscard]] Answer start(std::string_view what, const Asked& asked) const;
  [[nodiscard]] Answer stop(std::string_view what, const Asked& asked) const;
  [[nodiscard]] Answer command(const Asked& asked) const;
  [[nodiscard]] Answer old_command(const Asked& asked) const;
  [[nodiscard]] Answer no_answer(const Asked& asked, const std::string& expected) const;

  const StreamScene& scene_;
  const SceneMessages& messages_;
  CommandDesk commands_;
};

}  // namespace trocar
