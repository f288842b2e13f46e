#include "drivers/series_inbox.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "engine/model/dicom_file.hpp"

namespace trocar {

namespace {

constexpr std::size_t judged_kept = 8;
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

// Unsupported is what is of no kind that is wanted: it is missing in no series.
Result<ObjectIdentity> read_identity(std::string_view file) {
  if (!is_dicom(file)) return Error{Code::unsupported, "expected a DICOM file, found another"};
  const auto elements = walk_dicom(file);
  if (!elements) return Error{Code::malformed, elements.error().detail};
  ObjectIdentity id = identify_object(elements.value());
  if (id.sop_class == dicom_class::spatial_registration) return id;
  if (id.sop_class == dicom_class::enhanced_ct_image) {
    return Error{Code::unsupported,
                 "expected a CT with one slice per object, found an enhanced CT"};
  }
  if (id.sop_class != dicom_class::ct_image) {
    return Error{Code::unsupported,
                 "expected a CT image or a spatial registration, found another "
                 "kind of object"};
  }
  if (!is_uid(id.series_uid) || !is_uid(id.instance_uid)) {
    return Error{Code::malformed, "expected the UIDs of a series and an object"};
  }
  const auto slice = describe_slice(elements.value(), "the object");
  if (!slice) return Error{Code::malformed, slice.error().detail};
  return id;
}

}  // namespace

SeriesInbox::SeriesInbox(std::filesystem::path spool, InboxLimits limits, SeriesPatience patience,
                         const TimeSource& time)
    : spool_(std::move(spool)), limits_(limits), patience_(patience), time_(time) {}

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
  const auto id = read_identity(file);
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
  OpenSeries& series = *found.value();
  OpenDelivery& from = deliveries_[delivery];
  if (series.objects.size() >= limits_.max_objects || series.bytes + bytes > limits_.max_bytes) {
    series.deliveries.insert(delivery);
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
  series.deliveries.insert(delivery);
  return series.folder / fmt::format("{:05}.dcm", ++series.files);
}

Result<SeriesInbox::OpenSeries*> SeriesInbox::series_of(const ObjectIdentity& id) {
  const auto known = series_.find(id.series_uid);
  if (known != series_.end()) return &known->second;
  if (series_.size() >= limits_.max_open_series) {
    return Error{Code::out_of_range,
                 fmt::format("expected at most {} series at a time", limits_.max_open_series)};
  }
  const auto folder = make_folder(spool_);
  if (!folder) return folder.error();
  OpenSeries& made = series_[id.series_uid];
  made.folder = folder.value();
  return &made;
}

std::vector<std::string> SeriesInbox::take_begun() {
  const std::lock_guard lock(mutex_);
  return std::exchange(begun_, {});
}

void SeriesInbox::end(Delivery delivery, bool whole) {
  const std::lock_guard lock(mutex_);
  OpenDelivery& ended = deliveries_[delivery];
  ended.open = false;
  ended.whole = whole;
  bool kept = false;
  for (auto& [uid, series] : series_) {
    if (!series.deliveries.contains(delivery)) continue;
    series.touched = time_.now();
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

SeriesVerdict SeriesInbox::judge(const OpenSeries& series, Duration quiet) const {
  SeriesSoFar so_far{series.objects};
  for (const Delivery d : series.deliveries) so_far.open = so_far.open || deliveries_.at(d).open;
  so_far.broken = !deliveries_.at(*series.deliveries.rbegin()).whole;
  so_far.quiet = quiet;
  if (so_far.open) return {};
  if (const auto wrong = mixed_or_damaged(series)) {
    if (so_far.quiet < patience_.quiet) return {};
    return {SeriesState::refused, {*wrong}};
  }
  SeriesVerdict verdict = judge_series(so_far, patience_);
  if (verdict.state == SeriesState::whole) {
    if (const auto more = late(series)) return {SeriesState::refused, {*more}};
  }
  return verdict;
}

// H7: a delivery of two patients is doubtful as a whole, even where each series has one.
std::optional<InputWarning> SeriesInbox::mixed_or_damaged(const OpenSeries& series) const {
  for (const Delivery d : series.deliveries) {
    const OpenDelivery& delivery = deliveries_.at(d);
    if (delivery.patients.size() > 1) {
      return InputWarning{
          InputIssue::several_patients,
          fmt::format("expected one patient id in a delivery, found {}", delivery.patients.size())};
    }
    if (delivery.damaged > 0) return damage_of(delivery);
  }
  return std::nullopt;
}

InputWarning SeriesInbox::damage_of(const OpenDelivery& delivery) {
  return {InputIssue::damaged_slices,
          fmt::format("expected whole objects within the limits, {} of the delivery were refused",
                      delivery.damaged)};
}

// The instances of a series, each once.
std::set<std::string> SeriesInbox::instances_of(const OpenSeries& series) {
  std::set<std::string> out;
  for (const ObjectIdentity& object : series.objects) out.insert(object.instance_uid);
  return out;
}

// More of a series that has been judged would be taken for a series of its own. Sent again as a
// whole it is one, with every instance of before; then a delivery that went wrong is made good.
std::optional<InputWarning> SeriesInbox::late(const OpenSeries& series) const {
  for (const Judged& before : judged_) {
    if (before.series_uid != series.objects.front().series_uid) continue;
    const std::set<std::string> now = instances_of(series);
    const auto& known = before.instances;
    if (std::includes(now.begin(), now.end(), known.begin(), known.end())) continue;
    return InputWarning{
        InputIssue::late_slices,
        fmt::format("expected a series once or again as a whole, found {} objects of one that was "
                    "judged with {}, not all of which are among them",
                    now.size(), known.size())};
  }
  return std::nullopt;
}

void SeriesInbox::remember(const OpenSeries& series) {
  judged_.push_back({series.objects.front().series_uid, instances_of(series)});
  if (judged_.size() > judged_kept) judged_.pop_front();
}

void SeriesInbox::forget_deliveries() {
  std::erase_if(deliveries_, [&](const auto& entry) {
    const bool used = std::any_of(series_.begin(), series_.end(), [&](const auto& s) {
      return s.second.deliveries.contains(entry.first);
    });
    return !entry.second.open && !used;
  });
}

std::vector<ClosedSeries> SeriesInbox::take_closed() {
  const std::lock_guard lock(mutex_);
  const Timestamp now = time_.now();
  std::vector<ClosedSeries> out = std::exchange(nothing_kept_, {});
  for (auto at = series_.begin(); at != series_.end();) {
    const OpenSeries& series = at->second;
    SeriesVerdict verdict = judge(series, now - series.touched);
    if (verdict.state == SeriesState::waiting) {
      ++at;
      continue;
    }
    remember(series);
    out.push_back({series.folder, deliveries_.at(*series.deliveries.rbegin()).from,
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
  const OpenSeries* longest = nullptr;
  for (const auto& [uid, series] : series_) {
    if (series.objects.empty() || now - series.touched < patience_.quiet / rest_share) continue;
    if (longest != nullptr && longest->touched <= series.touched) continue;
    if (judge(series, patience_.quiet).state == SeriesState::whole) longest = &series;
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
