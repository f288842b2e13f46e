#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/session/mcap.hpp"
#include "engine/session/session_reader.hpp"

namespace trocar {

// What one pass over a session finds.
struct Contents {
  std::vector<mcap::Schema> schemas;
  std::vector<mcap::Channel> channels;
  std::vector<mcap::Attachment> attachments;
  std::map<std::uint16_t, std::uint64_t> messages;  // per channel
  std::uint64_t first_ns = 0;
  std::uint64_t last_ns = 0;
  SessionEnd end;
  [[nodiscard]] double seconds() const { return static_cast<double>(last_ns - first_ns) / 1e9; }
};

// Called with what was read so far, for each message; an error ends the pass.
using OnMessage = std::function<Status(const Contents&, const mcap::Message&)>;

// Reads a session as far as it is whole, with a bar of `doing` on a terminal. Ctrl-C is an error.
Result<Contents> read_contents(const std::string& file, const char* doing,
                               const OnMessage& on_message);

}  // namespace trocar
