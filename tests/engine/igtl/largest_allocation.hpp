#pragma once
#include <cstddef>

// How much memory a decoder asked for at once: a size field that lies must not be believed.
namespace trocar::igtl {

// The largest piece that operator new was asked for in this thread, since reset.
std::size_t largest_allocation();
void reset_largest_allocation();

}  // namespace trocar::igtl
