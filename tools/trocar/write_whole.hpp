#pragma once
#include <filesystem>
#include <string>

#include "engine/base/result.hpp"

namespace trocar {

// Writes a file so that whoever reads its folder sees it whole or not at all: beside it under a
// name of this process's own (`.part`), then renamed. thread-safe for different files.
Status write_whole(const std::filesystem::path& file, const std::string& content);

}  // namespace trocar
