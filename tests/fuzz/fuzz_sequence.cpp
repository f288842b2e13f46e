#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "tools/trocar/sequence_images.hpp"

// A sequence of PLUS or Slicer, its images too: each that comes has as many bytes as its size says.
namespace {

using namespace trocar;

// A file in memory: readers of files are handed its name.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("sequence", 0)) {
    if (fd_ < 0) std::abort();
  }
  std::string holding(const std::uint8_t* data, std::size_t size) {
    if (ftruncate(fd_, 0) != 0 || pwrite(fd_, data, size, 0) != static_cast<ssize_t>(size)) {
      std::abort();
    }
    return "/proc/self/fd/" + std::to_string(fd_);
  }

 private:
  int fd_;
};

void check(const ImageFrame& image) {
  std::size_t bytes = bytes_of(image.type) * image.components;
  for (const std::uint16_t n : image.size) bytes *= n;
  if (image.pixels->size() != bytes || !image.steps_mm.allFinite()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryFile file;
  const auto sequence = read_sequence(file.holding(data, size));
  if (!sequence) return 0;
  auto images = SequenceImages::open(sequence.value(), Duration(0));
  if (!images) return 0;
  for (const SequenceFrame& frame : sequence.value().frames) {
    const auto image = images.value().next(frame.has_image, Timestamp());
    if (!image) return 0;
    if (image.value()) check(*image.value());
  }
  (void)static_cast<bool>(images.value().finish());
  return 0;
}
