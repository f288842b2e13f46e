#pragma once
#include <cstddef>

#include "engine/base/result.hpp"
#include "engine/base/time.hpp"

namespace trocar {

// What a process that reads files from outside may use.
struct ProcessLimits {
  std::size_t memory_bytes = 0;  // beyond the address space it has when the limits come into force
  Duration cpu{};                // whole seconds; at the limit the process ends by SIGXCPU
  std::size_t file_bytes = 0;    // of a file it writes; beyond it a write fails
};

// Limits this process and those it starts: memory, CPU, files, no core, no new privileges, lower
// priority, and it ends with the thread that started it. Not undone. Error: io.
Status limit_process(const ProcessLimits& limits);

}  // namespace trocar
