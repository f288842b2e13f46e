#pragma once
#include <memory>
#include <optional>

#include "drivers/ct_intake.hpp"
#include "engine/runtime/intraop_worker.hpp"
#include "tools/trocar/intake_refusals.hpp"

namespace trocar {

// How scans on the table come in and what is made of them: the tables [dicom] and [intraop].
struct IntraopSetup {
  CtIntakeConfig intake;
  IntraopConfig registration;
  std::string patient_id;  // of the plan's CT, or what the configuration says
};

// Reads both tables, against the plan. Throws ConfigError.
IntraopSetup read_intraop_setup(const ConfigReader& in, const Plan& plan);

// The worker of a set-up, with the preoperative CT and its labels in memory. Errors: as read_ct.
Result<std::unique_ptr<IntraopWorker>> make_intraop_worker(const IntraopSetup& setup,
                                                           const Plan& plan);

// What comes in goes to the worker, with a line in the log. `worker` and `refusals` must outlive
// the intake.
CtIntake::OnEvent feed(IntraopWorker& worker, const IntraopConfig& config,
                       IntakeRefusals& refusals);

}  // namespace trocar
