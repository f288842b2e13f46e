#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "drivers/dicom_sink.hpp"
#include "drivers/series_judge.hpp"

namespace trocar {

// How much may come in before somebody is refused.
struct InboxLimits {
  std::size_t max_objects = 2000;         // of a series
  std::uint64_t max_bytes = 2ULL << 30U;  // of a series
  std::size_t max_open_series = 8;        // that are not judged yet
};

// A series of which nothing more is waited for. Its folder is the taker's to delete.
struct ClosedSeries {
  std::filesystem::path folder{};  // none where not one object could be kept
  std::string from;                // who sent it, the last delivery
  ObjectIdentity first{};          // of the object that came first
  std::size_t objects = 0;
  std::uint64_t bytes = 0;
  Timestamp began{}, ended{};  // first object; last object or end of delivery
  SeriesVerdict verdict;       // whole or refused
};

// A series that will be whole if nothing more of it comes.
struct RestingSeries {
  std::filesystem::path folder{};
  std::size_t objects = 0;
  bool operator==(const RestingSeries&) const = default;
};

// A spatial registration that came in, as a file that is the taker's to delete.
struct ArrivedRegistration {
  std::filesystem::path file;
  std::string from;
};

// Sorts arriving objects by series into folders of its own naming and says when a series is all
// there. Nothing from the wire becomes part of a path. A file is walked to its end before it is
// kept, so that its sender can be told. thread-safe by a mutex: many associations write, and what
// they write belongs together, which no ring gives.
class SeriesInbox final : public DicomSink {
 public:
  // `spool` exists; `time` lives longer.
  SeriesInbox(std::filesystem::path spool, InboxLimits limits, SeriesPatience patience,
              const TimeSource& time);

  Delivery begin(const std::string& from) override;
  Status store(Delivery delivery, std::string_view file) override;
  void lose(Delivery delivery) override;
  void end(Delivery delivery, bool whole) override;

  // Who has begun to send a series since the last call.
  [[nodiscard]] std::vector<std::string> take_begun();
  // What is due by now.
  [[nodiscard]] std::vector<ClosedSeries> take_closed();
  // The one that has been quiet longest, for a while at least: not yet due, but worth a guess.
  [[nodiscard]] std::optional<RestingSeries> resting();
  [[nodiscard]] std::vector<ArrivedRegistration> take_registrations();
  // Of everything that has not been taken, to be deleted when nothing more comes.
  [[nodiscard]] std::vector<std::filesystem::path> folders();

 private:
  Status keep(Delivery delivery, std::string_view file);
  Result<std::filesystem::path> place_for(Delivery delivery, const ObjectIdentity& id,
                                          std::size_t bytes);
  Result<ArrivingSeries*> series_of(const ObjectIdentity& id);
  static void drop(ArrivingSeries& series, Delivery delivery);
  void forget_deliveries();

  const std::filesystem::path spool_;
  const InboxLimits limits_;
  const SeriesPatience patience_;
  SeriesJudge judge_;
  const TimeSource& time_;
  std::mutex mutex_;
  ArrivingDeliveries deliveries_;
  std::map<std::string, ArrivingSeries> series_;  // by series instance UID
  std::vector<ArrivedRegistration> registrations_;
  std::vector<std::string> begun_;
  std::vector<ClosedSeries> nothing_kept_;  // deliveries of which each object was refused
  Delivery last_delivery_ = 0;
};

}  // namespace trocar
