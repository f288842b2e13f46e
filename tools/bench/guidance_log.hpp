#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace trocar::bench {

// Follows one client's OpenIGTLink stream (header version 1) and notes when the guidance of each
// exposure of the tracker was complete. Cuts messages itself, from the published layout of the
// header, and decodes nothing: the reader must not become what is measured.
class GuidanceLog {
 public:
  using Clock = std::chrono::steady_clock;

  // `last_tool`: the one whose messages close a guidance. `frames`: numbers at or above are not
  // noted.
  GuidanceLog(const std::string& last_tool, std::size_t frames);

  void take(std::span<const std::byte> bytes, Clock::time_point at);

  // By the device's frame number; the epoch when none came.
  [[nodiscard]] const std::vector<Clock::time_point>& complete() const { return complete_; }
  // Guidance of any tool that came without its numbers, after the first with all of them.
  [[nodiscard]] std::size_t withheld() const { return withheld_; }
  [[nodiscard]] bool has_numbers() const { return has_numbers_; }

 private:
  static constexpr std::size_t header_bytes = 58;
  [[nodiscard]] std::string_view device() const;
  void begin_body();
  void end_message(Clock::time_point at);
  void read_text();

  std::string distance_;
  std::string closest_;
  std::array<char, header_bytes> header_{};
  std::size_t in_header_ = 0;
  std::uint64_t left_ = 0;  // bytes of the body still to come
  bool is_text_ = false;
  std::string text_;
  std::uint64_t frame_ = 0;  // of the newest text of the last tool; 0: none
  bool has_numbers_ = false;
  std::size_t withheld_ = 0;
  std::vector<Clock::time_point> complete_;
};

}  // namespace trocar::bench
