#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <span>

#include "engine/model/surface_tree.hpp"

namespace trocar::surface {
namespace {

using Eigen::Matrix3d;
using Eigen::Vector3d;
using Order = std::span<std::uint32_t>;  // a run of triangle indices

float rounded_up(double value) {
  const auto f = static_cast<float>(value);
  return static_cast<double>(f) < value ? std::nextafter(f, std::numeric_limits<float>::max()) : f;
}

struct Box {
  Matrix3d axes;  // rows; what the floats of the node will be
  Vector3d center;
  Vector3d half;
};

class Builder {
 public:
  Builder(const TriangleMesh& mesh, SurfaceTree& tree) : mesh_(mesh), tree_(tree) {
    centroids_.reserve(mesh.triangles.size());
    areas_.reserve(mesh.triangles.size());
    for (std::size_t t = 0; t < mesh.triangles.size(); ++t) {
      const Vector3d a = corner(t, 0);
      const Vector3d b = corner(t, 1);
      const Vector3d c = corner(t, 2);
      centroids_.push_back((a + b + c) / 3.0);
      areas_.push_back(0.5 * (b - a).cross(c - a));
    }
    order_.resize(mesh.triangles.size());
    std::iota(order_.begin(), order_.end(), 0U);
  }

  void build() {
    const std::size_t leaves = (order_.size() + width - 1) / width;
    tree_.leaves.reserve(leaves);
    tree_.records.reserve(leaves * width);
    tree_.root = add(order_);
  }

 private:
  [[nodiscard]] Vector3d corner(std::size_t t, std::size_t k) const {
    return mesh_.vertices_mm[mesh_.triangles[t][k]] - tree_.origin_mm;
  }

  std::uint32_t add(Order order) {
    if (order.size() <= width) return add_leaf(order);
    // All children but the last are full trees: most leaves hold eight triangles.
    std::size_t unit = width;
    while (unit * width < order.size()) unit *= width;
    const auto index = static_cast<std::uint32_t>(tree_.nodes.size());
    tree_.nodes.emplace_back();
    std::vector<Order> pieces;
    split(order, unit, pieces);
    Node node{};
    node.child.fill(no_child);
    for (auto& row : node.center) row.fill(1e15F);
    for (std::size_t lane = 0; lane < pieces.size(); ++lane) {
      set_box(node, lane, fit_box(pieces[lane]));
      node.child[lane] = add(pieces[lane]);
    }
    tree_.nodes[index] = node;
    return index;
  }

  // Halves a run along the direction in which it is longest until pieces have `unit` triangles.
  void split(Order order, std::size_t unit, std::vector<Order>& out) {
    const std::size_t units = (order.size() + unit - 1) / unit;
    if (units == 1) {
      out.push_back(order);
      return;
    }
    const Vector3d direction = longest_direction(order);
    const std::size_t half = units / 2 * unit;
    const auto before = [&](std::uint32_t a, std::uint32_t b) {
      const double sa = direction.dot(centroids_[a]);
      const double sb = direction.dot(centroids_[b]);
      return sa != sb ? sa < sb : a < b;
    };
    std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(half), order.end(),
                     before);
    split(order.first(half), unit, out);
    split(order.subspan(half), unit, out);
  }

  [[nodiscard]] Vector3d longest_direction(Order order) const {
    Vector3d mean = Vector3d::Zero();
    for (const std::uint32_t t : order) mean += centroids_[t];
    mean /= static_cast<double>(order.size());
    Matrix3d spread = Matrix3d::Zero();
    for (const std::uint32_t t : order) {
      const Vector3d d = centroids_[t] - mean;
      spread += d * d.transpose();
    }
    return Eigen::SelfAdjointEigenSolver<Matrix3d>(spread).eigenvectors().col(2);
  }

  // Lies flat on the mean normal; turned in that plane so that its area is least.
  [[nodiscard]] Box fit_box(Order order) const {
    Vector3d normal = Vector3d::Zero();
    for (const std::uint32_t t : order) normal += areas_[t];
    normal = normal.norm() > 0.0 ? normal.normalized() : Vector3d(Vector3d::UnitZ());
    const Vector3d u = normal.unitOrthogonal();
    const Vector3d v = normal.cross(u);
    constexpr int turns = 12;
    Box best = measure(order, normal, u, v);
    for (int k = 1; k < turns; ++k) {
      const double angle = k * std::numbers::pi / (2.0 * turns);
      const Vector3d turned = std::cos(angle) * u + std::sin(angle) * v;
      const Box box = measure(order, normal, turned, normal.cross(turned));
      if (box.half.y() * box.half.z() < best.half.y() * best.half.z()) best = box;
    }
    return best;
  }

  [[nodiscard]] Box measure(Order order, const Vector3d& n, const Vector3d& u,
                            const Vector3d& v) const {
    Box box;
    box.axes << n.transpose(), u.transpose(), v.transpose();
    box.axes = box.axes.cast<float>().cast<double>().eval();
    Eigen::AlignedBox3d range;
    for (const std::uint32_t t : order) {
      for (std::size_t k = 0; k < 3; ++k) range.extend(Vector3d(box.axes * corner(t, k)));
    }
    const Vector3d middle = box.axes.inverse() * range.center();
    box.center = middle.cast<float>().cast<double>();
    const Vector3d in_box = box.axes * box.center;
    box.half = (range.max() - in_box).cwiseMax(in_box - range.min());
    return box;
  }

  static void set_box(Node& node, std::size_t lane, const Box& box) {
    for (Eigen::Index i = 0; i < 3; ++i) {
      const auto row = static_cast<std::size_t>(i);
      node.center[row][lane] = static_cast<float>(box.center[i]);
      node.half[row][lane] = rounded_up(box.half[i]);
      for (Eigen::Index k = 0; k < 3; ++k) {
        node.axis[3 * row + static_cast<std::size_t>(k)][lane] = static_cast<float>(box.axes(i, k));
      }
    }
  }

  std::uint32_t add_leaf(Order order) {
    const auto index = static_cast<std::uint32_t>(tree_.leaves.size());
    Leaf leaf{};
    for (auto& row : leaf.corner) row.fill(1e15F);  // a lane without a triangle is far away
    for (std::size_t lane = 0; lane < width; ++lane) {
      const std::uint32_t t = order[lane < order.size() ? lane : 0];
      add_record(t);
      if (lane >= order.size()) continue;
      for (std::size_t k = 0; k < 3; ++k) {
        const Vector3d p = corner(t, k);
        for (std::size_t i = 0; i < 3; ++i) {
          leaf.corner[3 * k + i][lane] = static_cast<float>(p[static_cast<Eigen::Index>(i)]);
        }
      }
      if (is_thin(t)) leaf.always |= 1U << lane;
    }
    tree_.leaves.push_back(leaf);
    return index | leaf_bit;
  }

  // Rounding corners to float tilts a triangle of height h by 1e-7 radius / h; above this height
  // that moves a distance less than the margin of the search allows.
  [[nodiscard]] bool is_thin(std::uint32_t t) const {
    const double longest =
        std::max({(corner(t, 1) - corner(t, 0)).norm(), (corner(t, 2) - corner(t, 1)).norm(),
                  (corner(t, 0) - corner(t, 2)).norm()});
    return 2.0 * areas_[t].norm() <= 2e-4 * tree_.radius_mm * longest;
  }

  void add_record(std::uint32_t t) {
    Record record{};
    for (std::size_t k = 0; k < 3; ++k) {
      record.vertex[k] = mesh_.triangles[t][k];
      record.corner_mm[k] = mesh_.vertices_mm[record.vertex[k]];
    }
    record.triangle = t;
    tree_.records.push_back(record);
  }

  const TriangleMesh& mesh_;
  SurfaceTree& tree_;
  std::vector<Vector3d> centroids_;
  std::vector<Vector3d> areas_;  // area times unit normal
  std::vector<std::uint32_t> order_;
};

}  // namespace

SurfaceTree build_tree(const TriangleMesh& mesh) {
  SurfaceTree tree;
  Eigen::AlignedBox3d range;
  for (const auto& corners : mesh.triangles) {
    for (const std::uint32_t v : corners) range.extend(mesh.vertices_mm[v]);
  }
  tree.origin_mm = range.center();
  tree.radius_mm = 0.5 * range.diagonal().norm();
  Builder(mesh, tree).build();
  add_normals(mesh, tree);
  return tree;
}

}  // namespace trocar::surface
