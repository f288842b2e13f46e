#pragma once

namespace trocar {

// The calling thread gives way from now on to those that navigate: decoding and registering a scan
// take all cores for a second, and nothing shown may be later for it. No way back. Advice:
// where the system refuses, it goes on as before. Safe between fork and exec.
void work_in_background();

}  // namespace trocar
