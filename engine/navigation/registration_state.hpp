#pragma once
#include <array>
#include <cstdint>
#include <optional>

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
  fre_high,          // the fit is broken; a low FRE proves nothing
};
std::string_view to_string(RegistrationFault fault);

RegistrationFault check_registration(const Registration& r, std::size_t vertebrae,
                                     const ErrorLimits& limits);

// The accepted registrations, of the spine as a whole or of single vertebrae, and how often they
// have changed. plain: one thread.
class RegistrationState {
 public:
  // Replaces the one of its vertebra when it passes the gate, and all when it is of the whole
  // spine; otherwise nothing changes.
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

 private:
  std::optional<Registration> whole_;
  std::array<std::optional<Registration>, max_vertebrae> own_{};  // newer than whole_
  std::uint32_t epoch_ = 0;
};

}  // namespace trocar
