#pragma once

namespace trocar {

// Turns SIGINT and SIGTERM into a flag that the commands' loops look at. Signals are the one thing
// in the process that cannot be told who owns them; so is this flag.
void stop_on_signals();
bool stop_wanted();

}  // namespace trocar
