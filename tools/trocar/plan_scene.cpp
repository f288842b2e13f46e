#include "tools/trocar/plan_scene.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <span>
#include <utility>

#include "engine/model/ct_volume.hpp"

namespace trocar {
namespace {

static_assert(std::endian::native == std::endian::little);  // as image_header() says

template <class Voxel>
std::vector<std::byte> bytes_of(const std::vector<Voxel>& voxels) {
  const auto bytes = std::as_bytes(std::span(voxels));
  return {bytes.begin(), bytes.end()};
}

bool lies_as(const VolumeGeometry& a, const VolumeGeometry& b) {
  return a.size == b.size && a.spacing_mm == b.spacing_mm && a.origin.mm == b.origin.mm &&
         a.direction == b.direction;
}

Error changed(const std::filesystem::path& path) {
  return {Code::inconsistent,
          path.filename().string() + ": expected the volume that was read at start, found another"};
}

SceneVolume volume_on(const VolumeGeometry& g, const char* device, const char* name) {
  SceneVolume v;
  v.device = device;
  v.name = name;
  v.modality = "CT";
  v.size = g.size;
  v.origin = g.origin;
  v.steps_mm = g.direction * g.spacing_mm.asDiagonal();
  return v;
}

SceneVolume ct_of(const Plan& plan) {
  SceneVolume v = volume_on(plan.ct, StreamNames::images, "preoperative CT");
  v.scalar = igtl::Scalar::int16;
  v.load = [path = plan.ct_path, g = plan.ct]() -> Result<std::vector<std::byte>> {
    const auto ct = read_ct(path);
    if (!ct) return ct.error();
    if (!lies_as(ct.value().volume->geometry, g)) return changed(path);
    return bytes_of(ct.value().volume->hounsfield);
  };
  return v;
}

SceneVolume labels_of(const Plan& plan) {
  SceneVolume v = volume_on(plan.ct, StreamNames::labels, "label map");
  v.scalar = igtl::Scalar::uint16;
  v.load = [path = plan.labels_path, size = plan.ct.size]() -> Result<std::vector<std::byte>> {
    const auto labels = read_labels(path);
    if (!labels) return labels.error();
    if (labels.value()->geometry.size != size) return changed(path);
    return bytes_of(labels.value()->labels);
  };
  return v;
}

std::vector<ScenePoint> points_of(const Plan& plan) {
  std::vector<ScenePoint> points;
  for (const Fiducial& f : plan.fiducials) {
    points.push_back({StreamNames::fiducials, f.label, "Fiducial", f.position});
  }
  for (const PlannedTrajectory& t : plan.trajectories) {
    points.push_back({StreamNames::targets, t.id + "_entry", "Trajectory", t.entry});
    points.push_back({StreamNames::targets, t.id + "_target", "Trajectory", t.target});
  }
  return points;
}

}  // namespace

StreamScene scene_of(const Plan& plan, const StreamNames& names) {
  StreamScene scene{names, {}};
  for (const Structure& s : plan.structures) scene.surfaces.push_back(s.surface);
  for (const InputWarning& w : plan.warnings) {
    scene.warnings.push_back("issue=" + std::string(to_string(w.issue)) + " text=" + w.detail);
  }
  scene.points = points_of(plan);
  if (plan.ct_path.empty()) return scene;  // of a session, which keeps no voxels
  scene.volumes.push_back(ct_of(plan));
  if (plan.labels_path.empty()) return scene;
  scene.volumes.push_back(labels_of(plan));
  for (const Vertebra& v : plan.vertebrae) {
    if (v.label > 0 && v.label <= std::numeric_limits<std::uint8_t>::max()) {  // as LBMETA can say
      scene.labels.push_back({v.name, static_cast<std::uint8_t>(v.label)});
    }
  }
  return scene;
}

}  // namespace trocar
