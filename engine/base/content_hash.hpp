#pragma once
#include <filesystem>
#include <string>

#include "engine/base/result.hpp"

namespace trocar {

// 16 hexadecimal digits of FNV-1a over the file's bytes: tells a file that was changed, by accident
// or by hand, from the one that was checked. No protection against forgery. Errors: io.
Result<std::string> content_hash(const std::filesystem::path& file);

}  // namespace trocar
