// Vertebrae of a real thorax CT, found again in the same scan moved and made noisy. Passed over
// where the folder is not there.
#include <catch2/catch.hpp>
#include <filesystem>
#include <random>

#include "engine/registration/ct_registration.hpp"

using namespace trocar;

namespace {

const std::filesystem::path folder = "../shared/data/ct";

struct Thorax {
  std::shared_ptr<const CtVolume> ct;
  std::shared_ptr<const LabelVolume> labels;
};

std::optional<Thorax> thorax() {
  if (!std::filesystem::exists(folder / "thorax.nrrd")) return std::nullopt;
  const auto ct = read_ct(folder / "thorax.nrrd");
  const auto labels = read_labels(folder / "thorax_vertebrae.nrrd");
  REQUIRE(ct);
  REQUIRE(labels);
  return Thorax{ct.value().volume, labels.value()};
}

const Eigen::Isometry3d intraop_from_preop =
    Eigen::Translation3d(40, -25, 310) *
    Eigen::Isometry3d(Eigen::AngleAxisd(0.15, Eigen::Vector3d(1, 2, -1).normalized()));

// The same voxels in other axes, with noise of their own.
std::shared_ptr<const CtVolume> moved_and_noisy(const CtVolume& ct) {
  auto out = std::make_shared<CtVolume>(ct);
  out->geometry.direction = intraop_from_preop.linear() * ct.geometry.direction;
  out->geometry.origin.mm = intraop_from_preop * ct.geometry.origin.mm;
  std::mt19937 random(5);
  std::normal_distribution<float> noise(0, 60);
  for (std::int16_t& hu : out->hounsfield)
    hu = static_cast<std::int16_t>(static_cast<float>(hu) + noise(random));
  return out;
}

}  // namespace

TEST_CASE("vertebrae of a real CT are found, and a start one level off never gives the neighbour") {
  const auto in = thorax();
  if (!in) {
    WARN("no " << folder.string() << ": passed over");
    return;
  }
  CtRegistrar registrar(in->ct, in->labels, {});
  const CtPyramid pyramid(moved_and_noisy(*in->ct));
  const auto extents = label_extents(*in->labels);
  for (const int label : {37, 35, 33}) {
    const Eigen::Vector3d centre = extents.at(label).centre_mm;
    for (const double off_mm : {-24.0, 8.0, 24.0}) {
      const Eigen::Isometry3d start =
          Eigen::Translation3d(4, -5, off_mm) * intraop_from_preop.inverse();
      const auto r = registrar.register_vertebra(label, pyramid,
                                                 Transform<Preop, Intraop>::declare(start), {});
      REQUIRE(r);
      INFO("label " << label << ", " << off_mm << " mm: " << r.value().reason);
      const double error_mm =
          (r.value().preop_from_intraop.matrix() * (intraop_from_preop * centre) - centre).norm();
      CHECK((r.value().refused || error_mm < 0.1));
      if (off_mm == 8.0) CHECK_FALSE(r.value().refused);
    }
  }
}
