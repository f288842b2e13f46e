#include "engine/runtime/resume.hpp"

#include <string>

#include "engine/runtime/replay.hpp"
#include "engine/session/torn_tail.hpp"

namespace trocar {
namespace {

Error refused(const std::filesystem::path& session, const std::string& why) {
  return {Code::inconsistent, session.string() + ": " + why};
}

std::string comparable(SessionSetup setup) {
  setup.trocar_version.clear();
  setup.utc_at_zero_ns = 0;
  return encode(setup);
}

}  // namespace

Result<std::vector<Registration>> registrations_to_resume(const std::filesystem::path& session,
                                                          const SessionSetup& mine) {
  auto opened = Replay::open(session);
  if (!opened) return opened.error();
  Replay& replay = *opened.value();
  if (comparable(replay.setup()) != comparable(mine)) {
    return refused(session, "was recorded under another configuration, plan or tool definition");
  }
  std::vector<Registration> standing;
  std::uint32_t epoch = 0;
  while (const Step* step = replay.advance()) {
    const std::uint32_t now = replay.navigator().guidance().epoch;
    if (std::holds_alternative<RegistrationCleared>(step->event)) standing.clear();
    const auto* r = std::get_if<Registration>(&step->event);
    if (r != nullptr && now != epoch) standing.push_back(*r);  // accepted
    epoch = now;
  }
  if (replay.error()) return refused(session, replay.error()->detail);
  if (const auto& first = replay.stats().first) {
    return refused(session, "does not replay to what was recorded: sequence " +
                                std::to_string(first->sequence) + ", " + first->what);
  }
  if (replay.navigator().guidance().recording != Recording::on) {
    return refused(session, "was not recorded to its end");
  }
  if (!replay.end().closed) {
    const auto torn = is_torn_only(session, replay.end());
    if (!torn) return torn.error();
    if (!torn.value()) return refused(session, replay.end().fault->why);
  }
  return standing;
}

}  // namespace trocar
