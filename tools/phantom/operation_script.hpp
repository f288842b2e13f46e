#pragma once
#include <cstdint>
#include <string>

#include "tools/phantom/patient.hpp"

namespace trocar::phantom {

// What the surgeon's hand does in a simulated operation.
struct Script {
  std::string keyframes;  // of the simulator: tip and direction in preop of the reference's level
  std::string then;       // for a person: what comes after the fiducials
  double covered_from_s;  // a hand covers the needle's markers
  double ends_s;
};

// Tip check, fiducials, then through the pedicle into the lesion.
Script way_in(const Patient& patient, std::uint64_t seed, const Vec& divot_in_preop);
// Tip check, fiducials, then the tip is held at a place for ten minutes.
Script hold_still(const Patient& patient, std::uint64_t seed, const Vec& divot_in_preop,
                  const Vec& tip);

// "[x, y, z]" for a TOML file.
std::string list(const Vec& v);

}  // namespace trocar::phantom
