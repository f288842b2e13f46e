#include "engine/registration/ct_mirror.hpp"

#include <algorithm>
#include <utility>

namespace trocar {
namespace {

constexpr std::size_t refined = 3;  // of the starts, the most promising

void negate(std::vector<float>& all) {
  for (float& v : all) v = -v;
}

// Left and right of the bone exchanged. A turn is a pseudovector: mirrored, the part about the
// mirror's normal stays and the others change sign; of a shift it is the other way round.
void mirror(BoneSamples& bone) {
  negate(bone.x);
  for (const std::size_t k : {1U, 2U, 3U}) negate(bone.derivative[k]);
}

BoneModel mirror_image(const BoneModel& bone) {
  BoneModel out = bone;
  for (BoneSamples& level : out.levels) mirror(level);
  mirror(out.many);
  return out;
}

// Where a mirror image may lie on the bone. The bone's plane of symmetry is neither known to lie in
// its centre nor to face left: a scoliotic vertebra is turned in its body.
std::vector<BonePose> likely_starts(BoneAligner& aligner, const CtPyramid& scan,
                                    const BoneModel& image, const BonePose& placed) {
  std::vector<std::pair<float, BonePose>> rated;
  for (const double x_mm : {-8.0, 0.0, 8.0}) {
    for (const double about_y_rad : {-0.5, -0.25, 0.0, 0.25, 0.5}) {
      for (const double about_z_rad : {-0.5, -0.25, 0.0, 0.25, 0.5}) {
        const BonePose pose = placed * Eigen::Translation3d(x_mm, 0, 0) *
                              Eigen::AngleAxisd(about_z_rad, Eigen::Vector3d::UnitZ()) *
                              Eigen::AngleAxisd(about_y_rad, Eigen::Vector3d::UnitY());
        rated.emplace_back(
            aligner.correlation(image.at(CtLevel::coarse), scan.at(CtLevel::coarse), pose), pose);
      }
    }
  }
  std::stable_sort(rated.begin(), rated.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<BonePose> out;
  for (std::size_t i = 0; i < refined; ++i) out.push_back(rated[i].second);
  return out;
}

}  // namespace

Margin margin_over_mirror_image(BoneAligner& aligner, const CtPyramid& scan, const BoneModel& bone,
                                const BonePose& placed) {
  const BoneModel image = mirror_image(bone);
  const Placement there =
      refine_best(aligner, image, scan, likely_starts(aligner, scan, image, placed));
  return margin_on_one_bone(scan.at(CtLevel::fine), bone.many, placed, image.many,
                            there.fit.intraop_from_bone);
}

}  // namespace trocar
