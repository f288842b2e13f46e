#include "engine/registration/intraop_chain.hpp"

#include "engine/registration/error_prediction.hpp"

namespace trocar {
namespace {

// The samples that lie farthest out along axes, and along the diagonals between them: their hull is
// nearly the bone's.
Bounded<Point<Preop>, max_touched> region_of(const BoneModel& model) {
  Bounded<Point<Preop>, max_touched> out;
  const BoneSamples& bone = model.at(CtLevel::fine);
  for (int code = 0; code < 27; ++code) {
    const Eigen::Vector3f way =
        Eigen::Vector3i(code % 3 - 1, code / 3 % 3 - 1, code / 9 - 1).cast<float>();
    const int axes = static_cast<int>(way.cwiseAbs().sum());
    if (axes != 1 && axes != 3) continue;  // 6 axes, 8 diagonals
    std::size_t farthest = 0;
    float reach = -1e9F;
    for (std::size_t i = 0; i < bone.size(); ++i) {
      const float here = way.dot(Eigen::Vector3f(bone.x[i], bone.y[i], bone.z[i]));
      if (here > reach) {
        reach = here;
        farthest = i;
      }
    }
    const Eigen::Vector3d place(bone.x[farthest], bone.y[farthest], bone.z[farthest]);
    out.push_back({model.centre_mm + place});
  }
  return out;
}

}  // namespace

Registration through_scan(VertebraId vertebra, const CtRegistration& bone, const BoneModel& model,
                          const ReferenceInScan& reference, bool more) {
  const Transform<Intraop, Reference> intraop_from_reference =
      reference.reference_from_intraop.inverse();
  const PoseCovariance<Intraop> of_plate =
      of_inverse(reference.reference_from_intraop, reference.covariance);
  const PoseCovariance<Preop> of_both = chain(bone.preop_from_intraop, bone.covariance, of_plate);
  return {vertebra,
          bone.preop_from_intraop * intraop_from_reference,
          recentered(of_both, Point<Preop>{model.centre_mm}),
          reference.fre_mm,
          region_of(model),
          more};
}

}  // namespace trocar
