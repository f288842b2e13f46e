#pragma once

// Counts what a program allocates by replacing its operator new. It lies in a file of its own,
// where the optimiser cannot take it for the standard one.
namespace trocar::test {

// How often this program, on any thread, has allocated so far.
long allocations();

template <class Body>
long allocations_of(const Body& body) {
  const long before = allocations();
  body();
  return allocations() - before;
}

}  // namespace trocar::test
