#include "engine/base/nearest_word.hpp"

#include <algorithm>
#include <vector>

namespace trocar {
namespace {

// Optimal string alignment distance: row i - 2 is kept for swapped neighbours.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t k = 0; k <= b.size(); ++k) row[k] = k;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t k = 1; k <= b.size(); ++k) {
      const std::size_t changed = last[k - 1] + (a[i - 1] == b[k - 1] ? 0U : 1U);
      row[k] = std::min({changed, last[k] + 1, row[k - 1] + 1});
      const bool swapped = i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1];
      if (swapped) row[k] = std::min(row[k], before[k - 2] + 1);
    }
  }
  return row[b.size()];
}

std::vector<std::string_view> parts_of(std::string_view word) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = word.find('_');
    parts.push_back(word.substr(0, end));
    if (end == std::string_view::npos) return parts;
    word.remove_prefix(end + 1);
  }
}

bool is_part_misspelt(std::string_view typed, std::string_view meant) {
  return edits(typed, meant) <= (meant.size() > 5 ? 2U : 1U);
}

}  // namespace

bool looks_misspelt(std::string_view typed, std::string_view meant) {
  if (typed == meant) return false;
  if (meant.size() > 2 && edits(typed, meant) <= 1) return true;
  const auto a = parts_of(typed);
  const auto b = parts_of(meant);
  if (a.size() < b.size()) return std::equal(a.begin(), a.end(), b.begin());
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), is_part_misspelt);
}

std::optional<std::string> nearest_word(std::string_view typed,
                                        std::span<const std::string> known) {
  std::optional<std::string> nearest;
  // A third of the longer word: "stop_m" for "stop_mm", and "prot" for "port", not "a" for "b".
  std::size_t fewest = 0;
  for (const std::string& word : known) {
    const std::size_t n = edits(typed, word);
    if (3 * n > std::max(typed.size(), word.size())) continue;
    if (!nearest || n < fewest) {
      nearest = word;
      fewest = n;
    }
  }
  return nearest;
}

}  // namespace trocar
