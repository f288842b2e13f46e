// Needs the shared data folder: TROCAR_SHARED_DATA, or ../shared/data beside the source tree. Skips
// with a warning when it is absent.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "engine/model/ct_volume.hpp"
#include "engine/model/label_surface.hpp"
#include "engine/model/mesh_check.hpp"

using namespace trocar;

namespace {

std::filesystem::path ct_folder() {
  const char* named = std::getenv("TROCAR_SHARED_DATA");
  const std::filesystem::path data = named != nullptr ? named : "../shared/data";
  return data / "ct";
}

bool is_absent() {
  if (std::filesystem::exists(ct_folder())) return false;
  WARN("skipped: no shared data folder");
  return true;
}

}  // namespace

TEST_CASE("a real thorax CT reads with its geometry, Hounsfield units and spacing warning") {
  if (is_absent()) return;
  const auto ct = read_ct(ct_folder() / "thorax.nrrd");
  REQUIRE(ct);
  const CtVolume& v = *ct.value().volume;
  CHECK(v.geometry.size == std::array{512, 512, 133});
  CHECK((v.geometry.spacing_mm - Eigen::Vector3d(0.703125, 0.703125, 2.5)).norm() < 1e-9);
  CHECK((v.geometry.origin.mm - Eigen::Vector3d(-166, -171.699997, -340)).norm() < 1e-6);
  REQUIRE(ct.value().warnings.size() == 1);
  CHECK(ct.value().warnings[0].issue == InputIssue::slice_spacing_large);
}

TEST_CASE("vertebrae of a real label map become closed surfaces of plausible size, on bone") {
  if (is_absent()) return;
  const auto ct = read_ct(ct_folder() / "thorax.nrrd");
  const auto labels = read_labels(ct_folder() / "thorax_vertebrae.nrrd");
  REQUIRE(ct);
  REQUIRE(labels);
  for (const std::uint16_t label : {std::uint16_t{31}, std::uint16_t{32}, std::uint16_t{38}}) {
    INFO(label);
    const auto surface = make_label_surface(*labels.value(), label);
    REQUIRE(surface);
    CHECK(check_mesh(surface.value().mesh));
    double volume_mm3 = 0;
    for (const auto& t : surface.value().mesh.triangles) {
      const auto& p = surface.value().mesh.vertices_mm;
      volume_mm3 += p[t[0]].dot(p[t[1]].cross(p[t[2]])) / 6;
    }
    std::size_t voxels = 0;
    double sum_hu = 0;
    for (std::size_t i = 0; i < labels.value()->labels.size(); ++i) {
      if (labels.value()->labels[i] != label) continue;
      ++voxels;
      sum_hu += ct.value().volume->hounsfield[i];
    }
    const double voxel_mm3 = labels.value()->geometry.spacing_mm.prod();
    INFO("label " << label << ": " << surface.value().mesh.triangles.size() << " triangles, "
                  << volume_mm3 / 1000 << " ml, voxels "
                  << voxel_mm3 * static_cast<double>(voxels) / 1000 << " ml, mean HU "
                  << sum_hu / static_cast<double>(voxels));
    // The raster's own volume, which a surface may miss by its smoothing at thin processes.
    CHECK(volume_mm3 == Approx(voxel_mm3 * static_cast<double>(voxels)).epsilon(0.05));
    CHECK(sum_hu / static_cast<double>(voxels) > 100);
  }
}
