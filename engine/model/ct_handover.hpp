#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/ct_volume.hpp"

namespace trocar {

// What became of a series: a CT, or why there is none.
struct SeriesReading {
  std::optional<CtInput> ct{};
  std::vector<InputWarning> issues{};  // of the gate, when it refused
  std::string reason{};                // one line, when there is no CT
};

// The two sides of a series that is decoded by another process. The voxels travel in a file in
// memory (memfd), everything else as a report of one JSON object. docs/decisions/0067.

// In the decoding process: reads a DICOM folder through the gate, the pixels with so many
// processes, into `into`, an empty file. Gives the report, whatever happened.
std::string decode_folder(const std::filesystem::path& folder, int into, int processes);

// In the engine: `from` must be sealed. Trusts nothing of it: the geometry passes the gate again
// and must fit the number of voxels.
SeriesReading take_decoded(std::string_view report, int from);

}  // namespace trocar
