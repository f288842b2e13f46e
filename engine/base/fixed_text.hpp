#pragma once
#include <algorithm>
#include <array>
#include <string_view>

namespace trocar {

// A short text by value, for what travels between threads; longer text is cut.
template <std::size_t Capacity>
class FixedText {
 public:
  FixedText() = default;
  FixedText(std::string_view text)  // NOLINT(google-explicit-constructor)
      : size_(std::min(text.size(), Capacity)) {
    std::copy_n(text.begin(), size_, chars_.begin());
  }
  [[nodiscard]] std::string_view view() const { return {chars_.data(), size_}; }

 private:
  std::array<char, Capacity> chars_{};
  std::size_t size_ = 0;
};

}  // namespace trocar
