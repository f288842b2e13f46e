#include "engine/igtl/query_desk.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/igtl/message_encoder.hpp"

namespace trocar {

namespace {

using igtl::Buffer;
using igtl::CommandReply;
using igtl::Message;
using igtl::SharedBytes;

constexpr std::uint16_t status_not_found = 4;
constexpr std::uint16_t status_resource_error = 11;
constexpr std::uint8_t accepted = 0;
constexpr std::uint8_t refused = 1;
constexpr std::int32_t longest_resolution_ms = 60'000;

template <class Put>
SharedBytes made(Put&& put) {
  auto bytes = std::make_shared<Buffer>();
  put(*bytes);
  return bytes;
}

Answer one(SharedBytes message) {
  Answer a;
  a.messages.push_back(std::move(message));
  return a;
}

SharedBytes reply_to_start(const std::string& type, const std::string& device,
                           std::uint16_t version, const StreamState& state, std::uint8_t status) {
  Message m;
  m.header = {version, "RTS_" + type, device, state.time, 0, 0};
  m.body = igtl::ReplyBody{status};
  return made([&](Buffer& out) { igtl::append_message(out, m); });
}

// The frames whose coordinates the stream is in.
bool is_ras(std::string_view frame) { return frame.empty() || frame == "Ras" || frame == "RAS"; }

igtl::CommandReply run_xml(const CommandDesk& desk, std::string_view xml, const StreamState& state,
                           std::string& name) {
  const auto command = igtl::parse_command(xml);
  if (!command) return {false, command.error().detail, {}};
  name = command.value().name;
  return desk.run(command.value(), state.newest, state.silent);
}

}  // namespace

QueryDesk::QueryDesk(const StreamScene& scene, const SceneMessages& messages,
                     RecordingControl* recording)
    : scene_(scene), messages_(messages), commands_(scene.names, recording) {}

Answer QueryDesk::answer(const Message& question, std::uint16_t version,
                         const StreamState& state) const {
  const std::string_view type = question.header.type;
  const Asked asked{question, version, state};
  if (type.starts_with("GET_")) return get(type.substr(4), asked);
  if (type.starts_with("STT_")) return start(type.substr(4), asked);
  if (type.starts_with("STP_")) return stop(type.substr(4), asked);
  if (type == "COMMAND") return command(asked);
  if (type == "STRING" && question.header.device.starts_with("CMD_")) return old_command(asked);
  Answer a;
  a.taken = type == "STATUS";  // a greeting
  return a;
}

Answer QueryDesk::get(std::string_view what, const Asked& asked) const {
  Answer a;
  if (what == "STATUS") {
    a.heartbeat = true;
    return a;
  }
  if (what == "TRANS" || what == "TRANSFOR" || what == "STRING") {
    a.tools = true;
    return a;
  }
  if (what == "POLYDATA") return get_polydata(asked);
  if (what == "POINT") return get_points(asked);
  if (what == "IMAGE") return get_image(asked);
  const auto with = [&](auto append) {
    return one(made([&](Buffer& out) { (messages_.*append)(out, asked.version); }));
  };
  if (what == "IMGMETA") return with(&SceneMessages::append_image_meta);
  if (what == "LBMETA") return with(&SceneMessages::append_label_meta);
  if (what.starts_with("CAPABIL")) return with(&SceneMessages::append_capability);
  return no_answer(asked, "CAPABIL, IMAGE, IMGMETA, LBMETA, POINT, POLYDATA, STATUS or TRANS");
}

Answer QueryDesk::get_polydata(const Asked& asked) const {
  const std::string& name = asked.question.header.device;
  Answer a;
  std::string known;
  for (const auto& s : scene_.names.structures) {
    known += (known.empty() ? "" : ", ") + s.id;
    if (!name.empty() && name != s.id) continue;
    if (auto bytes = messages_.structure(s.id, asked.version)) a.messages.push_back(bytes);
  }
  for (const auto& t : scene_.names.tools) a.tools = a.tools || (!name.empty() && name == t.line);
  return a.messages.empty() && !a.tools ? no_answer(asked, known) : a;
}

Answer QueryDesk::get_points(const Asked& asked) const {
  const std::string& name = asked.question.header.device;
  Answer a;
  std::string known;
  for (const std::string& list : messages_.point_lists()) {
    known += (known.empty() ? "" : ", ") + list;
    if (!name.empty() && name != list) continue;
    a.messages.push_back(
        made([&](Buffer& out) { messages_.append_points(out, list, asked.version); }));
  }
  return a.messages.empty() ? no_answer(asked, known) : a;
}

Answer QueryDesk::get_image(const Asked& asked) const {
  const std::string& name = asked.question.header.device;
  Answer a;
  std::string known;
  for (const SceneVolume& v : scene_.volumes) {
    known += (known.empty() ? "" : ", ") + v.device;
    if (a.volume == nullptr && (name.empty() || name == v.device)) a.volume = &v;
  }
  return a.volume == nullptr ? no_answer(asked, known) : a;
}

Answer QueryDesk::start(std::string_view what, const Asked& asked) const {
  Answer a;
  if (what == "IMAGE") {
    a.images = true;
    return a;
  }
  if (what != "TDATA") return no_answer(asked, "STT_TDATA or STT_IMAGE");
  // A query whose content was left out asks for each update in the server's own frame.
  const auto* body = std::get_if<igtl::StartBody>(&asked.question.body);
  const igtl::StartBody wanted = body != nullptr ? *body : igtl::StartBody{};
  const bool sound = wanted.resolution_ms >= 0 && wanted.resolution_ms <= longest_resolution_ms &&
                     is_ras(wanted.frame);
  a.start_tracking = sound;
  a.resolution = std::chrono::milliseconds(sound ? wanted.resolution_ms : 0);
  a.messages.push_back(reply_to_start("TDATA", asked.question.header.device, asked.version,
                                      asked.state, sound ? accepted : refused));
  return a;
}

Answer QueryDesk::stop(std::string_view what, const Asked& asked) const {
  Answer a;
  if (what == "IMAGE") {
    a.images = false;
    return a;
  }
  if (what != "TDATA") return no_answer(asked, "STP_TDATA or STP_IMAGE");
  a.stop_tracking = true;
  a.messages.push_back(
      reply_to_start("TDATA", asked.question.header.device, asked.version, asked.state, accepted));
  return a;
}

Answer QueryDesk::command(const Asked& asked) const {
  const auto* body = std::get_if<igtl::CommandBody>(&asked.question.body);
  if (body == nullptr) return no_answer(asked, "a command");
  std::string name = body->name;
  const CommandReply reply = run_xml(commands_, body->text, asked.state, name);
  Message m;
  m.header = {asked.version, "RTS_COMMAND", asked.question.header.device, asked.state.time, 0, 0};
  m.id = asked.question.id;
  m.body = igtl::CommandBody{body->id, body->name, igtl::us_ascii, igtl::reply_xml(name, reply)};
  m.metadata.push_back({"Status", igtl::us_ascii, reply.success ? "SUCCESS" : "FAIL"});
  m.metadata.push_back({reply.success ? "Message" : "Error", igtl::us_ascii, reply.text});
  for (const auto& [key, value] : reply.attributes) {
    m.metadata.push_back({key, igtl::us_ascii, value});
  }
  Answer a = one(made([&](Buffer& out) { igtl::append_message(out, m); }));
  a.command = true;
  return a;
}

// Before COMMAND there were strings: CMD_7 is answered by ACK_7.
Answer QueryDesk::old_command(const Asked& asked) const {
  const auto* body = std::get_if<igtl::StringBody>(&asked.question.body);
  if (body == nullptr) return no_answer(asked, "a command");
  std::string name;
  const CommandReply reply = run_xml(commands_, body->text, asked.state, name);
  const std::string device = "ACK_" + asked.question.header.device.substr(4);
  Answer a = one(made([&](Buffer& out) {
    igtl::append_string(out, {asked.version, device, asked.state.time},
                        igtl::reply_xml(name, reply));
  }));
  a.command = true;
  return a;
}

SharedBytes QueryDesk::failed(const Error& why, std::uint16_t version, std::uint64_t time) const {
  return made([&](Buffer& out) {
    igtl::append_status(out, {version, StreamNames::answer, time},
                        {status_resource_error, 0, "failed", why.detail});
  });
}

Answer QueryDesk::no_answer(const Asked& asked, const std::string& expected) const {
  const igtl::Header& h = asked.question.header;
  const std::string why = h.type + " of '" + h.device + "': expected " +
                          (expected.empty() ? "nothing, there is none" : expected);
  return one(made([&](Buffer& out) {
    igtl::append_status(out, {asked.version, StreamNames::answer, asked.state.time},
                        {status_not_found, 0, "not_found", why});
  }));
}

}  // namespace trocar
