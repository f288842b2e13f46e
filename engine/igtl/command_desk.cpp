#include "engine/igtl/command_desk.hpp"

#include "engine/base/fixed_number.hpp"
#include "engine/igtl/last_gate.hpp"
#include "engine/igtl/ras.hpp"

namespace trocar {

namespace {

using igtl::CommandReply;
using igtl::RemoteCommand;

constexpr const char* channel = "TrocarStream";
constexpr const char* tracker = "TrocarTracker";
constexpr const char* recorder = "TrocarRecorder";

CommandReply success(std::string text) { return {true, std::move(text), {}}; }
CommandReply fail(std::string why) { return {false, std::move(why), {}}; }

// Row by row, as PLUS writes a matrix.
std::string matrix_text(const Transform<Ras, Tip>& t) {
  constexpr int decimals = 6;
  const Eigen::Matrix4d m = t.matrix().matrix();
  std::string text;
  for (int row = 0; row < 4; ++row) {
    for (int col = 0; col < 4; ++col) {
      if (!text.empty()) text += ' ';
      text += fixed_number(m(row, col), decimals);
    }
  }
  return text;
}

// Through the last gate, like every number of the stream.
CommandReply pose_reply(const std::string& name, ToolGuidance tool, std::uint64_t sequence) {
  withhold_unfit(tool);
  if (const auto* why = std::get_if<Withheld>(&tool.pose)) {
    return fail(name + " is withheld: " + std::string(to_string(*why)));
  }
  const ToolPose& pose = std::get<ToolPose>(tool.pose);
  CommandReply reply = success(matrix_text(igtl::ras_from_preop() * pose.preop_from_tip));
  reply.attributes = {{"TransformName", name},
                      {"TransformValue", reply.text},
                      {"TransformPersistent", "FALSE"},
                      {"TransformError", fixed_number(pose.tip_bound_95_mm, 2)},
                      {"AgeMs", fixed_number(milliseconds_of(tool.age), 1)},
                      {"Sequence", std::to_string(sequence)}};
  return reply;
}

const ToolGuidance* find_tool(const Guidance* g, std::size_t index) {
  if (g == nullptr) return nullptr;
  for (const ToolGuidance& t : g->tools) {
    if (t.tool.index == index) return &t;
  }
  return nullptr;
}

}  // namespace

CommandReply CommandDesk::run(const RemoteCommand& command, const Guidance* newest,
                              bool silent) const {
  CommandReply reply = answer(command, newest, silent);
  if (recording_ != nullptr) recording_->commanded(command.name, reply.success, reply.text);
  return reply;
}

CommandReply CommandDesk::record(bool on) const {
  if (recording_ == nullptr) {
    return fail("this engine keeps no session: its configuration has no [session]");
  }
  const Result<std::string> done = recording_->want(on);
  return done ? success(done.value()) : fail(done.error().detail);
}

CommandReply CommandDesk::answer(const RemoteCommand& command, const Guidance* newest,
                                 bool silent) const {
  const std::string_view name = command.name;
  if (name == "Version") return success("trocar " TROCAR_VERSION);
  if (name == "RequestChannelIds") return success(channel);
  if (name == "RequestDeviceIds") return device_ids(command);
  if (name == "GetTransform") return get_transform(command, newest, silent);
  if (name == "StartRecording") return record(true);
  if (name == "StopRecording") return record(false);
  if (name == "SaveConfig") {
    return fail("trocar's configuration is read once, at start, and cannot be written from here");
  }
  return fail(
      "unknown command; known: GetTransform RequestChannelIds RequestDeviceIds "
      "SaveConfig StartRecording StopRecording Version");
}

// PLUS's panel asks for the devices it can record with.
CommandReply CommandDesk::device_ids(const RemoteCommand& command) const {
  const std::string_view type = command.attribute("DeviceType");
  if (type.empty()) return success(std::string(tracker) + "," + recorder);
  return success(type == "VirtualCapture" ? recorder : "");
}

CommandReply CommandDesk::get_transform(const RemoteCommand& command, const Guidance* newest,
                                        bool silent) const {
  const std::string asked(command.attribute("TransformName"));
  std::string known;
  for (std::size_t i = 0; i < names_.tools.size(); ++i) {
    if (names_.tools[i].tool.empty()) continue;
    known += ' ' + names_.tools[i].transform;
    if (names_.tools[i].transform != asked) continue;
    const ToolGuidance* t = find_tool(newest, i);
    if (t == nullptr) return fail(asked + " is withheld: no_data");
    if (silent) return fail(asked + " is withheld: too_old");
    return pose_reply(asked, *t, newest->sequence);
  }
  return fail("expected TransformName to be one of" + known + ", found '" + asked.substr(0, 60) +
              "'");
}

}  // namespace trocar
