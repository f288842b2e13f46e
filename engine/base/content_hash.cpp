#include "engine/base/content_hash.hpp"

#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>

namespace trocar {

Result<std::string> content_hash(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{Code::io, file.string() + " cannot be read"};
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  std::array<char, 4096> chunk{};
  while (in.read(chunk.data(), chunk.size()) || in.gcount() > 0) {
    for (std::streamsize i = 0; i < in.gcount(); ++i) {
      hash ^= static_cast<unsigned char>(chunk[static_cast<std::size_t>(i)]);
      hash *= 1099511628211ULL;
    }
  }
  if (in.bad()) return Error{Code::io, file.string() + " cannot be read"};
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(hash));
  return std::string(digits.data());
}

}  // namespace trocar
