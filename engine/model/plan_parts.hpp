#pragma once
#include <memory>
#include <string>
#include <vector>

#include "engine/base/config_reader.hpp"
#include "engine/model/ct_volume.hpp"
#include "engine/model/plan.hpp"

// The tables of a plan, each read and checked against the CT. All throw ConfigError.
namespace trocar::plan_parts {

constexpr double near_ct_mm = 50.0;  // landmarks lie in the CT, skin markers at most just outside
std::string at_text(const Point<Preop>& p);
// The labels that voxels have, "1, 2, 20"; the first forty.
std::string labels_text(const LabelVolume& labels);

struct CtFacts {
  std::filesystem::path path;
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
  const std::string& frame_of_reference_uid;  // of the CT; empty when nobody says it
};

VertebraId find_vertebra(const ConfigReader& in, const Context& context);
std::vector<Vertebra> read_vertebrae(const ConfigReader& in, const LabelVolume* labels);
// Adds a warning of each structure that came apart between the slices of its object.
std::vector<Structure> read_structures(const ConfigReader& in, const Context& context,
                                       std::vector<InputWarning>& warnings);
// Warns of structures far from the vertebra they move with. Needs a label map, else says nothing.
std::vector<InputWarning> check_structures_near(const Context& context,
                                                const std::vector<Structure>& structures);
std::vector<Fiducial> read_fiducials_table(const ConfigReader& in, const VolumeGeometry& ct);
// Refuses fiducials that lie on the vertebrae only with x and y negated (H8), and warns of those
// that are far from every vertebra. Needs a label map, else says nothing.
std::vector<InputWarning> check_fiducials_near(const ConfigReader& in, const Context& context,
                                               const std::vector<Fiducial>& fiducials);
std::vector<PlannedTrajectory> read_trajectories(const ConfigReader& in, const Context& context);

}  // namespace trocar::plan_parts
