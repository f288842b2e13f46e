#pragma once
#include <memory>
#include <vector>

#include "engine/base/config_reader.hpp"
#include "engine/model/ct_volume.hpp"
#include "engine/model/plan.hpp"

// The tables of a plan, each read and checked against the CT. All throw ConfigError.
namespace trocar::plan_parts {

struct CtFacts {
  VolumeGeometry geometry;
  std::string frame_of_reference_uid;
  std::vector<InputWarning> warnings;
};

CtFacts read_ct_table(const ConfigReader& in);

// The label map, or nothing when the plan has no [labels].
std::shared_ptr<const LabelVolume> read_labels_table(const ConfigReader& in,
                                                     const VolumeGeometry& ct);

// What [[structure]] and [[trajectory]] may refer to. Must outlive the call it is given to.
struct Context {
  const VolumeGeometry& ct;
  const LabelVolume* labels;  // may be null
  const std::vector<Vertebra>& vertebrae;
};

VertebraId find_vertebra(const ConfigReader& in, const Context& context);
std::vector<Vertebra> read_vertebrae(const ConfigReader& in, const LabelVolume* labels);
std::vector<Structure> read_structures(const ConfigReader& in, const Context& context);
std::vector<Fiducial> read_fiducials_table(const ConfigReader& in, const VolumeGeometry& ct);
std::vector<PlannedTrajectory> read_trajectories(const ConfigReader& in, const Context& context);

}  // namespace trocar::plan_parts
