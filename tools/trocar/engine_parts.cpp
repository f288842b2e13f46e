#include "tools/trocar/engine_parts.hpp"

#include <memory>
#include <utility>

namespace trocar {

StreamScene scene_of(const OrSetup& setup) {
  StreamScene scene{setup.names, {}, {}};
  for (const Structure& s : setup.plan.structures) scene.surfaces.push_back(s.surface);
  for (const InputWarning& w : setup.plan.warnings) {
    scene.warnings.push_back("issue=" + std::string(to_string(w.issue)) + " text=" + w.detail);
  }
  return scene;
}

EngineParts parts_of(OrSetup& setup) {
  EngineParts parts;
  parts.navigator =
      std::make_unique<Navigator>(setup.navigator, setup.tools, std::move(setup.model));
  parts.worker = std::make_unique<RegistrationWorker>(setup.registration, setup.plan.fiducials);
  parts.source = std::move(setup.source);
  parts.tick = setup.tick;
  return parts;
}

}  // namespace trocar
