#include <fmt/format.h>

#include <algorithm>

#include "drivers/ndi_session.hpp"

// The part of a session that deals with tools: free, request, upload, initialise, describe, enable.
namespace trocar {
namespace {

constexpr std::size_t piece_bytes = 64;
constexpr std::size_t image_bytes = 1024;  // all drivers seen send 16 pieces, zero padded
constexpr int max_attempts = 3;            // of one piece, of one initialisation
constexpr std::string_view any_wireless_passive = "*********1****";

std::string piece_parameters(std::uint16_t handle, std::size_t at,
                             const std::vector<std::byte>& image) {
  std::string text = fmt::format("{:02X}{:04X}", handle, at);
  for (std::size_t i = at; i < at + piece_bytes; ++i) {
    text += fmt::format("{:02X}", i < image.size() ? std::to_integer<unsigned>(image[i]) : 0U);
  }
  return text;
}

bool is_ours(const NdiHandles& handles, std::uint16_t handle) {
  return handles.tool[handle].has_value();
}

}  // namespace

NdiInput NdiSession::list(std::string_view kind) {
  const Answer answer = ask("PHSR", kind);
  if (answer != Answer::text) return input_of(answer);
  const auto ports = parse_phsr(reply_);
  if (!ports) {
    trouble_ = ports.error().detail;
    return NdiInput::garbled;
  }
  pending_.clear();
  for (const NdiPortHandle& port : ports.value()) {
    handles_.known[port.handle] = true;
    const bool given_up = std::find(faulty_.begin(), faulty_.end(), port.handle) != faulty_.end();
    if (!given_up) pending_.push_back(port.handle);
  }
  std::reverse(pending_.begin(), pending_.end());
  attempts_ = 0;
  return pending_.empty() ? NdiInput::done : NdiInput::more;
}

NdiInput NdiSession::free_next() {
  const std::uint16_t handle = pending_.back();
  const NdiInput input = ask_simple("PHF", fmt::format("{:02X}", handle));
  // ERROR08: freed by the device itself in the meantime.
  if (input != NdiInput::done && input != NdiInput::refused) return input;
  forget(handle);
  pending_.pop_back();
  return pending_.empty() ? NdiInput::done : NdiInput::more;
}

void NdiSession::forget(std::uint16_t handle) {
  handles_.tool[handle].reset();
  handles_.known[handle] = false;
  std::erase_if(found_, [&](const NdiFoundTool& f) { return f.handle == handle; });
  std::erase(faulty_, handle);
}

bool NdiSession::has_handle(ToolId tool) const {
  return std::any_of(handles_.tool.begin(), handles_.tool.end(),
                     [&](const auto& t) { return t == tool; });
}

NdiInput NdiSession::request_handle() {
  for (std::size_t i = 0; i < tools_.size(); ++i) {
    const ToolId tool{static_cast<std::uint16_t>(i)};
    if (tools_[i].image.empty() || has_handle(tool)) continue;
    const Answer answer = ask("PHRQ", any_wireless_passive);
    if (answer != Answer::text) return input_of(answer);
    const auto handle = parse_phrq(reply_);
    if (!handle) {
      trouble_ = handle.error().detail;
      return NdiInput::garbled;
    }
    uploading_ = handle.value();
    uploading_tool_ = i;
    uploaded_ = 0;
    attempts_ = 0;
    handles_.known[uploading_] = true;
    handles_.tool[uploading_] = tool;
    return NdiInput::more;
  }
  return NdiInput::done;
}

NdiInput NdiSession::upload_piece() {
  const auto& image = tools_[uploading_tool_].image;
  const NdiInput input = ask_simple("PVWR", piece_parameters(uploading_, uploaded_, image));
  const bool again = input == NdiInput::garbled || input == NdiInput::no_answer;
  if (again && ++attempts_ < max_attempts) return NdiInput::more;
  if (input != NdiInput::done) return input;
  attempts_ = 0;
  uploaded_ += piece_bytes;
  return uploaded_ < image_bytes ? NdiInput::more : NdiInput::done;
}

NdiInput NdiSession::initialise_next() {
  const std::uint16_t handle = pending_.back();
  const NdiInput input = ask_simple("PINIT", fmt::format("{:02X}", handle));
  // A real Aurora refused once and took the tool at the second attempt.
  if (input == NdiInput::refused && ++attempts_ < 2) return NdiInput::more;
  if (input == NdiInput::refused && !is_ours(handles_, handle)) {
    faulty_.push_back(handle);
  } else if (input != NdiInput::done) {
    const auto tool = handles_.tool[handle];
    if (tool) trouble_ = fmt::format("tool \"{}\": {}", tools_[tool->index].entry.name, trouble_);
    return input;
  }
  attempts_ = 0;
  pending_.pop_back();
  return pending_.empty() ? NdiInput::done : NdiInput::more;
}

// Takes handles off the list until one is ours: that one is to be enabled.
NdiInput NdiSession::describe() {
  while (!pending_.empty()) {
    const std::uint16_t handle = pending_.back();
    const Answer answer = ask("PHINF", fmt::format("{:02X}0025", handle));
    if (answer != Answer::text) return input_of(answer);
    const auto info = parse_phinf(reply_, true);
    if (!info) {
      trouble_ = info.error().detail;
      return NdiInput::garbled;
    }
    bind(handle, info.value());
    const auto tool = handles_.tool[handle];
    if (tool && !tools_[tool->index].image.empty()) {
      const std::string expected = fmt::format("{:08X}", tools_[tool->index].rom.serial);
      if (info.value().serial != expected) {
        trouble_ = fmt::format("tool \"{}\": uploaded serial {}, the tracker reports {}",
                               tools_[tool->index].entry.name, expected, info.value().serial);
        return NdiInput::garbled;
      }
    }
    if (tool) return NdiInput::more;
    pending_.pop_back();
  }
  return NdiInput::done;
}

void NdiSession::bind(std::uint16_t handle, const NdiToolInfo& info) {
  for (std::size_t i = 0; i < tools_.size(); ++i) {
    const ToolId tool{static_cast<std::uint16_t>(i)};
    const bool match = !tools_[i].entry.serial.empty() && tools_[i].entry.serial == info.serial;
    if (match && !has_handle(tool)) handles_.tool[handle] = tool;
  }
  std::erase_if(found_, [&](const NdiFoundTool& f) { return f.handle == handle; });
  const auto tool = handles_.tool[handle];
  found_.push_back({handle, info, tool ? tools_[tool->index].entry.name : std::string()});
}

NdiInput NdiSession::enable() {
  const std::uint16_t handle = pending_.back();
  const unsigned type = found_.back().info.main_type;
  const char priority = type == 0x01 ? 'S' : type == 0x03 ? 'B' : 'D';
  const NdiInput input = ask_simple("PENA", fmt::format("{:02X}{}", handle, priority));
  if (input != NdiInput::done) return input;
  pending_.pop_back();
  return pending_.empty() ? NdiInput::done : NdiInput::more;
}

}  // namespace trocar
