#pragma once

namespace trocar::test {

// How often this program has allocated. Replaces operator new of the whole program; in a file of
// its own, because g++ 12 warns falsely of a mismatched free() where it is inlined.
long allocations();

}  // namespace trocar::test
