#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "engine/data/triangle_mesh.hpp"
#include "tools/phantom/volume.hpp"
#include "tools/pictures/picture.hpp"

namespace trocar::phantom {

struct ColouredMesh {
  const TriangleMesh* mesh;
  Eigen::Vector3d colour;  // [0, 1]
};

// How one looks at the patient: a parallel projection. `right` and `up` are unit and orthogonal,
// preop; the viewer sits on the side of right x up.
struct View {
  Eigen::Vector3d right, up;
  Eigen::Vector3d center_mm;
  double mm_per_pixel;
};

// Shaded surfaces by a depth buffer: needs no display and no graphics card.
Picture render(const std::vector<ColouredMesh>& meshes, const View& view, int width, int height);

// A slice as a radiologist sees it (patient's left on the right of the picture; front up), the
// window given by its centre and width in HU.
Picture slice(const Volume<std::int16_t>& ct, Plane plane, const Eigen::Vector3d& through_mm,
              double window_center_hu, double window_width_hu);

}  // namespace trocar::phantom
