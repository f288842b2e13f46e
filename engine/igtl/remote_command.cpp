#include "engine/igtl/remote_command.hpp"

#include <algorithm>
#include <iterator>
#include <pugixml.hpp>
#include <sstream>

namespace trocar::igtl {

namespace {

constexpr std::size_t max_attributes = 64;
constexpr std::size_t max_value_bytes = 4096;
constexpr std::size_t max_name_bytes = 127;  // as in COMMAND; it is said back in the reply

Error malformed(const std::string& expected, const std::string& found) {
  return {Code::malformed, "command: expected " + expected + ", found " + found};
}

}  // namespace

std::string_view RemoteCommand::attribute(std::string_view key) const {
  const auto at = std::find_if(attributes.begin(), attributes.end(),
                               [&](const auto& a) { return a.first == key; });
  return at == attributes.end() ? std::string_view() : std::string_view(at->second);
}

Result<RemoteCommand> parse_command(std::string_view xml) {
  if (xml.size() > max_command_bytes) {
    return Error{Code::out_of_range, "command: expected at most " +
                                         std::to_string(max_command_bytes) + " bytes, found " +
                                         std::to_string(xml.size())};
  }
  pugi::xml_document document;
  // No document type is read, so that no entity can be declared and grow; the five of XML itself
  // are.
  const auto parsed =
      document.load_buffer(xml.data(), xml.size(), pugi::parse_default | pugi::parse_doctype);
  if (!parsed) {
    return malformed(
        "XML", std::string(parsed.description()) + " at byte " + std::to_string(parsed.offset));
  }
  const pugi::xml_node root = document.document_element();
  for (const pugi::xml_node& node : document.children()) {
    if (node.type() == pugi::node_doctype) return malformed("no document type", "one");
  }
  if (std::string_view(root.name()) != "Command") {
    return malformed("<Command Name=\"...\"/>", "<" + std::string(root.name()).substr(0, 40) + ">");
  }
  RemoteCommand command;
  for (const pugi::xml_attribute& a : root.attributes()) {
    const std::string_view value = a.value();
    if (value.size() > max_value_bytes || command.attributes.size() >= max_attributes) {
      return malformed("at most 64 attributes of at most 4096 bytes", "more");
    }
    if (std::string_view(a.name()) == "Name") {
      command.name = value;
    } else {
      command.attributes.emplace_back(a.name(), value);
    }
  }
  if (command.name.empty()) return malformed("a Name", "none");
  if (command.name.size() > max_name_bytes) {
    return malformed("a Name of at most 127 bytes", std::to_string(command.name.size()));
  }
  return command;
}

std::string reply_xml(std::string_view command, const CommandReply& reply) {
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("CommandReply");
  const auto add = [&root](const std::string& key, std::string_view value) {
    root.append_attribute(key.c_str()).set_value(std::string(value).c_str());
  };
  add("Name", command);
  add("Status", reply.success ? "SUCCESS" : "FAIL");
  add(reply.success ? "Message" : "Error", reply.text);
  for (const auto& [key, value] : reply.attributes) add(key, value);
  std::ostringstream out;
  document.save(out, "", pugi::format_raw | pugi::format_no_declaration);
  return std::move(out).str();
}

}  // namespace trocar::igtl
