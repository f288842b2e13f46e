#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/result.hpp"

namespace trocar {

struct WholeFile {
  std::filesystem::path file;
  std::string content;
};

// Writes files so that whoever reads their folder sees each whole or not at all: beside it under a
// name of this process's own (`.part`), then renamed, in the order given. When one cannot be
// written none is left. thread-safe for different files.
Status write_whole(const std::vector<WholeFile>& files);

}  // namespace trocar
