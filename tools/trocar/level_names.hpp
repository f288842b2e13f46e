#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace trocar {

// Vertebrae by TotalSegmentator's numbers, which the phantom uses too: L5 is 27 .. L1 31, T12 32 ..
// T1 43, C7 44 .. C1 50. A text of digits is a label itself. Nothing for any other text.
std::optional<int> label_named(std::string_view text);
// "L1" for 31; the number as text where there is no name.
std::string name_of_label(int label);

}  // namespace trocar
