#pragma once
#include <string>
#include <vector>

#include "engine/session/session_messages.hpp"

namespace trocar {

// Every field in which two messages of a topic differ, as first_difference() names the first.
std::vector<std::string> message_differences(Topic topic, mcap::Bytes recorded, mcap::Bytes found);

}  // namespace trocar
