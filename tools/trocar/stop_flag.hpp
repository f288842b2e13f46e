#pragma once

namespace trocar {

// Turns SIGINT and SIGTERM into a flag that the commands' loops look at. Signals are the one thing
// in the process that cannot be told who owns them; so is this flag.
void stop_on_signals();
bool stop_wanted();

// From now on either signal ends the program at once, with `line` on stderr and exit_run_time: for
// long work that looks at no flag and leaves nothing that could be taken for whole. `line` must
// outlive the program.
void end_on_signals(const char* line);

}  // namespace trocar
