#include "engine/model/plan.hpp"

#include <algorithm>
#include <iterator>

#include "engine/base/config_reader.hpp"
#include "engine/model/plan_parts.hpp"

namespace trocar {

std::string_view to_string(StructureKind kind) {
  switch (kind) {
    case StructureKind::tumour:
      return "tumour";
    case StructureKind::dura:
      return "dura";
    case StructureKind::cord:
      return "cord";
    case StructureKind::nerve_root:
      return "nerve_root";
    case StructureKind::vessel:
      return "vessel";
    case StructureKind::pedicle_wall:
      return "pedicle_wall";
  }
  return "unknown";
}

Plan read_plan(const std::filesystem::path& file) {
  const auto in = ConfigReader::open(file);
  Plan plan;
  plan.id = in.text("id");
  auto ct = plan_parts::read_ct_table(in.table("ct"));
  plan.ct = ct.geometry;
  plan.ct_path = std::move(ct.path);
  plan.frame_of_reference_uid = std::move(ct.frame_of_reference_uid);
  plan.warnings = std::move(ct.warnings);
  const auto labels = plan_parts::read_labels_table(in, plan.ct);
  if (labels) plan.labels_path = in.table("labels").existing_path("path");
  plan.vertebrae = plan_parts::read_vertebrae(in, labels.get());
  const plan_parts::Context context{plan.ct, labels.get(), plan.vertebrae,
                                    plan.frame_of_reference_uid};
  plan.structures = plan_parts::read_structures(in, context, plan.warnings);
  plan.fiducials = plan_parts::read_fiducials_table(in, plan.ct);
  const auto warn = [&](std::vector<InputWarning> of) {
    std::move(of.begin(), of.end(), std::back_inserter(plan.warnings));
  };
  warn(plan_parts::check_structures_near(context, plan.structures));
  warn(plan_parts::check_fiducials_near(in, context, plan.fiducials));
  plan.trajectories = plan_parts::read_trajectories(in, context);
  in.finish();
  return plan;
}

}  // namespace trocar
