#include "drivers/ndi_probe.hpp"

#include <fmt/format.h>

namespace trocar {
namespace {

std::string what_to_check(const NdiConfig& config, NdiStep step, NdiInput input) {
  const bool tcp = !config.host.empty();
  if (step == NdiStep::connecting) {
    if (!tcp) return "the cable, the name of the serial line, the right to open it";
    return "power and network cable of the tracker, its address, the port (8765 for Vega and Lyra)";
  }
  if (input == NdiInput::refused) {
    return "the tracker's own message above; restart the tracker if it stays";
  }
  if (input == NdiInput::garbled) {
    return tcp ? "whether this address and port are a tracker's: what came is no Combined API reply"
               : "the speed: restart the tracker, it then listens at 9600 baud; the cable";
  }
  if (!tcp && (step == NdiStep::resetting || step == NdiStep::setting_speed)) {
    return "the cable, the tracker's power, that no other program uses the serial line";
  }
  return "that the tracker has started up (green light), that no other program is connected to it";
}

bool failed(NdiStep step, NdiInput input) { return next(step, input) == NdiStep::backing_off; }

}  // namespace

NdiProbeReport probe_ndi(const NdiConfig& config, Signal& stop,
                         const std::function<void(NdiStep)>& progress) {
  const std::vector<NdiTool> no_tools;
  NdiSession session(config, no_tools, stop);
  NdiProbeReport report;
  NdiStep step = NdiStep::connecting;
  while (step != NdiStep::starting) {
    if (progress) progress(step);
    const NdiInput input = session.perform(step);
    if (failed(step, input)) {
      report.failed = step;
      report.problem = session.trouble();
      report.check = what_to_check(config, step, input);
      break;
    }
    step = next(step, input);
  }
  report.answered = step == NdiStep::starting;
  report.device = session.device();
  report.tools = session.found_tools();
  session.close();
  return report;
}

}  // namespace trocar
