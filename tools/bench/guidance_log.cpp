#include "tools/bench/guidance_log.hpp"

#include <algorithm>
#include <charconv>

namespace trocar::bench {
namespace {

// Header: version 2, type 12, device 20, time stamp 8, body size 8, CRC 8 bytes; big-endian.
constexpr std::size_t type_at = 2;
constexpr std::size_t device_at = 14;
constexpr std::size_t device_bytes = 20;
constexpr std::size_t size_at = 42;

}  // namespace

GuidanceLog::GuidanceLog(const std::string& last_tool, std::size_t frames)
    : distance_(last_tool + "Distance"), closest_(last_tool + "Closest"), complete_(frames) {
  text_.reserve(4096);
}

std::string_view GuidanceLog::device() const {
  const std::string_view field(header_.data() + device_at, device_bytes);
  return field.substr(0, field.find('\0'));
}

void GuidanceLog::begin_body() {
  left_ = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    left_ = left_ << 8U | static_cast<unsigned char>(header_[size_at + i]);
  }
  is_text_ = std::string_view(header_.data() + type_at, 6) == "STRING";
  text_.clear();
}

void GuidanceLog::take(std::span<const std::byte> bytes, Clock::time_point at) {
  while (!bytes.empty()) {
    const bool heading = in_header_ < header_bytes;
    const std::size_t wanted = heading ? header_bytes - in_header_ : left_;
    const std::size_t n = std::min<std::size_t>(wanted, bytes.size());
    const auto* from = reinterpret_cast<const char*>(bytes.data());
    if (heading) {
      std::copy_n(from, n, header_.data() + in_header_);
      in_header_ += n;
      if (in_header_ == header_bytes) begin_body();
    } else {
      if (is_text_) text_.append(from, n);
      left_ -= n;
    }
    bytes = bytes.subspan(n);
    if (in_header_ == header_bytes && left_ == 0) end_message(at);
  }
}

void GuidanceLog::end_message(Clock::time_point at) {
  in_header_ = 0;
  if (is_text_ && device().ends_with("Distance")) read_text();
  if (device() != closest_ || frame_ == 0 || frame_ >= complete_.size()) return;
  // The state is said again between exposures: only the first time counts.
  if (complete_[frame_] == Clock::time_point{}) complete_[frame_] = at;
}

void GuidanceLog::read_text() {
  const bool complete = text_.find("withheld") == std::string::npos;
  const bool is_last = device() == distance_;
  if (is_last && complete) has_numbers_ = true;
  if (has_numbers_ && !complete) ++withheld_;
  if (!is_last) return;
  constexpr std::string_view key = "device_frame=";
  const std::size_t found = text_.find(key);
  frame_ = 0;
  if (!complete || found == std::string::npos) return;
  std::from_chars(text_.data() + found + key.size(), text_.data() + text_.size(), frame_);
}

}  // namespace trocar::bench
