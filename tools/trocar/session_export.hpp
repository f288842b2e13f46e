#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/result.hpp"

namespace trocar {

// Writes what a session holds for other programs, into a folder that must not be there yet:
// guidance.csv and events.csv, session.db (SQLite, the same two tables), tools.igs.mha and
// tools.seq.nrrd (poses for PLUS, Slicer and our own import), registration*.h5 (for Slicer),
// fiducials.mrk.json and trajectory.mrk.json. As far as the file is whole; what it ended with is
// `end`. After an error or Ctrl-C no folder is left.
struct Exported {
  std::vector<std::string> files;
  std::uint64_t guidances = 0;
  std::uint64_t events = 0;
  std::uint64_t exposures = 0;  // in the sequences
  std::uint64_t late = 0;       // that came more than 1 s late, and are not in them
  bool whole = false;
  std::string end;  // why not whole
};
Result<Exported> export_session(const std::filesystem::path& session,
                                const std::filesystem::path& folder);

}  // namespace trocar
