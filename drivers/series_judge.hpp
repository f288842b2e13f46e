#pragma once
#include <cstdint>
#include <filesystem>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "drivers/dicom_sink.hpp"
#include "engine/model/series_completeness.hpp"

namespace trocar {

// One association, or one copy into the watched folder.
struct ArrivingDelivery {
  std::string from;
  std::set<std::string> patients;
  std::size_t damaged = 0;  // or lost: each may have been a slice
  bool open = true;
  bool whole = false;
};
using ArrivingDeliveries = std::map<DicomSink::Delivery, ArrivingDelivery>;

// A series that comes in, by one delivery or several.
struct ArrivingSeries {
  struct Kept {
    DicomSink::Delivery by;
    std::filesystem::path file;
  };
  std::filesystem::path folder;
  std::vector<ObjectIdentity> objects;
  std::vector<Kept> kept;  // of each of the objects
  std::uint64_t bytes = 0;
  std::map<DicomSink::Delivery, std::set<std::string>> brought;  // which instances, each once
  Timestamp began{}, touched{};
  std::size_t files = 0;  // names given
};

// Says of a series what its objects alone do not show (series_completeness): how the deliveries
// went that brought it, and what was judged before. plain: under its inbox's lock.
class SeriesJudge {
 public:
  explicit SeriesJudge(SeriesPatience patience) : patience_(patience) {}

  // `deliveries` has all that brought part of the series; `quiet`: since it was last touched.
  [[nodiscard]] SeriesVerdict judge(const ArrivingSeries& series,
                                    const ArrivingDeliveries& deliveries, Duration quiet) const;
  // That the series was judged: what comes of it from now on is late.
  void remember(const ArrivingSeries& series);

 private:
  struct Judged {
    std::string series_uid;
    std::set<std::string> instances;  // each once, though it came twice
  };

  [[nodiscard]] std::optional<InputWarning> late(const ArrivingSeries& series) const;

  SeriesPatience patience_;
  std::list<Judged> judged_;  // the newest last
};

// The deliveries that broke off and whose part of the series another one, which ended whole,
// brought all of: its sender tried again.
std::vector<DicomSink::Delivery> made_good(const ArrivingSeries& series,
                                           const ArrivingDeliveries& deliveries);

// The reason to refuse what a delivery of damaged objects brought.
InputWarning damage_of(const ArrivingDelivery& delivery);

}  // namespace trocar
