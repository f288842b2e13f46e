#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/surface_distance.hpp"

namespace trocar::bench {

// One way of answering a query, ours or a peer's. Built once; asked with poses in order, so that
// an engine that can use its previous answer may.
class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  // False: ask() answers without a sign.
  [[nodiscard]] virtual bool has_sign() const { return true; }
  [[nodiscard]] virtual double ask(const Shaft& pose) = 0;  // mm
};

// Tip of the pose to the surface.
std::unique_ptr<Engine> make_ours_tip(const TriangleMesh& mesh);
std::unique_ptr<Engine> make_vtk_kept(const TriangleMesh& mesh);
// Builds the locator for every pose, as BreachWarning does.
std::unique_ptr<Engine> make_vtk_rebuilt(const TriangleMesh& mesh);
std::unique_ptr<Engine> make_cgal(const TriangleMesh& mesh);
// Previous triangle as first bound.
std::unique_ptr<Engine> make_embree(const TriangleMesh& mesh);

// Shaft of the pose, as a capsule, to the surface.
std::unique_ptr<Engine> make_ours_shaft(const TriangleMesh& mesh);
std::unique_ptr<Engine> make_fcl_capsule(const TriangleMesh& mesh);

// Slow truth in double precision: every triangle; sign by winding number.
double true_distance(const TriangleMesh& mesh, const Eigen::Vector3d& p);
// Clearance of a shaft whose axis stays outside; nothing when it enters.
std::optional<double> true_clearance(const TriangleMesh& mesh, const Shaft& shaft);

}  // namespace trocar::bench
