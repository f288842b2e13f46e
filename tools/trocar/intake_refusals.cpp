#include "tools/trocar/intake_refusals.hpp"

#include <fmt/format.h>

#include <utility>

namespace trocar {

std::optional<std::string> IntakeRefusals::note(const IntakeRefusal& refusal, Timestamp now) {
  const std::lock_guard lock(mutex_);
  Kind& kind = kinds_[refusal.what];
  ++kind.count;
  if (kind.told && now - *kind.told < pause) {
    ++kind.untold;
    return std::nullopt;
  }
  kind.told = now;
  std::string text = fmt::format("{}: {}", refusal.what, refusal.detail);
  if (const auto untold = std::exchange(kind.untold, 0); untold > 0) {
    text = fmt::format("{}: {} more, and {}", refusal.what, untold, refusal.detail);
  }
  // Names and values in it come from outside.
  for (char& c : text) c = c >= ' ' && c <= '~' ? c : '?';
  return text;
}

IntakeRefusals::Counts IntakeRefusals::counts() const {
  const std::lock_guard lock(mutex_);
  Counts out;
  for (const auto& [what, kind] : kinds_) out[what] = kind.count;
  return out;
}

}  // namespace trocar
