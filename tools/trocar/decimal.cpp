#include "tools/trocar/decimal.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <string>

namespace trocar {

std::optional<double> decimal_of(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || read != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

// CLI::Range takes nan, which is neither below nor above a limit, and whatever strtold takes.
CLI::Validator decimal_within(double least, double most, std::string_view or_word) {
  const std::string word(or_word);
  const std::string range =
      fmt::format("{} to {}{}", least, most, word.empty() ? "" : " or " + word);
  const auto check = [=](const std::string& text) -> std::string {
    if (!word.empty() && text == word) return {};
    const auto value = decimal_of(text);
    if (value && *value >= least && *value <= most) return {};
    return fmt::format("expected a number from {}, found \"{}\"", range, text);
  };
  return {check, range};
}

}  // namespace trocar
