#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>

#include "engine/session/recorder.hpp"

// An operating room at its heaviest, as the recorder meets it: 800 frames a second of four tools
// with a guidance of each, and 30 images a second of 1024x1024x16 bit: 63 MB/s.
namespace trocar::bench {

struct SessionLoad {
  double frames_hz = 800;
  double images_hz = 30;
};

struct LoadReport {
  std::uint64_t frames = 0;
  std::uint64_t images = 0;
  std::uint64_t messages = 0;  // on the disk
  std::uint64_t bytes = 0;
  bool lost = false;
};

// Records to `file` for so long. `acknowledged` is told the messages on the disk, every few
// milliseconds. Throws std::runtime_error when the recording does not begin or end.
LoadReport record_load(const std::filesystem::path& file, const SessionLoad& load, double seconds,
                       const std::function<void(std::uint64_t)>& acknowledged,
                       const std::function<void(const RecorderMetrics&)>& at_end);

}  // namespace trocar::bench
