#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/result.hpp"

namespace trocar {

// Writes what a session holds for other programs, into a folder that must not be there yet:
// guidance.csv and events.csv, session.db (SQLite, the same two tables), tools.igs.mha and
// tools.seq.nrrd (poses for PLUS and Slicer), registration*.h5 (for Slicer), fiducials.mrk.json and
// trajectory.mrk.json. As far as the file is whole; what it ended with is `end`.
struct Exported {
  std::vector<std::string> files;
  std::uint64_t guidances = 0;
  std::uint64_t events = 0;
  bool whole = false;
  std::string end;  // why not whole
};
Result<Exported> export_session(const std::filesystem::path& session,
                                const std::filesystem::path& folder);

}  // namespace trocar
