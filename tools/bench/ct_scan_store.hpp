#pragma once
#include <filesystem>

#include "tools/bench/ct_sets.hpp"

namespace trocar::bench {

// make_scan(), kept in a folder for the next run: making takes longer than registering. Without a
// folder it is made. Ends the program where the folder cannot be written.
CtScan kept_scan(const CtSource& source, const ScanMake& make, const std::filesystem::path& folder);

}  // namespace trocar::bench
