#include "engine/model/series_completeness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

namespace trocar {

namespace {

// Images in Acquisition, where all objects agree on it. A number that has been passed was not meant
// for the series: an acquisition may be reconstructed more than once.
std::optional<std::size_t> stated_count(std::span<const ObjectIdentity> objects) {
  const auto& first = objects.front().images_in_acquisition;
  const bool agreed = std::all_of(objects.begin(), objects.end(),
                                  [&](const auto& o) { return o.images_in_acquisition == first; });
  if (!agreed || !first || *first < 1) return std::nullopt;
  const auto count = static_cast<std::size_t>(*first);
  return count < objects.size() ? std::nullopt : std::optional(count);
}

struct Numbering {
  int first = 0, last = 0;
  std::size_t holes = 0;
};

// Nothing when an object has no number.
std::optional<Numbering> numbering(std::span<const ObjectIdentity> objects) {
  std::set<int> numbers;
  for (const ObjectIdentity& o : objects) {
    if (!o.instance_number) return std::nullopt;
    numbers.insert(*o.instance_number);
  }
  const int first = *numbers.begin(), last = *numbers.rbegin();
  return Numbering{first, last, static_cast<std::size_t>(last - first) + 1 - numbers.size()};
}

std::optional<InputWarning> what_is_missing(const SeriesSoFar& series,
                                            const std::optional<std::size_t>& stated,
                                            const std::optional<Numbering>& numbers) {
  const std::size_t found = series.objects.size();
  if (stated && found < *stated) {
    return InputWarning{
        InputIssue::series_incomplete,
        fmt::format("expected {} objects (Images in Acquisition), found {}", *stated, found)};
  }
  if (series.broken_after && !stated) {
    return InputWarning{
        InputIssue::series_incomplete,
        fmt::format("expected the sender to end its delivery, it broke off after {} objects",
                    *series.broken_after)};
  }
  if (numbers && numbers->holes > 0) {
    return InputWarning{InputIssue::missing_slices,
                        fmt::format("expected instance numbers {} to {} without a hole, found {} "
                                    "missing",
                                    numbers->first, numbers->last, numbers->holes)};
  }
  return std::nullopt;
}

std::vector<InputWarning> doubts(const std::optional<Numbering>& numbers) {
  if (!numbers) {
    return {{InputIssue::series_count_doubtful,
             "expected instance numbers or Images in Acquisition, found neither"}};
  }
  if (numbers->first > 1) {
    return {{InputIssue::series_count_doubtful,
             fmt::format("expected instance numbers from 1, found the first to be {}",
                         numbers->first)}};
  }
  return {};
}

}  // namespace

SeriesVerdict judge_series(const SeriesSoFar& series, const SeriesPatience& patience) {
  if (series.open || series.objects.empty()) return {};
  const auto stated = stated_count(series.objects);
  const auto numbers = numbering(series.objects);
  if (const auto missing = what_is_missing(series, stated, numbers)) {
    if (series.quiet < patience.missing) return {};
    return {SeriesState::refused, {*missing}};
  }
  if (stated) return {SeriesState::whole, {}};
  if (series.quiet < patience.quiet) return {};
  return {SeriesState::whole, doubts(numbers)};
}

}  // namespace trocar
