#include <cstdlib>
#include <string_view>

#include "engine/igtl/remote_command.hpp"

// A command's XML as any client may send it: refused or taken, never a fault; and a reply that
// holds what the client said is XML again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trocar::igtl;
  const auto command = parse_command({reinterpret_cast<const char*>(data), size});
  if (!command) return 0;
  if (command.value().name.empty()) std::abort();
  const std::string reply =
      reply_xml(command.value().name, {true, command.value().name, command.value().attributes});
  if (reply.find("<CommandReply Name=") != 0) std::abort();
  if (reply.find('\n') != std::string::npos) std::abort();
  return 0;
}
