#pragma once
#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/data/triangle_mesh.hpp"
#include "tools/phantom/volume.hpp"

namespace trocar::phantom {

// An RGB picture, rows from the top.
struct Picture {
  int width = 0, height = 0;
  std::vector<std::array<std::uint8_t, 3>> pixels;

  Picture(int w, int h, std::array<std::uint8_t, 3> background);
  std::array<std::uint8_t, 3>& at(int x, int y) { return pixels[index(x, y)]; }
  [[nodiscard]] const std::array<std::uint8_t, 3>& at(int x, int y) const {
    return pixels[index(x, y)];
  }

 private:
  [[nodiscard]] std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
           static_cast<std::size_t>(x);
  }
};

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

enum class Plane : std::uint8_t { axial, sagittal, coronal };
// A slice as a radiologist sees it (patient's left on the right of the picture; front up), the
// window given by its centre and width in HU.
Picture slice(const Volume<std::int16_t>& ct, Plane plane, const Eigen::Vector3d& through_mm,
              double window_center_hu, double window_width_hu);

// Side by side, centred vertically.
Picture beside(const std::vector<Picture>& pictures);

Status write_png(const Picture& picture, const std::filesystem::path& file);

}  // namespace trocar::phantom
