#include "drivers/ndi_inspect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "drivers/ndi_framing.hpp"
#include "drivers/ndi_reply.hpp"
#include "drivers/ndi_tracking.hpp"

namespace trocar {
namespace {

using Bytes = std::span<const std::byte>;

enum class Family { tx, bx, bx2 };
struct TrackingCommand {
  Family family = Family::tx;
  unsigned options = ndi_transforms;
};

std::optional<std::vector<std::byte>> bytes_of_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::vector<std::byte> bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    unsigned value = 0;
    const char* end = hex.data() + i + 2;
    const auto [stop, error] = std::from_chars(hex.data() + i, end, value, 16);
    if (error != std::errc{} || stop != end) return std::nullopt;
    bytes.push_back(static_cast<std::byte>(value));
  }
  return bytes;
}

std::string hex_of(Bytes bytes) {
  std::string hex;
  for (const std::byte b : bytes) hex += fmt::format("{:02x}", std::to_integer<unsigned>(b));
  return hex;
}

std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Both forms of a command: "TX:0801C19B" and "TX 0801".
std::optional<TrackingCommand> tracking_command(std::string_view text) {
  const std::size_t name_end = text.find_first_of(": ");
  const std::string_view name = text.substr(0, name_end);
  TrackingCommand command;
  if (name == "TX")
    command.family = Family::tx;
  else if (name == "BX")
    command.family = Family::bx;
  else if (name == "BX2")
    command.family = Family::bx2;
  else
    return std::nullopt;
  if (name_end == std::string_view::npos || command.family == Family::bx2) return command;
  std::string_view digits = text.substr(name_end + 1);
  if (text[name_end] == ':') digits = digits.size() >= 4 ? digits.substr(0, digits.size() - 4) : "";
  if (digits.empty()) return command;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, command.options, 16);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return command;
}

Status parse_as(const NdiReply& reply, const TrackingCommand& command, NdiTracking& out) {
  const bool text = reply.form == NdiForm::ascii;
  if (text != (command.family == Family::tx)) {
    return Error{Code::malformed, text ? "a text instead of a binary reply: " +
                                             std::string(reply.text().substr(0, 40))
                                       : "a binary reply to a text command"};
  }
  switch (command.family) {
    case Family::tx:
      return parse_tx(reply.text(), command.options, out);
    case Family::bx:
      return parse_bx(reply.body, command.options, out);
    case Family::bx2:
      break;
  }
  return parse_bx2(reply.body, out);
}

// The first common command that explains every byte of a reply to an unknown command.
std::optional<std::pair<TrackingCommand, std::string>> work_out(const NdiReply& reply,
                                                                NdiTracking& out) {
  constexpr std::array options{0x0001U, 0x0003U, 0x0005U, 0x0007U, 0x1001U, 0x1003U,
                               0x1005U, 0x0009U, 0x000BU, 0x1000U, 0x1007U};
  const bool text = reply.form == NdiForm::ascii;
  const Family family = text ? Family::tx : Family::bx;
  for (const unsigned option : options) {
    const TrackingCommand command{family, option};
    // A reply without any handle is as short as many other answers: not taken for tracking.
    if (parse_as(reply, command, out) && !out.bodies.empty()) {
      return std::pair{command, fmt::format("?{}:{:04X}", text ? "TX" : "BX", option)};
    }
  }
  const TrackingCommand bx2{Family::bx2, 0};
  if (!text && parse_as(reply, bx2, out)) return std::pair{bx2, std::string("?BX2")};
  return std::nullopt;
}

std::string body_text(const NdiBody& b) {
  const auto& [q0, qx, qy, qz] = b.pose.q;
  const auto& [tx, ty, tz] = b.pose.t_mm;
  const std::string port = b.device_ns ? "-" : fmt::format("{:X}", b.port_status);
  switch (b.state) {
    case NdiState::valid:
      return fmt::format(
          "{:02X} OK {:.4f} {:.4f} {:.4f} {:.4f} {:.2f} {:.2f} {:.2f} {:.4f} ps={} fr={}|",
          b.handle, q0, qx, qy, qz, tx, ty, tz, b.pose.error_mm, port, b.frame);
    case NdiState::missing:
      return fmt::format("{:02X} MISS ps={} fr={}|", b.handle, port, b.frame);
    // Nothing was measured of these three; the columns hold measurements only.
    case NdiState::disabled:
    case NdiState::unoccupied:
    case NdiState::not_reported:
      break;
  }
  return {};
}

NdiInspectLine line_of(const NdiTracking& tracking) {
  NdiInspectLine line;
  for (const NdiBody& body : tracking.bodies) line.fields += body_text(body);
  line.fields += fmt::format("sys={:X}", tracking.system_status);
  for (const NdiPoint& point : tracking.points) {
    if (point.handle != NdiPoint::stray) continue;
    if (!line.strays.empty()) line.strays += ';';
    line.strays += fmt::format("{:.2f},{:.2f},{:.2f}", point.mm[0], point.mm[1], point.mm[2]);
  }
  return line;
}

// Follows the traffic of one file, message by message. plain.
class Inspector {
 public:
  Inspector(std::string_view file, const std::function<void(const NdiInspectLine&)>& give)
      : file_(file), give_(give), tracking_(std::make_unique<NdiTracking>()) {}

  void command(Bytes bytes) {
    std::string_view text = as_text(bytes);
    while (text.ends_with('\r')) text.remove_suffix(1);
    pending_ = text;
  }

  void reply(Bytes bytes, std::string_view where) {
    const auto decoded = decode_ndi_reply(bytes);
    const bool asked = !pending_.empty();
    if (decoded && decoded.value().text() == "RESET") return;  // comes unasked after a break
    const std::string command = std::exchange(pending_, {});
    const auto tracking = tracking_command(command);
    if (asked && !tracking) return;
    if (!decoded) return refuse(where, decoded.error().detail);
    if (!asked) return unasked(decoded.value());
    const Status parsed = parse_as(decoded.value(), *tracking, *tracking_);
    if (!parsed) return refuse(where, command + ": " + parsed.error().detail);
    list(command, decoded.value());
  }

  void remark(std::string text) {
    if (result_.remarks.size() < 100) result_.remarks.push_back(std::move(text));
  }
  void refuse(std::string_view where, const std::string& why) {
    ++result_.refused;
    remark(fmt::format("{}: {}: {}", file_, where, why));
  }
  NdiInspection take() { return std::move(result_); }

 private:
  void unasked(const NdiReply& reply) {
    if (auto found = work_out(reply, *tracking_)) list(found->second, reply);
  }
  void list(const std::string& command, const NdiReply& reply) {
    NdiInspectLine line = line_of(*tracking_);
    line.file = file_;
    line.index = result_.listed++;
    line.command = command;
    line.reply_hex = hex_of(reply.raw);
    give_(line);
  }

  std::string file_;
  const std::function<void(const NdiInspectLine&)>& give_;
  std::unique_ptr<NdiTracking> tracking_;
  std::string pending_;
  NdiInspection result_;
};

std::vector<std::string_view> columns(std::string_view line) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t tab = line.find('\t');
    out.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return out;
    line.remove_prefix(tab + 1);
  }
}

bool is_message(const std::vector<std::string_view>& c) {
  return c.size() >= 6 && (c[2] == "C" || c[2] == "R");
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_log(std::string_view content) {
  for (int i = 0; i < 20 && !content.empty(); ++i) {
    if (is_message(columns(take_line(content)))) return true;
  }
  return false;
}

// Above the first message stands the log's own heading, after '#' a comment; any other line that is
// no message was one.
void inspect_log(std::string_view rest, Inspector& inspector) {
  bool began = false;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::string_view line = take_line(rest);
    const std::string where = fmt::format("line {}", number);
    const auto c = columns(line);
    if (!is_message(c)) {
      if (began && !line.empty() && line.front() != '#')
        inspector.refuse(where, "not a recorded message");
      continue;
    }
    began = true;
    const auto bytes = bytes_of_hex(c[5]);
    if (!bytes)
      inspector.refuse(where, "the bytes are not hexadecimal");
    else if (c[2] == "C")
      inspector.command(*bytes);
    else
      inspector.reply(*bytes, where);
  }
}

// "TX:0001031A" and "TX 0001", but no reply: those have no name followed by ':' or ' '.
bool is_command(std::string_view text) {
  const std::size_t end = text.find_first_of(": ");
  if (end < 2 || end == std::string_view::npos || end > 8) return false;
  for (const char c : text.substr(0, end)) {
    if ((c < 'A' || c > 'Z') && (c < '0' || c > '9')) return false;
  }
  return text[0] >= 'A' && text[0] <= 'Z';
}

std::size_t inspect_message(Bytes rest, std::size_t at, Inspector& inspector) {
  const auto* cr = std::find(rest.begin(), rest.end(), std::byte{'\r'}).base();
  const auto to_cr = static_cast<std::size_t>(cr - rest.data());
  if (to_cr < rest.size() && is_command(as_text(rest.first(to_cr)))) {
    inspector.command(rest.first(to_cr));
    return to_cr + 1;
  }
  const std::string where = fmt::format("byte {}", at);
  const auto found = find_ndi_reply(rest);
  if (found && found.value()) {
    inspector.reply(found.value()->raw, where);
    return found.value()->raw.size();
  }
  inspector.refuse(where, found ? "incomplete at the end of the file" : found.error().detail);
  // After damage only a carriage return is a plausible border; a binary reply is sought again
  // there.
  return std::min(to_cr + 1, rest.size());
}

}  // namespace

std::string NdiInspectLine::tab_separated() const {
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}", file, index, command, reply_hex, fields, strays);
}

Result<NdiInspection> inspect_ndi(std::string_view content, std::string_view file_name,
                                  const std::function<void(const NdiInspectLine&)>& give) {
  Inspector inspector(file_name, give);
  if (is_log(content)) {
    inspect_log(content, inspector);
    return inspector.take();
  }
  const Bytes bytes = std::as_bytes(std::span(content));
  for (std::size_t at = 0; at < bytes.size();) {
    at += inspect_message(bytes.subspan(at), at, inspector);
  }
  NdiInspection result = inspector.take();
  if (result.listed > 0) return result;
  return Error{Code::malformed,
               fmt::format("{}: expected a log with lines \"number, time, C or R, length, CRC, "
                           "hex\" or raw tracker bytes; found no tracking reply in {} bytes",
                           file_name, content.size())};
}

}  // namespace trocar
