#include "drivers/series_judge.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace trocar {

namespace {

constexpr std::size_t judged_kept = 8;

// The instances of a series, each once.
std::set<std::string> instances_of(const ArrivingSeries& series) {
  std::set<std::string> out;
  for (const ObjectIdentity& object : series.objects) out.insert(object.instance_uid);
  return out;
}

bool holds_all(const std::set<std::string>& some, const std::set<std::string>& of) {
  return std::includes(some.begin(), some.end(), of.begin(), of.end());
}

// H7: a delivery of two patients is doubtful as a whole, even where each series has one.
std::optional<InputWarning> mixed_or_damaged(const ArrivingSeries& series,
                                             const ArrivingDeliveries& deliveries) {
  for (const auto& [number, instances] : series.brought) {
    const ArrivingDelivery& delivery = deliveries.at(number);
    if (delivery.patients.size() > 1) {
      return InputWarning{
          InputIssue::several_patients,
          fmt::format("expected one patient id in a delivery, found {}", delivery.patients.size())};
    }
    if (delivery.damaged > 0) return damage_of(delivery);
  }
  return std::nullopt;
}

// What the first delivery that broke off had brought until then. The sender of another one says
// that this one is done, not what the broken one had still to bring.
std::optional<std::size_t> broken_after(const ArrivingSeries& series,
                                        const ArrivingDeliveries& deliveries) {
  for (const auto& [number, instances] : series.brought) {
    if (!deliveries.at(number).whole) return instances.size();
  }
  return std::nullopt;
}

}  // namespace

std::vector<DicomSink::Delivery> made_good(const ArrivingSeries& series,
                                           const ArrivingDeliveries& deliveries) {
  std::vector<DicomSink::Delivery> out;
  for (const auto& [number, instances] : series.brought) {
    const ArrivingDelivery& broken = deliveries.at(number);
    // What refuses a delivery for good is no less true when another one follows.
    if (broken.open || broken.whole || broken.damaged > 0) continue;
    const bool again =
        std::ranges::any_of(series.brought, [&, &brought = instances](const auto& o) {
          const ArrivingDelivery& by = deliveries.at(o.first);
          return by.whole && by.patients == broken.patients && holds_all(o.second, brought);
        });
    if (again) out.push_back(number);
  }
  return out;
}

InputWarning damage_of(const ArrivingDelivery& delivery) {
  return {InputIssue::damaged_slices,
          fmt::format("expected whole objects within the limits, {} of the delivery were refused",
                      delivery.damaged)};
}

SeriesVerdict SeriesJudge::judge(const ArrivingSeries& series, const ArrivingDeliveries& deliveries,
                                 Duration quiet) const {
  const bool open = std::ranges::any_of(
      series.brought, [&](const auto& one) { return deliveries.at(one.first).open; });
  if (open) return {};
  if (const auto wrong = mixed_or_damaged(series, deliveries)) {
    if (quiet < patience_.quiet) return {};
    return {SeriesState::refused, {*wrong}};
  }
  SeriesVerdict verdict =
      judge_series({series.objects, false, broken_after(series, deliveries), quiet}, patience_);
  if (verdict.state == SeriesState::whole) {
    if (const auto more = late(series)) return {SeriesState::refused, {*more}};
  }
  return verdict;
}

// More of a series that has been judged would be taken for a series of its own. Sent again as a
// whole it is one, with every instance of before; then a delivery that went wrong is made good.
std::optional<InputWarning> SeriesJudge::late(const ArrivingSeries& series) const {
  for (const Judged& before : judged_) {
    if (before.series_uid != series.objects.front().series_uid) continue;
    const std::set<std::string> now = instances_of(series);
    if (holds_all(now, before.instances)) continue;
    return InputWarning{
        InputIssue::late_slices,
        fmt::format("expected a series once or again as a whole, found {} objects of one that was "
                    "judged with {}, not all of which are among them",
                    now.size(), before.instances.size())};
  }
  return std::nullopt;
}

void SeriesJudge::remember(const ArrivingSeries& series) {
  // One place for each series: what goes on coming of one must not make another forgotten.
  Judged now{series.objects.front().series_uid, instances_of(series)};
  std::erase_if(judged_, [&](Judged& before) {
    const bool same = before.series_uid == now.series_uid;
    if (same) now.instances.merge(before.instances);
    return same;
  });
  judged_.push_back(std::move(now));
  if (judged_.size() > judged_kept) judged_.pop_front();
}

}  // namespace trocar
