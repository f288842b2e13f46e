#include "tools/trocar/engine_parts.hpp"

#include <memory>
#include <utility>

namespace trocar {

void take_parts(OrSetup& setup, EngineParts& parts) {
  parts.navigator =
      std::make_unique<Navigator>(setup.navigator, setup.tools, std::move(setup.model));
  parts.worker = std::make_unique<RegistrationWorker>(setup.registration, setup.plan.fiducials);
  parts.source = std::move(setup.source);
  parts.tick = setup.tick;
}

EngineParts parts_of(OrSetup& setup) {
  EngineParts parts;
  take_parts(setup, parts);
  return parts;
}

}  // namespace trocar
