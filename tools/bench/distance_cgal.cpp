#include <CGAL/AABB_traits.h>
#include <CGAL/AABB_tree.h>
#include <CGAL/AABB_triangle_primitive.h>
#include <CGAL/Simple_cartesian.h>

#include <cmath>

#include "tools/bench/distance_engines.hpp"

namespace trocar::bench {
namespace {

using Kernel = CGAL::Simple_cartesian<double>;
using Triangles = std::vector<Kernel::Triangle_3>;
using Primitive = CGAL::AABB_triangle_primitive<Kernel, Triangles::iterator>;
using Tree = CGAL::AABB_tree<CGAL::AABB_traits<Kernel, Primitive>>;

class Cgal final : public Engine {
 public:
  explicit Cgal(const TriangleMesh& mesh) {
    const auto at = [&](std::uint32_t v) {
      const Eigen::Vector3d& p = mesh.vertices_mm[v];
      return Kernel::Point_3(p.x(), p.y(), p.z());
    };
    for (const auto& t : mesh.triangles) triangles_.emplace_back(at(t[0]), at(t[1]), at(t[2]));
    tree_.insert(triangles_.begin(), triangles_.end());
    tree_.build();
    tree_.accelerate_distance_queries();
  }
  std::string name() const override { return "CGAL AABB tree"; }
  bool has_sign() const override { return false; }
  double ask(const Shaft& pose) override {
    const Eigen::Vector3d& p = pose.tip.mm;
    const Kernel::Point_3 query(p.x(), p.y(), p.z());
    const auto found = tree_.closest_point_and_primitive(query);
    return std::sqrt((query - found.first).squared_length());
  }

 private:
  Triangles triangles_;
  Tree tree_;
};

}  // namespace

std::unique_ptr<Engine> make_cgal(const TriangleMesh& mesh) { return std::make_unique<Cgal>(mesh); }

}  // namespace trocar::bench
