#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "engine/base/bounded.hpp"
#include "engine/base/fixed_text.hpp"
#include "engine/data/ids.hpp"
#include "engine/data/pose_covariance.hpp"
#include "engine/data/tracker_frame.hpp"

// Everything the navigator can learn. Plain values, copied; a recording is a list of these.
namespace trocar {

// Values lost before they reached the navigator (a ring was full): never silence.
struct Gap {
  std::uint64_t lost = 0;
};

enum class Link : std::uint8_t { connecting, tracking, lost };
std::string_view to_string(Link link);

// The source's connection changed; `detail` says why, for a person.
struct LinkChanged {
  Link link = Link::connecting;
  FixedText<200> detail;
};

enum class Severity : std::uint8_t { event, alert, fault };
std::string_view to_string(Severity severity);

// What the device itself reports: bump, temperature, battery, hardware fault.
struct DeviceAlert {
  Severity severity = Severity::event;
  std::uint16_t code = 0;
  FixedText<100> text;
};

using SourceEvent = std::variant<LinkChanged, TrackerFrame, Gap, DeviceAlert>;

// A registration, finished by a worker or read from a file.
struct Registration {
  // The one it is of; none: the spine as one rigid body, in its position on the preoperative CT.
  std::optional<VertebraId> vertebra;
  Transform<Preop, Reference> preop_from_reference;
  PoseCovariance<Preop> covariance;
  double fre_mm = 0;  // gates the fit, says nothing of the error at the tip
  // What it was fitted to, preop mm: the fit is supported in their convex hull.
  Bounded<Point<Preop>, max_touched> points;
  // Others from the same scan follow: all of them come into force together, with the last, as one
  // epoch, so that no snapshot mixes two scans.
  bool more = false;
};

// A worker could not register what was collected; `why` names the points. What is registered stays.
struct RegistrationRefused {
  FixedText<200> why;
};

// Told by a person or a procedure: forget all registrations.
struct RegistrationCleared {};

// Whether the session is being recorded, as the display clients are to see it.
enum class Recording : std::uint8_t { off, on, lost };
std::string_view to_string(Recording recording);

// The recorder began, ended, or lost something: then `detail` says why, and nothing more is kept.
struct RecordingChanged {
  Recording recording = Recording::off;
  FixedText<200> detail;
};

// An intraoperative scan on its way to a registration, as the display clients are to see it. What
// was registered before goes on to hold meanwhile, and after a refusal.
enum class Imaging : std::uint8_t { none, receiving, registering, refused };
std::string_view to_string(Imaging imaging);

// A scan began to arrive, is being registered, ended (none: its registrations came before this), or
// was refused; `detail` says which, or why.
struct ImagingChanged {
  Imaging imaging = Imaging::none;
  FixedText<200> detail;
};

// The word a reason begins with, "missing_slices: expected ..."; "other" where it begins with none.
std::string_view reason_word(std::string_view reason);

// A sender, an association, an object or a file was turned away; `why` begins with a word for it.
// The scans that are on their way go on.
struct IntakeRefused {
  FixedText<200> why;
};

// Time passes without news: ages grow, the state still goes out.
struct Tick {};

using Event = std::variant<Tick, LinkChanged, TrackerFrame, Gap, DeviceAlert, Registration,
                           RegistrationRefused, RegistrationCleared, RecordingChanged,
                           ImagingChanged, IntakeRefused>;

}  // namespace trocar
