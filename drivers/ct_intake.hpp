#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "drivers/ct_intake_config.hpp"
#include "drivers/dicom_refusal.hpp"
#include "engine/model/ct_volume.hpp"
#include "engine/model/dicom_slice.hpp"
#include "engine/model/spatial_registration.hpp"

namespace trocar {

// How long a series took, from its first object.
struct IntakeTimes {
  Duration received{};  // until the last object, or the end of its delivery
  Duration judged{};    // until it was known to be all there
  Duration decoded{};   // until the volume was in memory
};

// The first object of a series is there.
struct SeriesBegun {
  std::string from;
};

// A series that came in. `first` says whose it is (H7: compare it with the plan before use).
struct SeriesReady {
  std::string from;
  ObjectIdentity first;
  std::size_t objects = 0;
  std::shared_ptr<const CtVolume> volume;
  std::vector<InputWarning> warnings;
  IntakeTimes times;
};

// A series that came in and is not used. The engine goes on with what it has.
struct SeriesRefused {
  std::string from;
  std::size_t objects = 0;
  std::vector<InputWarning> issues;  // may be empty: a slice that cannot be decoded
  std::string reason;                // one line, begins with the first issue's name or not_decoded
  IntakeTimes times;
};

// Where the scanner says its volumes lie.
struct RegistrationArrived {
  std::string from;
  SpatialRegistration registration;
};

// A sender, an association, an object or a file that was refused.
struct IntakeRefusal {
  std::string what;  // a DicomRefusal's word, or "file_refused", "registration_refused"
  std::string detail;
};

using IntakeEvent =
    std::variant<SeriesBegun, SeriesReady, SeriesRefused, RegistrationArrived, IntakeRefusal>;

// Intraoperative CTs from outside to volumes in memory: a DICOM port, a watched folder or both, an
// inbox that waits until a series is whole, a process that decodes it. hand-over: what came in is
// given to `on_event`, one call at a time, from threads of the intake; the callee copies it into a
// queue of its own and returns. docs/decisions/0065 to 0068.
class CtIntake {
 public:
  using OnEvent = std::function<void(IntakeEvent)>;

  // Errors: config, io (port taken, no spool folder), not_found (the folder to watch).
  static Result<std::unique_ptr<CtIntake>> start(CtIntakeConfig config, OnEvent on_event);
  CtIntake(const CtIntake&) = delete;
  CtIntake& operator=(const CtIntake&) = delete;
  // Ends what goes on: associations, decoding. What had not been judged is deleted.
  ~CtIntake();

  [[nodiscard]] std::optional<std::uint16_t> port() const;  // nothing: no DICOM port
  [[nodiscard]] std::uint64_t refused(DicomRefusal why) const;

 private:
  struct Parts;
  explicit CtIntake(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace trocar
