#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "drivers/process_limits.hpp"
#include "engine/model/ct_handover.hpp"

namespace trocar {

struct DecoderConfig {
  // The program that decodes, to which options and the folder are added: this one, run once more.
  std::vector<std::string> command{"/proc/self/exe", "decode-series"};
  // Of each process; the volume itself counts in each.
  ProcessLimits limits{2ULL << 30U, std::chrono::seconds(60), 1ULL << 30U};
  Duration deadline = std::chrono::seconds(30);
  int processes = 2;
};

// Reads a folder of DICOM files in a process of its own, with limits on what it may use: whatever
// is in the files, this one goes on. Blocks until it is done, has failed, is over the deadline, or
// `stop` can be read (-1: nothing stops it).
SeriesReading decode_series(const std::filesystem::path& folder, const DecoderConfig& config,
                            int stop);

// The other end: what the started program does. Reads the folder and answers on the descriptors
// that decode_series gave it. Gives the exit code. To be called before any other thread is there.
int run_decoder(const std::filesystem::path& folder, const ProcessLimits& limits, int processes);

}  // namespace trocar
