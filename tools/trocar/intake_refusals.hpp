#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "drivers/ct_intake.hpp"

namespace trocar {

// Senders, associations, objects and files that were turned away: each is counted, few are told. A
// flood must fill neither the log nor the ring to the navigator (H19). thread-safe by a mutex: the
// intake's threads note, the control endpoint's reads.
class IntakeRefusals {
 public:
  using Counts = std::map<std::string, std::uint64_t>;

  // What is to be told of it now, in printable ASCII: the first of its kind, then at most one in
  // `pause`, with how many were not told.
  std::optional<std::string> note(const IntakeRefusal& refusal, Timestamp now);
  [[nodiscard]] Counts counts() const;

  static constexpr Duration pause = std::chrono::seconds(10);

 private:
  struct Kind {
    std::uint64_t count = 0, untold = 0;
    std::optional<Timestamp> told;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Kind> kinds_;
};

}  // namespace trocar
