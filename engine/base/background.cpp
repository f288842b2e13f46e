#include "engine/base/background.hpp"

#include <sys/resource.h>
#include <unistd.h>

namespace trocar {

void work_in_background() {
  constexpr int much_lower = 5;  // a third of the share of a thread that it competes with
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), much_lower);
}

}  // namespace trocar
