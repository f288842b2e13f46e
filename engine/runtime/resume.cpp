#include "engine/runtime/resume.hpp"

#include <string>
#include <utility>

#include "engine/navigation/registration_state.hpp"
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

// The accepted registrations, told by the navigator's own gate from the same events: those of a
// scan together or not at all. Earlier ones stay in the list, because the gate compares each with
// the one before it.
class Standing {
 public:
  explicit Standing(const SessionSetup& setup)
      : vertebrae_(setup.plan.vertebrae.size()), limits_(setup.navigator.error) {}

  // After the navigator's step: it alone knows whether the reference moved before a scan.
  void take(const Event& event, const Navigator& navigator) {
    if (std::holds_alternative<RegistrationCleared>(event)) {
      gate_.clear();
      all_.clear();
      aside_.clear();
    }
    const auto* r = std::get_if<Registration>(&event);
    const bool scanning = navigator.guidance().imaging == Imaging::registering;
    const bool refused = r != nullptr && r->vertebra && scanning && navigator.refuses_scan();
    if (r != nullptr && !refused) take(*r);
  }
  [[nodiscard]] std::uint32_t epoch() const { return gate_.epoch(); }
  [[nodiscard]] std::vector<Registration> all() && { return std::move(all_); }

 private:
  void take(const Registration& r) {
    if (gate_.accept(r, vertebrae_, limits_) == RegistrationFault::none) aside_.push_back(r);
    if (r.more || aside_.empty()) return;
    aside_.back().more = false;  // the scan's last may have been refused
    all_.insert(all_.end(), aside_.begin(), aside_.end());
    aside_.clear();
  }

  const std::size_t vertebrae_;
  const ErrorLimits limits_;
  RegistrationState gate_;
  std::vector<Registration> all_, aside_;
};

}  // namespace

Result<std::vector<Registration>> registrations_to_resume(const std::filesystem::path& session,
                                                          const SessionSetup& mine) {
  auto opened = Replay::open(session);
  if (!opened) return opened.error();
  Replay& replay = *opened.value();
  if (comparable(replay.setup()) != comparable(mine)) {
    return refused(session, "was recorded under another configuration, plan or tool definition");
  }
  Standing standing(replay.setup());
  bool told_apart = true;
  while (const Step* step = replay.advance()) {
    standing.take(step->event, replay.navigator());
    told_apart = told_apart && standing.epoch() == replay.navigator().guidance().epoch;
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
  if (!told_apart) return refused(session, "has changes of registration that cannot be told");
  return std::move(standing).all();
}

}  // namespace trocar
