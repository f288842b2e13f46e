#include "drivers/ndi_reply.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace trocar {
namespace {

Error unexpected(std::string_view what, std::string_view expected, std::string_view found) {
  return {Code::malformed,
          fmt::format("{} reply: expected {}, found \"{}\"", what, expected, found.substr(0, 60))};
}

std::optional<unsigned> hex(std::string_view digits) {
  unsigned value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, 16);
  if (error != std::errc{} || stop != end || digits.empty()) return std::nullopt;
  return value;
}

std::string trimmed(std::string_view text) {
  std::string out;
  for (const char c : text) out += c >= ' ' && c <= '~' ? c : ' ';
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return line;
}

}  // namespace

NdiAnswer classify_ndi_answer(std::string_view text) {
  using Kind = NdiAnswer::Kind;
  if (text == "OKAY") return {Kind::okay, 0};
  if (text == "WARNING") return {Kind::warning, 0};
  const bool warning = text.starts_with("WARNING") && text.size() == 9;
  const bool error = text.starts_with("ERROR") && text.size() == 7;
  if (!warning && !error) return {};
  const auto code = hex(text.substr(text.size() - 2));
  if (!code) return {};
  return {warning ? Kind::warning : Kind::error, *code};
}

Result<std::vector<NdiPortHandle>> parse_phsr(std::string_view text) {
  const auto count = text.size() >= 2 ? hex(text.substr(0, 2)) : std::nullopt;
  if (!count || text.size() != 2 + 5 * *count) {
    return unexpected("PHSR", "a count and 5 digits per handle", text);
  }
  std::vector<NdiPortHandle> handles;
  for (std::size_t at = 2; at < text.size(); at += 5) {
    const auto handle = hex(text.substr(at, 2));
    const auto status = hex(text.substr(at + 2, 3));
    if (!handle || !status) return unexpected("PHSR", "hex digits", text);
    handles.push_back({static_cast<std::uint16_t>(*handle), static_cast<std::uint16_t>(*status)});
  }
  return handles;
}

Result<std::uint16_t> parse_phrq(std::string_view text) {
  const auto handle = text.size() == 2 ? hex(text) : std::nullopt;
  if (!handle) return unexpected("PHRQ", "a handle of 2 hex digits", text);
  return static_cast<std::uint16_t>(*handle);
}

Result<NdiToolInfo> parse_phinf(std::string_view text, bool with_location) {
  constexpr std::size_t basic = 33;
  constexpr std::size_t part = 20;
  constexpr std::size_t location = 14;
  NdiToolInfo info;
  if (text == "UNOCCUPIED") return info;
  if (text.size() != basic + part + (with_location ? location : 0)) {
    return unexpected("PHINF", with_location ? "67 characters" : "53 characters", text);
  }
  const auto main_type = hex(text.substr(0, 2));
  const auto status = hex(text.substr(31, 2));
  if (!main_type || !status) return unexpected("PHINF", "hex tool type and status", text);
  info.occupied = true;
  info.main_type = *main_type;
  info.manufacturer = trimmed(text.substr(8, 12));
  info.revision = trimmed(text.substr(20, 3));
  info.serial = trimmed(text.substr(23, 8));
  info.port_status = *status;
  info.part_number = trimmed(text.substr(basic, part));
  if (with_location) info.location = trimmed(text.substr(basic + part, location));
  return info;
}

Result<std::map<std::string, std::string>> parse_get(std::string_view text) {
  std::map<std::string, std::string> values;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return unexpected("GET", "Name=Value", line);
    }
    values[std::string(line.substr(0, equals))] = std::string(line.substr(equals + 1));
  }
  return values;
}

Result<NdiVersion> parse_ver(std::string_view text) {
  NdiVersion version;
  std::string_view rest = text;
  version.type = trimmed(take_line(rest));
  if (version.type.empty()) return unexpected("VER", "the type of the device", text);
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    constexpr std::string_view serial = "NDI S/N: ";
    constexpr std::string_view tag = "Freeze Tag: ";
    if (line.starts_with(serial)) version.serial = trimmed(line.substr(serial.size()));
    if (line.starts_with(tag)) version.freeze_tag = trimmed(line.substr(tag.size()));
  }
  return version;
}

Result<NdiApiRevision> parse_apirev(std::string_view text) {
  const auto number = [&](std::size_t at) -> std::optional<int> {
    int value = 0;
    const char* end = text.data() + at + 3;
    const auto [stop, error] = std::from_chars(text.data() + at, end, value);
    if (error != std::errc{} || stop != end || value < 0) return std::nullopt;
    return value;
  };
  if (text.size() != 9 || text[1] != '.' || text[5] != '.') {
    return unexpected("APIREV", "a form like G.003.001", text);
  }
  const auto major = number(2);
  const auto minor = number(6);
  if (!major || !minor) return unexpected("APIREV", "a form like G.003.001", text);
  return NdiApiRevision{text[0], *major, *minor};
}

}  // namespace trocar
