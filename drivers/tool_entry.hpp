#pragma once
#include <filesystem>
#include <string>

namespace trocar {

// One tracked body of the configuration, as far as a driver must know it; its ToolId is its place
// in the list. Exactly one of `rom` and `serial` is given.
struct ToolEntry {
  std::string name;
  std::filesystem::path rom;  // tool definition to upload (passive and active wireless tools)
  std::string serial;         // wired tools: serial number as the device prints it, 8 hex digits
};

}  // namespace trocar
