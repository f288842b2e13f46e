#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace trocar {

// Of `known`, the word that `typed` was probably meant to be: the fewest letters put in, left out,
// changed or swapped with their neighbour, and no more than a third of it. Ties: the first.
std::optional<std::string> nearest_word(std::string_view typed, std::span<const std::string> known);

}  // namespace trocar
