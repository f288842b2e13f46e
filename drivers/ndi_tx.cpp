#include <fmt/format.h>

#include <cstddef>
#include <optional>

#include "drivers/ndi_tracking.hpp"

// The text form of a tracking reply:
//   <2 hex count> { <2 hex handle> fields LF } [strays] <4 hex system status>
namespace trocar {
namespace {

// Takes fields of fixed width from the front of the text; none when the characters do not fit.
class TextCursor {
 public:
  explicit TextCursor(std::string_view text) : all_(text), rest_(text) {}

  bool skip(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  std::optional<std::uint32_t> hex(std::size_t digits) {
    if (rest_.size() < digits) return std::nullopt;
    std::uint32_t value = 0;
    for (const char c : rest_.substr(0, digits)) {
      const bool decimal = c >= '0' && c <= '9';
      if (!decimal && (c < 'A' || c > 'F')) return std::nullopt;
      value = value * 16 + static_cast<std::uint32_t>(decimal ? c - '0' : c - 'A' + 10);
    }
    rest_.remove_prefix(digits);
    return value;
  }
  // A sign and `digits` decimal digits, without a point.
  std::optional<double> fixed(std::size_t digits, double scale) {
    if (rest_.size() < digits + 1 || (rest_[0] != '+' && rest_[0] != '-')) return std::nullopt;
    std::int64_t value = 0;
    for (const char c : rest_.substr(1, digits)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    if (rest_[0] == '-') value = -value;
    rest_.remove_prefix(digits + 1);
    return static_cast<double>(value) / scale;
  }
  [[nodiscard]] std::size_t at() const { return all_.size() - rest_.size(); }
  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view all_;
  std::string_view rest_;
};

bool read_position(TextCursor& in, std::array<double, 3>& mm) {
  for (double& v : mm) {
    const auto value = in.fixed(6, 100.0);
    if (!value) return false;
    v = *value;
  }
  return true;
}

bool read_pose(TextCursor& in, NdiPose& pose) {
  for (double& q : pose.q) {
    const auto value = in.fixed(5, 1e4);
    if (!value) return false;
    q = *value;
  }
  if (!read_position(in, pose.t_mm)) return false;
  const auto error = in.fixed(5, 1e4);
  if (!error) return false;
  pose.error_mm = *error;
  return is_plausible(pose);
}

bool read_transform(TextCursor& in, NdiBody& body) {
  const bool missing = in.skip("MISSING");
  if (!missing && !read_pose(in, body.pose)) return false;
  body.state = missing ? NdiState::missing : NdiState::valid;
  const auto status = in.hex(8);
  const auto frame = status ? in.hex(8) : std::nullopt;
  if (!frame) return false;
  body.port_status = *status;
  body.frame = *frame;
  body.switches = static_cast<std::uint8_t>((*status >> 1U) & 7U);
  body.out_of_volume = (*status & (ndi_port_out_of_volume | ndi_port_partly_out)) != 0;
  return true;
}

bool read_tool_info(TextCursor& in, NdiBody& body) {
  const auto info = in.hex(2);
  if (!info) return false;
  body.tool_info = static_cast<std::uint8_t>(*info);
  body.face = static_cast<std::uint8_t>((*info >> 4U) & 7U);
  for (std::size_t i = body.marker_state.size(); i-- > 0;) {  // the rightmost digit is marker A
    const auto state = in.hex(1);
    if (!state) return false;
    body.marker_state[i] = static_cast<std::uint8_t>(*state);
  }
  return true;
}

// The position follows only when the status says there is one.
bool read_single_stray(TextCursor& in, unsigned options, NdiTracking& out) {
  const auto status = in.hex(2);
  if (!status) return false;
  const bool outside = *status == 0x08 && (options & ndi_out_of_volume) != 0;
  if (*status != 0x01 && !outside) return true;
  NdiPoint point;
  point.out_of_volume = outside;
  if (!read_position(in, point.mm)) return false;
  add_point(out, point);
  return true;
}

// <2 hex n> <one bit per marker in hex digits, rightmost bit of the last digit first> n x position
bool read_points(TextCursor& in, std::uint16_t handle, NdiTracking& out) {
  const auto count = in.hex(2);
  if (!count) return false;
  std::array<std::uint8_t, 64> outside{};
  const std::size_t digits = (*count + 3) / 4;
  for (std::size_t i = digits; i-- > 0;) {
    const auto digit = in.hex(1);
    if (!digit) return false;
    outside[i] = static_cast<std::uint8_t>(*digit);
  }
  for (std::uint32_t i = 0; i < *count; ++i) {
    NdiPoint point{handle, static_cast<std::uint16_t>(i), 0, false, {}};
    point.out_of_volume = ((outside[i / 4] >> (i % 4)) & 1U) != 0;
    if (!read_position(in, point.mm)) return false;
    add_point(out, point);
  }
  return true;
}

bool read_fields(TextCursor& in, unsigned options, NdiBody& body, NdiTracking& out) {
  body.state = NdiState::not_reported;
  if (in.skip("DISABLED")) {
    body.state = NdiState::disabled;  // nothing follows, whatever the options
    return true;
  }
  if (in.skip("UNOCCUPIED")) {
    body.state = NdiState::unoccupied;
    return true;
  }
  if ((options & ndi_transforms) != 0 && !read_transform(in, body)) return false;
  if ((options & ndi_tool_info) != 0 && !read_tool_info(in, body)) return false;
  if ((options & ndi_single_stray) != 0 && !read_single_stray(in, options, out)) return false;
  return (options & ndi_tool_markers) == 0 || read_points(in, body.handle, out);
}

bool read_handle(TextCursor& in, unsigned options, NdiTracking& out) {
  const auto handle = in.hex(2);
  if (!handle) return false;
  NdiBody body;
  body.handle = static_cast<std::uint16_t>(*handle);
  if (!read_fields(in, options, body, out) || !in.skip("\n")) return false;
  body.why = reason_of(body);
  return add_body(out, body);
}

bool read_reply(TextCursor& in, unsigned options, NdiTracking& out) {
  const auto count = in.hex(2);
  if (!count) return false;
  for (std::uint32_t i = 0; i < *count; ++i) {
    if (!read_handle(in, options, out)) return false;
  }
  if ((options & ndi_strays) != 0 && !read_points(in, NdiPoint::stray, out)) return false;
  const auto status = in.hex(4);
  if (!status) return false;
  out.system_status = static_cast<std::uint16_t>(*status);
  return in.done();
}

}  // namespace

Status parse_tx(std::string_view text, unsigned options, NdiTracking& out) {
  out.clear();
  const unsigned asked =
      (options & 0x00FFU) == 0 && (options & ndi_strays) == 0 ? options | ndi_transforms : options;
  TextCursor in(text);
  if (read_reply(in, asked, out)) return Done{};
  out.clear();
  return Error{Code::malformed,
               fmt::format("TX reply ({} characters, options {:04X}): not understood at character "
                           "{}",
                           text.size(), options, in.at())};
}

}  // namespace trocar
