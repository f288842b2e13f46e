#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "engine/model/markups.hpp"

// A markups file: what is taken has names that differ, and places inside a room.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = memfd_create("markups", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) abort();
  const auto markups = trocar::read_markups(path);
  if (!markups) return 0;
  std::set<std::string> labels;
  for (const trocar::Fiducial& f : markups.value().points) {
    if (!labels.insert(f.label).second || f.label.empty()) std::abort();
    if (!(f.position.mm.cwiseAbs().maxCoeff() <= 3000)) std::abort();
  }
  if (labels.size() > trocar::max_markup_points) std::abort();
  return 0;
}
