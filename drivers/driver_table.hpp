#pragma once
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "drivers/tool_entry.hpp"
#include "engine/base/config_reader.hpp"
#include "engine/data/source.hpp"

namespace trocar {

// Makes the source that `driver` names, from its table of the configuration (the caller calls
// finish()) and the tracked bodies in ToolId order. Throws ConfigError; opens no connection.
std::unique_ptr<Source> make_source(std::string_view driver, const ConfigReader& in,
                                    std::span<const ToolEntry> tools);
std::vector<std::string_view> driver_names();

}  // namespace trocar
