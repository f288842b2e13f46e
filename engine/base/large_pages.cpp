#include "engine/base/large_pages.hpp"

#include <sys/mman.h>

#include <cstdint>

namespace trocar {

void use_large_pages(void* memory, std::size_t bytes) {
  constexpr std::uintptr_t page = 4096;
  const auto first = (reinterpret_cast<std::uintptr_t>(memory) + page - 1) & ~(page - 1);
  const auto last = (reinterpret_cast<std::uintptr_t>(memory) + bytes) & ~(page - 1);
  // NOLINTNEXTLINE(performance-no-int-to-ptr) the pages inside, by their numbers
  if (last > first) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
}

}  // namespace trocar
