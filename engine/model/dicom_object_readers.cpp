#include "engine/model/dicom_object_readers.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace trocar::dicom_object {
namespace {

std::string list_of(const std::vector<Listed>& listed) {
  constexpr std::size_t most = 20;
  std::string text;
  for (std::size_t i = 0; i < listed.size() && i < most; ++i)
    text += fmt::format("{}{} \"{}\"", i == 0 ? "" : ", ", listed[i].number, listed[i].name);
  return listed.size() > most ? text + ", ..." : text;
}

}  // namespace

Result<std::size_t> choose(const std::vector<Listed>& listed, const ObjectItem& item,
                           const char* what) {
  const std::string asked = item.number ? std::to_string(*item.number) : '"' + item.name + '"';
  std::optional<std::size_t> chosen;
  for (std::size_t i = 0; i < listed.size(); ++i) {
    if (item.number ? listed[i].number != *item.number : listed[i].name != item.name) continue;
    if (chosen)
      return Error{Code::ambiguous, fmt::format("expected one {} {}, found two{}", what, asked,
                                                item.number ? " of that number: the file is damaged"
                                                            : ": name it by number")};
    chosen = i;
  }
  if (chosen) return *chosen;
  if (listed.empty())
    return Error{Code::not_found,
                 fmt::format("expected {} {}, found no {} at all", what, asked, what)};
  return Error{Code::not_found,
               fmt::format("expected {} {}, found only {}", what, asked, list_of(listed))};
}

Result<std::vector<double>> numbers_in(std::string_view text, const char* what) {
  std::vector<double> numbers;
  while (true) {
    const std::size_t end = std::min(text.find('\\'), text.size());
    std::string_view one = text.substr(0, end);
    while (!one.empty() && (one.front() == ' ' || one.front() == '+')) one.remove_prefix(1);
    while (!one.empty() && (one.back() == ' ' || one.back() == '\0')) one.remove_suffix(1);
    double value = 0;
    const auto [stop, problem] = std::from_chars(one.data(), one.data() + one.size(), value);
    if (problem != std::errc() || stop != one.data() + one.size() || !std::isfinite(value))
      return Error{Code::malformed, fmt::format("{}: expected numbers, found '{}' as number {}",
                                                what, one.substr(0, 20), numbers.size() + 1)};
    numbers.push_back(value);
    if (end == text.size()) return numbers;
    text.remove_prefix(end + 1);
  }
}

}  // namespace trocar::dicom_object
