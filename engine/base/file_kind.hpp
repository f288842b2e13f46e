#pragma once
#include <filesystem>
#include <string_view>

namespace trocar {

// What a message calls that which lies at a path: "nothing", "a file", "a folder", "a FIFO", ...
std::string_view kind_at(const std::filesystem::path& path);

}  // namespace trocar
