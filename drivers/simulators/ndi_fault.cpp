#include "drivers/simulators/ndi_fault.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace trocar {
namespace {

using Named = std::pair<FaultKind, std::string_view>;
constexpr std::array names{
    Named{FaultKind::occlusion, "occlusion"},
    Named{FaultKind::out_of_volume, "out_of_volume"},
    Named{FaultKind::bad_fit, "bad_fit"},
    Named{FaultKind::button, "button"},
    Named{FaultKind::unplug, "unplug"},
    Named{FaultKind::bad_crc, "bad_crc"},
    Named{FaultKind::cut, "cut"},
    Named{FaultKind::silence, "silence"},
    Named{FaultKind::glued, "glued"},
    Named{FaultKind::split, "split"},
    Named{FaultKind::slow_link, "slow_link"},
    Named{FaultKind::disconnect, "disconnect"},
    Named{FaultKind::frame_jump, "frame_jump"},
    Named{FaultKind::clock_freeze, "clock_freeze"},
    Named{FaultKind::clock_drift, "clock_drift"},
    Named{FaultKind::alert, "alert"},
    Named{FaultKind::system_status, "system_status"},
};

bool holds(const Fault& f, Duration at) {
  return at >= f.from && at < f.until && (f.at_most == 0 || f.touched < f.at_most);
}

}  // namespace

std::optional<FaultKind> fault_kind(std::string_view name) {
  for (const auto& [kind, known] : names) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

std::string_view name_of(FaultKind kind) {
  for (const auto& [known, name] : names) {
    if (known == kind) return name;
  }
  return "unknown";
}

const Fault* NdiFaults::find(FaultKind kind, Duration at) const {
  const auto found = std::find_if(faults_.begin(), faults_.end(),
                                  [&](const Fault& f) { return f.kind == kind && holds(f, at); });
  return found == faults_.end() ? nullptr : &*found;
}

void NdiFaults::delay(Duration by) {
  for (Fault& f : faults_) {
    f.from += by;
    if (f.until != forever) f.until += by;
  }
}

bool NdiFaults::unplugged(std::string_view tool, Duration at) const {
  return std::any_of(faults_.begin(), faults_.end(), [&](const Fault& f) {
    return f.kind == FaultKind::unplug && f.tool == tool && holds(f, at);
  });
}

Disturbance NdiFaults::disturbance(std::string_view tool, Duration at) const {
  Disturbance d;
  for (const Fault& f : faults_) {
    if (f.tool != tool || !holds(f, at)) continue;
    if (f.kind == FaultKind::occlusion && f.markers.empty()) d.hidden = true;
    if (f.kind == FaultKind::occlusion) {
      for (const int marker : f.markers)
        d.hidden_markers |= 1U << static_cast<unsigned>(marker - 1);
    }
    if (f.kind == FaultKind::out_of_volume) d.out_of_volume = true;
    if (f.kind == FaultKind::bad_fit) d.displacement_mm = f.amount;
    if (f.kind == FaultKind::button) d.pressed |= static_cast<unsigned>(f.amount);
  }
  return d;
}

std::optional<Fault> NdiFaults::touch(FaultKind kind, Duration at) {
  for (Fault& f : faults_) {
    if (f.kind != kind || !holds(f, at)) continue;
    ++f.touched;
    return f;
  }
  return std::nullopt;
}

std::int64_t NdiFaults::frame_offset(Duration at) const {
  std::int64_t offset = 0;
  for (const Fault& f : faults_) {
    if (f.kind == FaultKind::frame_jump && holds(f, at)) offset += std::llround(f.amount);
  }
  return offset;
}

Duration NdiFaults::shown_instant(Duration at) const {
  const Fault* frozen = find(FaultKind::clock_freeze, at);
  return frozen != nullptr ? frozen->from : at;
}

Duration NdiFaults::clock_gain(Duration at) const {
  double gain_ns = 0;
  for (const Fault& f : faults_) {
    if (f.kind != FaultKind::clock_drift || at < f.from) continue;
    gain_ns += static_cast<double>((std::min(at, f.until) - f.from).count()) * f.amount * 1e-6;
  }
  return Duration(std::llround(gain_ns));
}

unsigned NdiFaults::system_status(Duration at) const {
  unsigned bits = 0;
  for (const Fault& f : faults_) {
    if (f.kind == FaultKind::system_status && holds(f, at)) bits |= static_cast<unsigned>(f.code);
  }
  return bits;
}

std::vector<Fault> NdiFaults::beginning(Duration after, Duration upto) const {
  std::vector<Fault> out;
  for (const Fault& f : faults_) {
    if (f.from > after && f.from <= upto) out.push_back(f);
  }
  return out;
}

std::optional<Duration> NdiFaults::next_change(Duration after) const {
  std::optional<Duration> next;
  for (const Fault& f : faults_) {
    for (const Duration at : {f.from, f.until}) {
      if (at > after && at != forever && (!next || at < *next)) next = at;
    }
  }
  return next;
}

}  // namespace trocar
