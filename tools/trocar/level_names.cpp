#include "tools/trocar/level_names.hpp"

#include <array>
#include <charconv>

namespace trocar {
namespace {

struct Region {
  char letter;
  int count;
  int first;  // label of the region's level 1; labels fall downwards
};
constexpr std::array<Region, 3> regions{{{'C', 7, 50}, {'T', 12, 43}, {'L', 5, 31}}};

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<int> label_named(std::string_view text) {
  if (text.empty()) return std::nullopt;
  for (const Region& r : regions) {
    if (text[0] != r.letter) continue;
    const auto level = whole_number(text.substr(1));
    if (!level || *level < 1 || *level > r.count) return std::nullopt;
    return r.first - *level + 1;
  }
  const auto label = whole_number(text);
  return label && *label > 0 && *label < 65536 ? label : std::nullopt;
}

std::string name_of_label(int label) {
  for (const Region& r : regions) {
    const int level = r.first - label + 1;
    if (level >= 1 && level <= r.count) return r.letter + std::to_string(level);
  }
  return std::to_string(label);
}

}  // namespace trocar
