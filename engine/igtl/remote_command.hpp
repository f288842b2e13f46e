#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.hpp"

// Commands of PLUS and Slicer's OpenIGTLink Remote, as XML: <Command Name="Version"/> and its
// <CommandReply Name="Version" Status="SUCCESS" Message="..."/>. Pure.
namespace trocar::igtl {

using Attributes = std::vector<std::pair<std::string, std::string>>;

struct RemoteCommand {
  std::string name;
  Attributes attributes;  // without Name

  // Empty when there is none.
  [[nodiscard]] std::string_view attribute(std::string_view key) const;
};

struct CommandReply {
  bool success = false;
  std::string text;         // the message, or why not
  Attributes attributes{};  // what the reply says besides
};

inline constexpr std::size_t max_command_bytes = 16U << 10U;

// Errors: out_of_range (too long); malformed: no XML (with the place), no <Command>, no Name, a
// name or attribute of unreasonable length, a document type.
Result<RemoteCommand> parse_command(std::string_view xml);

// One line, every special character escaped.
std::string reply_xml(std::string_view command, const CommandReply& reply);

}  // namespace trocar::igtl
