#include "tools/trocar/engine_parts.hpp"

#include <memory>
#include <utility>

namespace trocar {

StreamScene scene_of(const OrSetup& setup) {
  StreamScene scene{setup.names, {}};
  for (const Structure& s : setup.plan.structures) scene.surfaces.push_back(s.surface);
  return scene;
}

EngineParts parts_of(OrSetup& setup) {
  EngineParts parts;
  parts.navigator =
      std::make_unique<Navigator>(setup.navigator, setup.tools, std::move(setup.model));
  parts.worker = std::make_unique<RegistrationWorker>(setup.registration, setup.plan.fiducials,
                                                      setup.plan.vertebrae.size());
  parts.source = std::move(setup.source);
  parts.tick = setup.tick;
  return parts;
}

}  // namespace trocar
