#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <string>

namespace trocar {

struct IgtlInspection {
  std::size_t messages = 0;
  std::size_t refused = 0;  // verdicts other than ok
};

// Decodes a stream of OpenIGTLink messages, or a single one, to a JSON line for each, with a
// verdict: `ok`, or the reason it is refused. After a message whose header is sound the walk goes
// on, after anything else it stops and says where. Pure.
IgtlInspection inspect_igtl(std::span<const std::byte> bytes, const std::string& file, bool full,
                            const std::function<void(const std::string& line)>& say);

}  // namespace trocar
