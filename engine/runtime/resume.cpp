#include "engine/runtime/resume.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "engine/runtime/replay.hpp"

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

// A program that was killed leaves a torn piece, which never holds the head of a chain link: that
// is written last. With a link behind the fault something in the middle was damaged, and what the
// session ended with is not known.
Result<bool> is_torn_only(const std::filesystem::path& session, const SessionEnd& end) {
  constexpr std::size_t at_once = std::size_t{1} << 20U;
  static constexpr std::array head{std::byte{0x80}, std::byte{40}, std::byte{0},
                                   std::byte{0},    std::byte{0},  std::byte{0},
                                   std::byte{0},    std::byte{0},  std::byte{0}};
  static_assert(static_cast<std::byte>(mcap::Opcode::chain_link) == head[0]);
  auto file = RecordFile::open(session);
  if (!file) return file.error();
  for (std::uint64_t left = std::max(end.whole_bytes, end.linked_bytes); left > 0;) {
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left, at_once));
    if (file.value()->peek(n).size() != n) return Error{Code::io, "cannot be read again"};
    file.value()->skip(n);
    left -= n;
  }
  for (;;) {
    const mcap::Bytes some = file.value()->peek(at_once);
    if (std::search(some.begin(), some.end(), head.begin(), head.end()) != some.end()) return false;
    if (some.size() < at_once) return true;
    file.value()->skip(some.size() - head.size());  // one that lies across
  }
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
