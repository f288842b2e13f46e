#pragma once
#include <cstddef>

// How often this thread called operator new while `body` ran. The replaced operator new lives in
// its own file, where the optimiser cannot mistake it for the standard one.
namespace trocar::test {
void begin_counting_allocations();
std::size_t end_counting_allocations();

template <class Body>
std::size_t allocations_of(const Body& body) {
  begin_counting_allocations();
  body();
  return end_counting_allocations();
}
}  // namespace trocar::test
