#include "engine/base/large_pages.hpp"

#include <sys/mman.h>

#include <cstdint>

namespace trocar {

void use_large_pages(void* memory, std::size_t bytes) {
  constexpr std::uintptr_t page = 4096;
  constexpr std::size_t large = std::size_t{2} << 20U;
  if (bytes < 2 * large) return;  // not one of them would lie inside, or hardly more
  const auto first = (reinterpret_cast<std::uintptr_t>(memory) + page - 1) & ~(page - 1);
  const auto last = (reinterpret_cast<std::uintptr_t>(memory) + bytes) & ~(page - 1);
  // NOLINTNEXTLINE(performance-no-int-to-ptr) the pages inside, by their numbers
  if (last > first) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
}

}  // namespace trocar
