#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/ndi_session.hpp"

namespace trocar {

// What answered at an address, or how far one got and what to check.
struct NdiProbeReport {
  bool answered = false;  // every step went well
  NdiStep failed = NdiStep::connecting;
  std::string problem;  // one line
  std::string check;    // what a person should look at
  NdiDeviceInfo device;
  std::vector<NdiFoundTool> tools;  // wired tools and those loaded before
};

// Connects, initialises, asks who is there, lists the tools, and closes: the driver's own steps up
// to, not including, tracking. Interrupts a session another program has with the device. `progress`
// hears each step as it begins.
NdiProbeReport probe_ndi(const NdiConfig& config, Signal& stop,
                         const std::function<void(NdiStep)>& progress = {});

}  // namespace trocar
