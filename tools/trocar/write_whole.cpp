#include "tools/trocar/write_whole.hpp"

#include <unistd.h>

#include <fstream>

namespace trocar {

// The process's id: two programs that write the same report must not write into one file.
Status write_whole(const std::filesystem::path& file, const std::string& content) {
  const std::filesystem::path part = file.string() + "." + std::to_string(::getpid()) + ".part";
  std::ofstream out(part, std::ios::binary);
  out << content;
  out.close();
  std::error_code why;
  if (out) std::filesystem::rename(part, file, why);
  if (out && !why) return Done{};
  std::filesystem::remove(part, why);
  return Error{Code::io, file.string() + ": cannot be written"};
}

}  // namespace trocar
