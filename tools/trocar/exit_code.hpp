#pragma once

namespace trocar {

// What the program's exit says; in README and in `trocar --help`.
enum ExitCode : int {
  exit_ok = 0,
  exit_run_time = 1,
  exit_usage = 2,
  exit_configuration = 3,
  exit_device = 4,
  exit_check_failed = 5,
};

}  // namespace trocar
