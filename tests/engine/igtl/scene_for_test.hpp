#pragma once
#include <memory>

#include "engine/igtl/stream_scene.hpp"
#include "tests/engine/igtl/guidance_for_test.hpp"

namespace trocar {

// Tumour and Dura, both one triangle; two fiducials, one target; a CT of 3 x 2 x 2 voxels and its
// labels.
inline StreamScene scene_for_test() {
  auto mesh = std::make_shared<TriangleMesh>();
  mesh->vertices_mm = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}};
  mesh->triangles = {{0, 1, 2}};
  StreamScene scene{names_for_test(), {mesh, mesh}};
  scene.points = {{"Fiducials", "F1", "Fiducial", {{1, 2, 3}}},
                  {"Fiducials", "F2", "Fiducial", {{4, 5, 6}}},
                  {"Targets", "entry", "Trajectory", {{7, 8, 9}}}};
  SceneVolume ct;
  ct.device = "CT";
  ct.name = "preoperative CT";
  ct.modality = "CT";
  ct.size = {3, 2, 2};
  ct.origin = {{10, 20, 30}};
  ct.steps_mm.diagonal() = Eigen::Vector3d(0.5, 1, 2);
  ct.load = [] {
    std::vector<std::byte> voxels(24);
    for (std::size_t i = 0; i < voxels.size(); ++i) voxels[i] = static_cast<std::byte>(i);
    return Result<std::vector<std::byte>>(voxels);
  };
  SceneVolume labels = ct;
  labels.device = "Labels";
  labels.name = "label map";
  scene.volumes = {ct, labels};
  scene.labels = {{"L3", 22}};
  return scene;
}

}  // namespace trocar
