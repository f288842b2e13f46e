#include "engine/base/file_kind.hpp"

#include <system_error>

namespace trocar {

std::string_view kind_at(const std::filesystem::path& path) {
  std::error_code ignored;
  const std::filesystem::file_status at = std::filesystem::status(path, ignored);
  if (!std::filesystem::exists(at)) return "nothing";
  if (std::filesystem::is_regular_file(at)) return "a file";
  if (std::filesystem::is_directory(at)) return "a folder";
  if (std::filesystem::is_fifo(at)) return "a FIFO";
  if (std::filesystem::is_socket(at)) return "a socket";
  return "a device";
}

}  // namespace trocar
