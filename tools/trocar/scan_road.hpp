#pragma once
#include <memory>

#include "engine/runtime/engine.hpp"
#include "tools/trocar/intake_refusals.hpp"
#include "tools/trocar/or_setup.hpp"

namespace trocar {

// The road of scans on the table: intake, worker, navigator. Nothing happens on it when the set-up
// has no [intraop].
class ScanRoad {
 public:
  // Gives the engine its worker. Errors: the preoperative CT or its labels cannot be read.
  static Result<ScanRoad> prepare(const OrSetup& setup, EngineParts& parts);
  // Opens it to the outside, when there is an engine to own the worker. Errors: as CtIntake::start.
  Status open(const OrSetup& setup);
  // Before the engine stops.
  void close() { intake_.reset(); }
  // What was turned away at its entrance so far. Any thread.
  [[nodiscard]] IntakeRefusals::Counts refused() const { return refusals_->counts(); }

 private:
  std::unique_ptr<IntakeRefusals> refusals_ = std::make_unique<IntakeRefusals>();
  IntraopWorker* worker_ = nullptr;  // the engine's
  std::unique_ptr<CtIntake> intake_;
};

}  // namespace trocar
