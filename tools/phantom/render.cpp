#include "tools/phantom/render.hpp"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <limits>

namespace trocar::phantom {
namespace {

using Eigen::Vector3d;

std::vector<Vector3d> vertex_normals(const TriangleMesh& mesh) {
  std::vector<Vector3d> normals(mesh.vertices_mm.size(), Vector3d::Zero());
  for (const auto& t : mesh.triangles) {
    const Vector3d &a = mesh.vertices_mm[t[0]], &b = mesh.vertices_mm[t[1]],
                   &c = mesh.vertices_mm[t[2]];
    const Vector3d n = (b - a).cross(c - a);
    for (const std::uint32_t v : t) normals[v] += n;
  }
  for (Vector3d& n : normals) n.normalize();
  return normals;
}

std::size_t pixel_count(int width, int height) {
  return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

// What one pixel shows so far.
struct Depth {
  double z = -std::numeric_limits<double>::max();
  Vector3d normal = Vector3d::Zero();
  Vector3d colour = Vector3d::Zero();
};

struct Canvas {
  int width, height;
  std::vector<Depth> depth = std::vector<Depth>(pixel_count(width, height));

  Depth& at(int x, int y) { return depth[pixel_count(y, width) + static_cast<std::size_t>(x)]; }
  [[nodiscard]] const Depth& at(int x, int y) const {
    return depth[pixel_count(y, width) + static_cast<std::size_t>(x)];
  }
  void draw(const std::array<Vector3d, 3>& p, const std::array<Vector3d, 3>& n,
            const Vector3d& colour);
};

void Canvas::draw(const std::array<Vector3d, 3>& p, const std::array<Vector3d, 3>& n,
                  const Vector3d& colour) {
  const auto cross = [](const Vector3d& a, const Vector3d& b, double x, double y) {
    return (b.x() - a.x()) * (y - a.y()) - (b.y() - a.y()) * (x - a.x());
  };
  const double area = cross(p[0], p[1], p[2].x(), p[2].y());
  if (std::abs(area) < 1e-9) return;
  const auto [x0, x1] = std::minmax({p[0].x(), p[1].x(), p[2].x()});
  const auto [y0, y1] = std::minmax({p[0].y(), p[1].y(), p[2].y()});
  for (int y = std::max(0, static_cast<int>(y0));
       y <= std::min(height - 1, static_cast<int>(y1) + 1); ++y)
    for (int x = std::max(0, static_cast<int>(x0));
         x <= std::min(width - 1, static_cast<int>(x1) + 1); ++x) {
      const double u = cross(p[1], p[2], x, y) / area, v = cross(p[2], p[0], x, y) / area;
      const double w = 1.0 - u - v;
      if (u < 0.0 || v < 0.0 || w < 0.0) continue;
      const double z = u * p[0].z() + v * p[1].z() + w * p[2].z();
      Depth& d = at(x, y);
      if (z > d.z) d = {z, u * n[0] + v * n[1] + w * n[2], colour};
    }
}

// Light from the viewer's upper left, and darker where the surroundings stand nearer.
double brightness(const Canvas& canvas, int x, int y, double mm_per_pixel) {
  const Depth& here = canvas.at(x, y);
  const Vector3d light = Vector3d(-0.45, 0.55, 0.8).normalized();
  double shade = 0.22 + 0.78 * std::max(0.0, here.normal.normalized().dot(light));
  double hidden = 0.0;
  constexpr int rays = 12;
  for (int i = 0; i < rays; ++i)
    for (const double reach_mm : {2.5, 6.0}) {
      const double angle = 6.2832 * i / rays, r = reach_mm / mm_per_pixel;
      const int sx = x + static_cast<int>(r * std::cos(angle)),
                sy = y + static_cast<int>(r * std::sin(angle));
      if (sx < 0 || sy < 0 || sx >= canvas.width || sy >= canvas.height) continue;
      const double rise = canvas.at(sx, sy).z - here.z;
      if (rise > 0.3 * reach_mm) hidden += std::min(1.0, rise / (3.0 * reach_mm));
    }
  return shade * (1.0 - 0.6 * hidden / (2.0 * rays));
}

}  // namespace

Picture render(const std::vector<ColouredMesh>& meshes, const View& view, int width, int height) {
  Canvas canvas{width, height};
  Eigen::Matrix3d rows;
  rows << view.right.transpose(), view.up.transpose(), view.right.cross(view.up).transpose();
  for (const ColouredMesh& m : meshes) {
    const std::vector<Vector3d> normals = vertex_normals(*m.mesh);
    for (const auto& t : m.mesh->triangles) {
      std::array<Vector3d, 3> p, n;
      for (std::size_t i = 0; i < 3; ++i) {
        const Vector3d q = rows * (m.mesh->vertices_mm[t[i]] - view.center_mm);
        p[i] = {0.5 * width + q.x() / view.mm_per_pixel, 0.5 * height - q.y() / view.mm_per_pixel,
                q.z()};
        n[i] = rows * normals[t[i]];
      }
      canvas.draw(p, n, m.colour);
    }
  }
  Picture picture(width, height, {255, 255, 255});
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const Depth& d = canvas.at(x, y);
      if (d.normal.isZero()) continue;
      const double b = brightness(canvas, x, y, view.mm_per_pixel);
      for (int c = 0; c < 3; ++c)
        picture.at(x, y)[static_cast<std::size_t>(c)] =
            static_cast<std::uint8_t>(std::clamp(255.0 * b * d.colour[c], 0.0, 255.0));
    }
  return picture;
}

Picture slice(const Volume<std::int16_t>& ct, Plane plane, const Vector3d& through_mm,
              double window_center_hu, double window_width_hu) {
  const Grid& g = ct.grid;
  // Picture axes: columns from volume axis `a`, rows from `b`; superior up.
  const std::size_t a = plane == Plane::sagittal ? 1 : 0, b = plane == Plane::axial ? 1 : 2;
  const std::size_t fixed = 3 - a - b;
  const auto axis = [](std::size_t i) { return static_cast<Eigen::Index>(i); };
  const double pixel_mm = 0.8;
  const auto extent = [&](std::size_t i) {
    return static_cast<int>(static_cast<double>(g.size[i]) * g.spacing_mm[axis(i)] / pixel_mm);
  };
  Picture picture(extent(a), extent(b), {0, 0, 0});
  const auto nearest = [&](std::size_t i, double mm) {
    const double v = std::round((mm - g.origin_mm[axis(i)]) / g.spacing_mm[axis(i)]);
    return static_cast<std::size_t>(std::clamp(v, 0.0, static_cast<double>(g.size[i] - 1)));
  };
  for (int row = 0; row < picture.height; ++row)
    for (int column = 0; column < picture.width; ++column) {
      std::array<std::size_t, 3> v{};
      v[fixed] = nearest(fixed, through_mm[axis(fixed)]);
      v[a] = nearest(a, g.origin_mm[axis(a)] + column * pixel_mm);
      const int from_low = b == 2 ? picture.height - 1 - row : row;
      v[b] = nearest(b, g.origin_mm[axis(b)] + from_low * pixel_mm);
      const double hu = ct.voxels[g.index(v[0], v[1], v[2])];
      const double grey = 255.0 * ((hu - window_center_hu) / window_width_hu + 0.5);
      picture.at(column, row).fill(static_cast<std::uint8_t>(std::clamp(grey, 0.0, 255.0)));
    }
  return picture;
}

}  // namespace trocar::phantom
