#include "drivers/series_inbox.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "drivers/arriving_object.hpp"

namespace trocar {

namespace {

constexpr int rest_share = 20;  // of the quiet time: 25 ms, longer than a scanner needs to go on

// A new folder that nobody else can read.
Result<std::filesystem::path> make_folder(const std::filesystem::path& spool) {
  std::string name = (spool / "series-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    return Error{Code::io, fmt::format("cannot make a folder in {}", spool.string())};
  }
  return std::filesystem::path(name);
}

Status write(const std::filesystem::path& file, std::string_view bytes) {
  std::ofstream out(file, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out) return Done{};
  return Error{Code::io, fmt::format("cannot write {}", file.string())};
}

}  // namespace

SeriesInbox::SeriesInbox(std::filesystem::path spool, InboxLimits limits, SeriesPatience patience,
                         const TimeSource& time)
    : spool_(std::move(spool)),
      limits_(limits),
      patience_(patience),
      judge_(patience),
      time_(time) {}

DicomSink::Delivery SeriesInbox::begin(const std::string& from) {
  const std::lock_guard lock(mutex_);
  deliveries_[++last_delivery_].from = from;
  return last_delivery_;
}

Status SeriesInbox::store(Delivery delivery, std::string_view file) {
  Status kept = keep(delivery, file);
  if (!kept && kept.error().code != Code::unsupported) lose(delivery);
  return kept;
}

void SeriesInbox::lose(Delivery delivery) {
  const std::lock_guard lock(mutex_);
  ++deliveries_[delivery].damaged;
}

Status SeriesInbox::keep(Delivery delivery, std::string_view file) {
  const auto id = identify_arrival(file);
  if (!id) return id.error();
  const auto place = place_for(delivery, id.value(), file.size());
  if (!place) return place.error();
  if (Status written = write(place.value(), file); !written) return written;
  if (id.value().sop_class == dicom_class::spatial_registration) {
    const std::lock_guard lock(mutex_);
    registrations_.push_back({place.value(), deliveries_[delivery].from});
  }
  return Done{};
}

// Counts the object in and names its file.
Result<std::filesystem::path> SeriesInbox::place_for(Delivery delivery, const ObjectIdentity& id,
                                                     std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (id.sop_class == dicom_class::spatial_registration) {
    const auto folder = make_folder(spool_);
    if (!folder) return folder.error();
    return folder.value() / "registration.dcm";
  }
  const Error too_much{Code::out_of_range,
                       fmt::format("expected a series of at most {} objects and {} bytes",
                                   limits_.max_objects, limits_.max_bytes)};
  if (bytes > limits_.max_bytes) return too_much;
  const auto found = series_of(id);
  if (!found) return found.error();
  ArrivingSeries& series = *found.value();
  ArrivingDelivery& from = deliveries_[delivery];
  if (series.objects.size() >= limits_.max_objects || series.bytes + bytes > limits_.max_bytes) {
    series.brought[delivery];  // its loss is the loss of this series
    return too_much;
  }
  from.patients.insert(id.patient_id);
  if (series.objects.empty()) {
    series.began = time_.now();
    begun_.push_back(from.from);
  }
  series.touched = time_.now();
  series.objects.push_back(id);
  series.bytes += bytes;
  series.brought[delivery].insert(id.instance_uid);
  series.kept.push_back({delivery, series.folder / fmt::format("{:05}.dcm", ++series.files)});
  return series.kept.back().file;
}

Result<ArrivingSeries*> SeriesInbox::series_of(const ObjectIdentity& id) {
  const auto known = series_.find(id.series_uid);
  if (known != series_.end()) return &known->second;
  if (series_.size() >= limits_.max_open_series) {
    return Error{Code::out_of_range,
                 fmt::format("expected at most {} series at a time", limits_.max_open_series)};
  }
  const auto folder = make_folder(spool_);
  if (!folder) return folder.error();
  ArrivingSeries& made = series_[id.series_uid];
  made.folder = folder.value();
  return &made;
}

std::vector<std::string> SeriesInbox::take_begun() {
  const std::lock_guard lock(mutex_);
  return std::exchange(begun_, {});
}

void SeriesInbox::end(Delivery delivery, bool whole) {
  const std::lock_guard lock(mutex_);
  ArrivingDelivery& ended = deliveries_[delivery];
  ended.open = false;
  ended.whole = whole;
  bool kept = false;
  for (auto& [uid, series] : series_) {
    if (!series.brought.contains(delivery)) continue;
    series.touched = time_.now();
    for (const Delivery again : made_good(series, deliveries_)) drop(series, again);
    kept = true;
  }
  if (!kept && ended.damaged > 0) {
    ClosedSeries nothing;
    nothing.from = ended.from;
    nothing.began = nothing.ended = time_.now();
    nothing.verdict = {SeriesState::refused, {damage_of(ended)}};
    nothing_kept_.push_back(std::move(nothing));
  }
  forget_deliveries();
}

// As if it had never been: what it brought came again.
void SeriesInbox::drop(ArrivingSeries& series, Delivery delivery) {
  for (std::size_t k = series.kept.size(); k-- > 0;) {
    if (series.kept[k].by != delivery) continue;
    const auto at = static_cast<std::ptrdiff_t>(k);
    std::error_code ec;  // what stays will be found to be there twice
    series.bytes -= std::filesystem::file_size(series.kept[k].file, ec);
    std::filesystem::remove(series.kept[k].file, ec);
    series.kept.erase(series.kept.begin() + at);
    series.objects.erase(series.objects.begin() + at);
  }
  series.brought.erase(delivery);
}

void SeriesInbox::forget_deliveries() {
  std::erase_if(deliveries_, [&](const auto& entry) {
    const bool used = std::ranges::any_of(
        series_, [&](const auto& s) { return s.second.brought.contains(entry.first); });
    return !entry.second.open && !used;
  });
}

std::vector<ClosedSeries> SeriesInbox::take_closed() {
  const std::lock_guard lock(mutex_);
  const Timestamp now = time_.now();
  std::vector<ClosedSeries> out = std::exchange(nothing_kept_, {});
  for (auto at = series_.begin(); at != series_.end();) {
    const ArrivingSeries& series = at->second;
    SeriesVerdict verdict = judge_.judge(series, deliveries_, now - series.touched);
    if (verdict.state == SeriesState::waiting) {
      ++at;
      continue;
    }
    judge_.remember(series);
    out.push_back({series.folder, deliveries_.at(series.brought.rbegin()->first).from,
                   series.objects.front(), series.objects.size(), series.bytes, series.began,
                   series.touched, std::move(verdict)});
    at = series_.erase(at);
  }
  forget_deliveries();
  return out;
}

std::optional<RestingSeries> SeriesInbox::resting() {
  const std::lock_guard lock(mutex_);
  const Timestamp now = time_.now();
  const ArrivingSeries* longest = nullptr;
  for (const auto& [uid, series] : series_) {
    if (series.objects.empty() || now - series.touched < patience_.quiet / rest_share) continue;
    if (longest != nullptr && longest->touched <= series.touched) continue;
    if (judge_.judge(series, deliveries_, patience_.quiet).state == SeriesState::whole)
      longest = &series;
  }
  if (longest == nullptr) return std::nullopt;
  return RestingSeries{longest->folder, longest->objects.size()};
}

std::vector<ArrivedRegistration> SeriesInbox::take_registrations() {
  const std::lock_guard lock(mutex_);
  return std::exchange(registrations_, {});
}

std::vector<std::filesystem::path> SeriesInbox::folders() {
  const std::lock_guard lock(mutex_);
  std::vector<std::filesystem::path> out;
  for (const auto& [uid, series] : series_) out.push_back(series.folder);
  for (const auto& r : registrations_) out.push_back(r.file.parent_path());
  return out;
}

}  // namespace trocar
