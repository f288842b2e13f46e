#pragma once
#include <algorithm>
#include <array>
#include <concepts>
#include <string_view>

namespace trocar {

// A short text by value, for what travels between threads; longer text is cut.
template <std::size_t Capacity>
class FixedText {
 public:
  FixedText() = default;
  template <std::convertible_to<std::string_view> Text>
  FixedText(const Text& text) {  // NOLINT(google-explicit-constructor)
    const std::string_view all = text;
    size_ = std::min(all.size(), Capacity);
    std::copy_n(all.begin(), size_, chars_.begin());
  }
  [[nodiscard]] std::string_view view() const { return {chars_.data(), size_}; }

 private:
  std::array<char, Capacity> chars_{};
  std::size_t size_ = 0;
};

}  // namespace trocar
