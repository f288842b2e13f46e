#include "tests/engine/registration/count_allocations.hpp"

#include <cstdlib>
#include <new>

namespace {
thread_local bool counting = false;
thread_local std::size_t count = 0;
}  // namespace

void* operator new(std::size_t size) {
  if (counting) ++count;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
// Catch allocates with this one; left to the library it would not match the delete below.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  if (counting) ++count;
  return std::malloc(size);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace trocar::test {

void begin_counting_allocations() {
  count = 0;
  counting = true;
}

std::size_t end_counting_allocations() {
  counting = false;
  return count;
}

}  // namespace trocar::test
