#pragma once
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Words and numbers in the header of a sequence, the same in every locale (H11).
namespace trocar {

inline std::string_view trimmed(std::string_view s) {
  constexpr std::string_view space = " \t\r";
  const std::size_t from = s.find_first_not_of(space);
  if (from == std::string_view::npos) return {};
  return s.substr(from, s.find_last_not_of(space) - from + 1);
}

inline std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!(text = trimmed(text)).empty()) {
    words.push_back(text.substr(0, text.find_first_of(" \t")));
    text.remove_prefix(words.back().size());
  }
  return words;
}

// All of the text, or nothing.
template <class T>
std::optional<T> number_of(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

inline std::string in_small_letters(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

}  // namespace trocar
