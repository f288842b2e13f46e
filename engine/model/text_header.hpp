#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace trocar {

// The header of a volume that begins with lines "name<separator>value" (NRRD, MetaImage).
struct TextHeader {
  std::map<std::string, std::string, std::less<>> entries;  // both trimmed
  std::uint64_t bytes = 0;                                  // up to where the voxels begin
};

// Up to and with the line that begins with `last` (an empty one: the first empty line), 1 MiB at
// most. A file that cannot be read has no entries.
TextHeader read_text_header(const std::filesystem::path& file, char separator,
                            std::string_view last);

}  // namespace trocar
