#include "tools/trocar/replay_stepper.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <string>
#include <variant>
#include <vector>

#include "tools/trocar/stop_flag.hpp"

namespace trocar {
namespace {

constexpr std::array event_names{
    "tick",         "link",         "tracker frame",        "gap",
    "device alert", "registration", "registration refused", "registration cleared",
    "recording",    "imaging",      "intake refused"};
static_assert(event_names.size() == std::variant_size_v<Event>);

void tell(const ToolModel& model, const std::vector<Structure>& structures, const ToolGuidance& t) {
  const auto* why = std::get_if<Withheld>(&t.pose);
  if (why != nullptr) {
    std::printf("  %s: withheld, %s\n", model.name.c_str(), std::string(to_string(*why)).c_str());
    return;
  }
  const auto& pose = std::get<ToolPose>(t.pose);
  const Eigen::Vector3d tip = pose.preop_from_tip.matrix().translation();
  std::printf("  %s: tip %.2f %.2f %.2f mm LPS +- %.2f mm\n", model.name.c_str(), tip.x(), tip.y(),
              tip.z(), pose.tip_bound_95_mm);
  for (const StructureGuidance& s : t.structures) {
    // Under another configuration (--with) there may be others.
    const std::size_t i = s.structure.index;
    const std::string id =
        i < structures.size() ? structures[i].id : "structure " + std::to_string(i);
    if (const auto* d = std::get_if<StructureDistance>(&s.distance)) {
      std::printf("    %s: %.2f +- %.2f mm, %s\n", id.c_str(), d->tip_to_structure_mm,
                  d->tip_bound_95_mm, std::string(to_string(d->zone)).c_str());
    }
  }
}

}  // namespace

void ReplayStepper::tell(const Step& step, const Replay& replay) {
  const Guidance& g = replay.navigator().guidance();
  std::printf("sequence %llu, %.4f s: %s; %s\n", static_cast<unsigned long long>(step.sequence),
              seconds(step.now.time_since_epoch()), event_names.at(step.event.index()),
              std::string(to_string(g.state)).c_str());
  for (const StateLine& line : replay.navigator().lines()) {
    std::printf("  said: %s\n", std::string(line.text.view()).c_str());
  }
  const SessionSetup& setup = replay.setup();
  for (const ToolGuidance& t : g.tools) {
    trocar::tell(setup.tools.at(t.tool.index), setup.plan.structures, t);
  }
  if (const auto& first = replay.stats().first; first && first->sequence == step.sequence) {
    std::printf("  DIFFERS from the record: %s\n", first->what.c_str());
  }
  std::fflush(stdout);
}

bool ReplayStepper::after(const Step& step, const Replay& replay) {
  if (to_difference_ && replay.stats().differences == differences_) return !stop_wanted();
  if (free_steps_ > 0) {
    --free_steps_;
    return !stop_wanted();
  }
  to_difference_ = false;
  tell(step, replay);
  std::string line;
  return read_line(line) && obey(line, replay);
}

bool ReplayStepper::obey(const std::string& line, const Replay& replay) {
  if (line == "q") return false;
  if (line == "g") {
    to_difference_ = true;
    differences_ = replay.stats().differences;
  }
  std::uint64_t steps = 1;
  std::from_chars(line.data(), line.data() + line.size(), steps);
  free_steps_ = steps > 0 ? steps - 1 : 0;
  return true;
}

// A signal does not end a read (SA_RESTART), so the flag is looked at in between.
bool ReplayStepper::read_line(std::string& line) {
  constexpr int look_ms = 100;
  while (!stop_wanted()) {
    const std::size_t end = read_.find('\n');
    if (end != std::string::npos) {
      line = read_.substr(0, end);
      read_.erase(0, end + 1);
      return true;
    }
    pollfd in{STDIN_FILENO, POLLIN, 0};
    if (::poll(&in, 1, look_ms) <= 0) continue;
    std::array<char, 256> some{};
    const ssize_t n = ::read(STDIN_FILENO, some.data(), some.size());
    if (n <= 0) return false;
    read_.append(some.data(), static_cast<std::size_t>(n));
  }
  return false;
}

}  // namespace trocar
