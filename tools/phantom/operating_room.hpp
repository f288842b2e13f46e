#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "engine/base/result.hpp"
#include "tools/phantom/intraop.hpp"
#include "tools/phantom/patient.hpp"

namespace trocar::phantom {

// The simulated operation round the phantom, as the two files its two programs read:
//   simulator.toml  what the tracker will see: where the patient truly lies, how reference and
//   needle
//                   move, which noise and which faults there are. Only `trocar simulate` reads it.
//   run.toml        what the engine is told: tools as calibrated, limits, plan. It holds no truth
//   of
//                   the simulator: the needle's calibrated tip is off by a drawn error, and where
//                   the patient lies must be found by touching the fiducials.
// The tool files must be in folder/tools already. Errors: io.
Status write_operating_room(const Patient& patient, std::uint64_t seed,
                            const std::filesystem::path& folder);

// The same with a scan on the table: run_ct.toml, which takes scans, and simulator_ct.toml, where
// the needle is held beside the lesion of a spine that has bent. After write_operating_room.
Status write_table_operation(const Patient& patient, std::uint64_t seed, const IntraopScene& scene,
                             const std::filesystem::path& folder);

}  // namespace trocar::phantom
