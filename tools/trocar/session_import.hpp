#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/base/time.hpp"
#include "tools/trocar/or_setup.hpp"
#include "tools/trocar/sequence_reader.hpp"

namespace trocar {

struct ImportOptions {
  std::map<std::string, std::string> tool_of;  // name in the sequence -> tool of the configuration
  Duration time_bound{};                       // of the sequence's own times
  bool images = true;                          // take its pixels, too
};

struct Imported {
  std::uint64_t frames = 0;
  std::uint64_t repeated = 0;        // frames with the time of the one before, left out
  std::uint64_t not_rigid = 0;       // poses that are no rigid motion, left out
  std::uint64_t images = 0;          // written
  std::uint64_t invalid_images = 0;  // of frames whose ImageStatus is not OK, left out
  std::vector<std::string> unused;   // transforms that no tool of the configuration takes
  std::vector<std::string> unseen;   // tools without a transform
  std::string relative_to;  // poses are relative to this body, the reference; empty: the tracker's
  double reference_distance_mm = 0;  // then: how far from the tracker it was put
};

// Takes a sequence through the navigator of a configuration, each frame at its own time, and writes
// what a live engine would have recorded to a new file: docs/decisions/0054. Moves the set-up's
// model out. Error: no transform fits a tool, the images cannot be read, or the file cannot be
// written; there is no new file then.
Result<Imported> import_sequence(const Sequence& sequence, OrSetup setup,
                                 const ImportOptions& options, const std::filesystem::path& to);

}  // namespace trocar
