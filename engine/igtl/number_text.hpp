#pragma once
#include <cstdint>
#include <string>

#include "engine/base/time.hpp"

// Numbers appended to a text that is used again and again: no allocation once it has grown.
namespace trocar::igtl {

// Exactly the text of fixed_number(), but several times faster for everyday magnitudes: the encoder
// writes a few hundred numbers per tick. `decimals` in [0, 3].
void append_fixed(std::string& out, double value, int decimals);
void append_integer(std::string& out, std::uint64_t value);
// Session time in seconds with nine decimals: "12.345678901".
void append_seconds(std::string& out, Timestamp at);

}  // namespace trocar::igtl
