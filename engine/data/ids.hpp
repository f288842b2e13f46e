#pragma once
#include <cstddef>
#include <cstdint>

namespace trocar {

// Run-time identity: an index into the list the configuration or the plan gave, valid for one run.
// Names live in those lists; the hot path carries only the index.
template <class Tag>
struct Id {
  std::uint16_t index = 0;
  friend bool operator==(Id, Id) = default;
};
using ToolId = Id<struct ToolTag>;            // a tracked body of the configuration, in file order
using VertebraId = Id<struct VertebraTag>;    // in plan order, cranial to caudal
using StructureId = Id<struct StructureTag>;  // in plan order

inline constexpr std::size_t max_tools = 12;
inline constexpr std::size_t max_structures = 16;
inline constexpr std::size_t max_vertebrae = 12;
inline constexpr std::size_t max_touched = 24;  // points of one registration

}  // namespace trocar
