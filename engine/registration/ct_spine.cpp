#include "engine/registration/ct_spine.hpp"

#include <fmt/format.h>

#include <cmath>

namespace trocar {
namespace {

constexpr double least_apart_mm = 8, most_apart_mm = 60;  // of two levels' centres, per level

}  // namespace

CtSpine::CtSpine(std::shared_ptr<const CtVolume> preop, std::shared_ptr<const LabelVolume> labels)
    : preop_(std::move(preop)), labels_(std::move(labels)), extents_(label_extents(*labels_)) {}

Result<std::shared_ptr<const BoneModel>> CtSpine::model(int label) {
  if (const auto known = models_.find(label); known != models_.end()) return known->second;
  const auto extent = extents_.find(label);
  if (extent == extents_.end()) {
    return Error{Code::not_found, fmt::format("label {}: no such voxel in the label map", label)};
  }
  auto made = make_bone_model(*preop_, *labels_, label, extent->second);
  if (!made) return made.error();
  auto model = std::make_shared<const BoneModel>(std::move(made.value()));
  models_.emplace(label, model);
  return model;
}

std::vector<std::shared_ptr<const BoneModel>> CtSpine::neighbours(int label, int most_levels) {
  std::vector<std::shared_ptr<const BoneModel>> out;
  const auto own = extents_.find(label);
  if (own == extents_.end()) return out;
  for (const int side : {-1, 1}) {
    for (int away = 1; away <= most_levels; ++away) {
      const auto other = extents_.find(label + side * away);
      if (other == extents_.end()) break;
      const double apart_mm = (other->second.centre_mm - own->second.centre_mm).norm();
      if (apart_mm < least_apart_mm * away || apart_mm > most_apart_mm * away) break;
      if (auto made = model(label + side * away)) out.push_back(made.value());
    }
  }
  return out;
}

BonePose carried(const BoneModel& from, const BonePose& intraop_from_bone, const BoneModel& other) {
  return intraop_from_bone * Eigen::Translation3d(other.centre_mm - from.centre_mm);
}

}  // namespace trocar
