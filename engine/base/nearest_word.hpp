#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace trocar {

// Of `known`, the word that `typed` was probably meant to be: the fewest letters put in, left out,
// changed or swapped with their neighbour, and no more than a third of it. Ties: the first.
std::optional<std::string> nearest_word(std::string_view typed, std::span<const std::string> known);

// Whether `typed` can hardly be anything but `meant` mistyped, when the other words are not known:
// one letter of it, or of each part between underscores two when the part is long, or the parts at
// its end (a unit) left out. "min_x" is not "max_x".
bool looks_misspelt(std::string_view typed, std::string_view meant);

}  // namespace trocar
