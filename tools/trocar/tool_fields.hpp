#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/navigation/tool_model.hpp"

namespace trocar {

// Which transform of a sequence is the pose of which tool.
struct ToolFields {
  std::vector<std::string> of_tool;  // by ToolId::index; empty: the tool is in none
  std::vector<std::string> unused;   // transforms that no tool takes
  std::vector<std::string> unseen;   // tools without a transform
  std::optional<std::size_t> given;  // poses are relative to this tool, the reference
  std::string relative_to;           // the sequence's name for it; empty: they are the tracker's
};

// `tool_of`: name in the sequence -> tool. A field <Name>ToTracker is the pose of that tool. When
// no tool has one, <Name>To<Reference> is its pose relative to the reference. Code::not_found: no
// field is a pose of a tool; Code::ambiguous: two are of the same.
Result<ToolFields> tool_fields_of(const std::vector<std::string>& fields,
                                  const std::vector<ToolModel>& tools,
                                  const std::map<std::string, std::string>& tool_of);

}  // namespace trocar
