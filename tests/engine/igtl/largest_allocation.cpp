#include "tests/engine/igtl/largest_allocation.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {
thread_local std::size_t largest = 0;
}

std::size_t trocar::igtl::largest_allocation() { return largest; }
void trocar::igtl::reset_largest_allocation() { largest = 0; }

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

// A sanitizer stands there itself, and does not like company. Both have this function; g++ comes
// without the header that declares it.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*taken)(const volatile void*,
                                                                       std::size_t),
                                                         void (*given_back)(const volatile void*));

namespace {
[[maybe_unused]] const int installed = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t size) { largest = std::max(largest, size); },
    [](const volatile void*) {});
}

#else

void* operator new(std::size_t size) {
  largest = std::max(largest, size);
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

#endif
