#pragma once
#include <cstddef>
#include <vector>

namespace trocar {

// Asks for memory that is reserved and not yet touched to be faulted in by large pages: a hundred
// megabytes take 50 of them or 25,000 small ones, and a fault can cost more than what is done with
// the page. Only advice; thread-safe.
void use_large_pages(void* memory, std::size_t bytes);

// A vector of so many zeros in large pages, for volumes.
template <class T>
std::vector<T> large_vector(std::size_t count) {
  std::vector<T> out;
  out.reserve(count);
  use_large_pages(out.data(), count * sizeof(T));
  out.resize(count);
  return out;
}

}  // namespace trocar
