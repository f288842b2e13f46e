#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/data/event.hpp"
#include "engine/model/ct_volume.hpp"
#include "engine/model/plan.hpp"
#include "engine/registration/intraop_chain.hpp"
#include "engine/runtime/intraop_config.hpp"
#include "engine/runtime/vertebra_team.hpp"

namespace trocar {

// A scan that was received and passed the input gate.
struct ArrivedScan {
  std::shared_ptr<const CtVolume> volume;
  std::string patient_id;
  std::string what;  // for a person: "192 slices from CT_SCANNER"
};

// What a scan is compared with: all of it before the operation.
struct PreopSpine {
  std::shared_ptr<const CtVolume> ct;
  std::shared_ptr<const LabelVolume> labels;
  std::vector<Vertebra> vertebrae;  // of the plan
  std::string patient_id;           // of the CT's series or of the configuration; never empty
};

// What a scan came to.
struct ScanResult {
  std::vector<Registration> registrations;  // all but the last with `more`
  std::string detail;                       // which vertebrae, and why not the others
};

// From a scan on the table to one registration for each vertebra of the plan. plain: one thread
// calls; the vertebrae are shared among as many threads as there are cores.
class ScanRegistrar {
 public:
  // Throws ConfigError for a field_level that is not in the plan.
  ScanRegistrar(IntraopConfig config, PreopSpine preop);

  // `stated`: where the scanner says the reference is, when it did. `known`: the registration that
  // holds for the reference's vertebra, if any. Errors, one line each that begins with a word:
  // inconsistent (another_patient, no_patient: H7), not_found (level_not_known: H22;
  // no_vertebra_accepted), reference_not_found with the codes of match_fiducials.
  Result<ScanResult> register_scan(const ArrivedScan& scan,
                                   const std::optional<ReferenceInScan>& stated,
                                   const std::optional<Registration>& known,
                                   const std::stop_token& stop);

  // Registers the preoperative scan to itself, so that the models of the vertebrae are made and the
  // memory is there before a patient waits for it. Changes no result. Error: what would refuse
  // every scan, too; nothing of one vertebra alone.
  Status rehearse(const std::stop_token& stop);

  // The pose that a scanner states, with the uncertainty of the configuration.
  [[nodiscard]] std::optional<ReferenceInScan> stated_pose(
      const Transform<Reference, Intraop>& reference_from_intraop) const;
  // Whether a scan can only be registered with the pose that its scanner states.
  [[nodiscard]] bool needs_pose() const { return !config_.plate; }

 private:
  [[nodiscard]] Result<ReferenceInScan> find_reference(
      const ArrivedScan& scan, const std::optional<ReferenceInScan>& stated) const;
  Result<Transform<Preop, Intraop>> start_for(const ArrivedScan& scan,
                                              const ReferenceInScan& reference,
                                              const std::optional<Registration>& known);

  IntraopConfig config_;
  PreopSpine preop_;
  CtSpine spine_;
  VertebraTeam team_;
  std::optional<VertebraId> field_level_;
};

}  // namespace trocar
