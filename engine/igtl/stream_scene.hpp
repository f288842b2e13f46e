#pragma once
#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/base/transform.hpp"
#include "engine/data/triangle_mesh.hpp"
#include "engine/igtl/bodies.hpp"
#include "engine/igtl/stream_names.hpp"

namespace trocar {

// What display clients may see of the plan, besides the tools. Plain; read once, then unchanged.

// A point that a client can ask for (GET_POINT).
struct ScenePoint {
  std::string list;  // what it is asked for with: "Fiducials", "Targets"
  std::string name;
  std::string group;
  Point<Preop> at;
};

// A volume that a client can ask for (GET_IMAGE). The voxels are fetched when somebody does, on a
// thread of their own.
struct SceneVolume {
  std::string device;  // what it is asked for with: "CT", "Labels"
  std::string name;    // for a person
  std::string modality;
  std::array<int, 3> size{};
  Point<Preop> origin;                                     // centre of the first voxel
  Eigen::Matrix3d steps_mm = Eigen::Matrix3d::Identity();  // columns: to the next voxel, LPS
  igtl::Scalar scalar = igtl::Scalar::int16;
  // The voxels, x fastest, little-endian. Called from another thread.
  std::function<Result<std::vector<std::byte>>()> load;
};

// A label of the volume "Labels" (GET_LBMETA).
struct SceneLabel {
  std::string name;
  std::uint8_t label = 0;
};

struct StreamScene {
  StreamNames names;  // checked
  // In the order of names.structures; nullptr: a structure without a surface.
  std::vector<std::shared_ptr<const TriangleMesh>> surfaces;
  std::vector<std::string> warnings{};  // of the input gate, `issue=... text=...`
  std::vector<ScenePoint> points{};
  std::vector<SceneVolume> volumes{};
  std::vector<SceneLabel> labels{};
};

}  // namespace trocar
