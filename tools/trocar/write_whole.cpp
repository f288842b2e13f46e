#include "tools/trocar/write_whole.hpp"

#include <unistd.h>

#include <fstream>

namespace trocar {
namespace {

// The process's id: two programs that write the same report must not write into one file.
std::filesystem::path part_of(const std::filesystem::path& file) {
  return file.string() + "." + std::to_string(::getpid()) + ".part";
}

bool write_part(const WholeFile& f) {
  std::ofstream out(part_of(f.file), std::ios::binary);
  out << f.content;
  out.close();
  return out.good();
}

bool put_in_place(const WholeFile& f) {
  std::error_code why;
  std::filesystem::rename(part_of(f.file), f.file, why);
  return !why;
}

}  // namespace

Status write_whole(const std::vector<WholeFile>& files) {
  const std::filesystem::path* bad = nullptr;
  for (std::size_t i = 0; bad == nullptr && i < files.size(); ++i) {
    if (!write_part(files[i])) bad = &files[i].file;
  }
  std::size_t placed = 0;
  while (bad == nullptr && placed < files.size()) {
    if (put_in_place(files[placed])) {
      ++placed;
    } else {
      bad = &files[placed].file;
    }
  }
  if (bad == nullptr) return Done{};
  std::error_code ignored;
  for (std::size_t i = 0; i < files.size(); ++i) {
    std::filesystem::remove(i < placed ? files[i].file : part_of(files[i].file), ignored);
  }
  return Error{Code::io, bad->string() + ": cannot be written"};
}

}  // namespace trocar
