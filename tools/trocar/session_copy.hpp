#pragma once
#include <functional>
#include <string>

#include "engine/base/result.hpp"
#include "engine/session/session_messages.hpp"
#include "tools/trocar/session_contents.hpp"
#include "tools/trocar/unfinished.hpp"

namespace trocar {

// Which messages of a session a copy keeps; `at_s` from the first message on.
using Keep = std::function<bool(Topic topic, double at_s)>;

struct SessionCopy {
  Contents from;
  Unfinished to;  // whole and ended; there once it is kept
};

// Copies what is whole and wanted into a new file under a new chain. Nothing is left after an
// error or Ctrl-C.
Result<SessionCopy> copy_session(const std::string& from, const std::string& to, const char* doing,
                                 const Keep& keep);

}  // namespace trocar
