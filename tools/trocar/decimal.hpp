#pragma once
#include <CLI/CLI.hpp>
#include <optional>
#include <string_view>

namespace trocar {

// A decimal number as a person writes it, "4" or "0.25" or "1e-3", the same in every locale (H11).
// Nothing for what strtod takes besides: nan, inf, hexadecimal, a leading + or space.
std::optional<double> decimal_of(std::string_view text);

// Lets an option take a decimal number within these limits; or, unless it is empty, this word.
CLI::Validator decimal_within(double least, double most, std::string_view or_word = {});

}  // namespace trocar
