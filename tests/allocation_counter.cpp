#include "tests/allocation_counter.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<long> allocated{0};

void* count_and_allocate(std::size_t size) noexcept {
  allocated.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size);
}

}  // namespace

long trocar::test::allocations() { return allocated; }

void* operator new(std::size_t size) {
  if (void* const p = count_and_allocate(size)) return p;
  throw std::bad_alloc();
}
// The standard library takes its buffers with this one; left to it, it would not match the delete.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return count_and_allocate(size);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  allocated.fetch_add(1, std::memory_order_relaxed);
  const auto step = static_cast<std::size_t>(alignment);
  void* const p = std::aligned_alloc(step, (size + step - 1) / step * step);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
