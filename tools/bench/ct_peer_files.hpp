#pragma once
#include <filesystem>

#include "tools/bench/ct_sets.hpp"

namespace trocar::bench {

// fixed.mha and mask.mha: the preop CT round the target and the target's mask widened by 2 mm,
// moved so that the vertebra's centre is the origin: an optimiser that turns about a far origin
// does nothing useful. moving.mha: the scan in its own axes.
void write_peer_files(const CtSource& source, const CtScan& scan,
                      const std::filesystem::path& folder);

}  // namespace trocar::bench
