#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/data/event.hpp"
#include "engine/navigation/navigator_config.hpp"

namespace trocar {

// Why a registration was refused.
enum class RegistrationFault : std::uint8_t {
  none,
  unknown_vertebra,  // not in the plan
  not_rigid,         // or not finite
  no_covariance,     // not finite, not positive: its error could not be predicted
  no_region,         // fewer than three points, or not finite: nowhere supported
  implausible,       // the region lies further from the reference than a spine reaches: a wrong
                     // unit or a wrong reference (H17)
  moved_too_far,     // the vertebra would lie further from where it was than a spine bends
  fre_high,
  reference_moved,  // before its scan arrived, by more than may be (H4)
};
std::string_view to_string(RegistrationFault fault);

RegistrationFault check_registration(const Registration& r, std::size_t vertebrae,
                                     const ErrorLimits& limits);

// The accepted registrations, of the spine as a whole or of single vertebrae, and how often they
// have changed. plain: one thread.
class RegistrationState {
 public:
  RegistrationState() { aside_.reserve(max_vertebrae); }

  // Replaces the one of its vertebra when it passes the gate, and all when it is of the whole
  // spine; otherwise nothing changes. Those of one scan (`more`) are kept aside until the last of
  // them, accepted or not, and then come into force together, as one epoch.
  RegistrationFault accept(const Registration& r, std::size_t vertebrae, const ErrorLimits& limits);
  // Forgets all; counts as a change when there was any.
  void clear();

  [[nodiscard]] const Registration* of(VertebraId vertebra) const {
    const auto& own = own_[vertebra.index];
    const auto& held = own ? own : whole_;
    return held ? &*held : nullptr;
  }
  [[nodiscard]] bool any() const;
  [[nodiscard]] std::uint32_t epoch() const { return epoch_; }

  // How far `r` moves the middle of its region from where the one that holds has it, mm; nothing
  // when none holds or `r` is of the whole spine.
  [[nodiscard]] std::optional<double> move_mm(const Registration& r) const;

 private:
  void hold(const Registration& r);

  std::optional<Registration> whole_;
  std::array<std::optional<Registration>, max_vertebrae> own_{};  // newer than whole_
  std::vector<Registration> aside_;  // of a scan whose last one is still to come; room for all
  std::uint32_t epoch_ = 0;
};

}  // namespace trocar
