#pragma once
#include <string>
#include <vector>

#include "engine/base/result.hpp"

namespace trocar {

// Every name of the stream, checked once at start. Device names have at most 19 bytes: display
// clients cut longer ones silently and then mix up the tools.
struct StreamNames {
  struct ToolNames {
    std::string tool;       // "Needle"; empty: this body is not streamed (the reference)
    std::string transform;  // "NeedleToRas"
    std::string distance;   // "NeedleDistance"
    std::string line;       // "NeedleClosest"
  };
  struct StructureNames {
    std::string id;        // "Tumour": device name of its surface, prefix of its keys
    std::string vertebra;  // the one it moves with
  };
  std::vector<ToolNames> tools;            // by ToolId::index
  std::vector<StructureNames> structures;  // by StructureId::index

  static constexpr const char* status = "Trocar";
  static constexpr const char* state = "TrocarState";
  static constexpr const char* warnings = "TrocarWarnings";
  static constexpr const char* answer = "TrocarAnswer";   // why a question has none
  static constexpr const char* tracking = "TrocarTools";  // TDATA
  static constexpr const char* images = "CT";             // the preoperative volume
  static constexpr const char* labels = "Labels";         // its label map
  static constexpr const char* fiducials = "Fiducials";   // lists of points
  static constexpr const char* targets = "Targets";

  // What the configuration and the plan call things. `tools` by ToolId::index, "" for bodies that
  // are not streamed. Refuses (Code::config) too many, empty, too long, not unique, characters
  // outside [A-Za-z0-9_-], and "Index" in any letter case, which makes Slicer invent an element.
  static Result<StreamNames> check(const std::vector<std::string>& tools,
                                   const std::vector<StructureNames>& structures);
};

}  // namespace trocar
