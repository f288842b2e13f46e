#include <fcl/fcl.h>

#include "tools/bench/distance_engines.hpp"

namespace trocar::bench {
namespace {

// FCL bounds a capsule by boxes that its radius makes loose: a thin one, with the rest of the
// radius taken off the answer, is the same distance and an order of magnitude faster. The peer gets
// its best.
constexpr double thin_mm = 1e-3;

class FclCapsule final : public Engine {
 public:
  explicit FclCapsule(const TriangleMesh& mesh)
      : model_(std::make_shared<fcl::BVHModel<fcl::OBBRSSd>>()) {
    std::vector<fcl::Triangle> triangles;
    for (const auto& t : mesh.triangles) triangles.emplace_back(t[0], t[1], t[2]);
    model_->beginModel();
    model_->addSubModel(mesh.vertices_mm, triangles);
    model_->endModel();
  }
  std::string name() const override { return "FCL capsule (thin)"; }
  bool has_sign() const override { return false; }
  double ask(const Shaft& pose) override {
    const fcl::Capsuled capsule(thin_mm, pose.length_mm);
    fcl::Transform3d at = fcl::Transform3d::Identity();
    at.linear() = Eigen::Quaterniond::FromTwoVectors(Eigen::Vector3d::UnitZ(), pose.backward.mm)
                      .toRotationMatrix();
    at.translation() = pose.tip.mm + 0.5 * pose.length_mm * pose.backward.mm;
    fcl::DistanceRequestd request;
    request.gjk_solver_type = fcl::GST_INDEP;  // the faster of its two here
    fcl::DistanceResultd result;
    return fcl::distance(model_.get(), fcl::Transform3d::Identity(), &capsule, at, request,
                         result) +
           thin_mm - pose.radius_mm;
  }

 private:
  std::shared_ptr<fcl::BVHModel<fcl::OBBRSSd>> model_;
};

}  // namespace

std::unique_ptr<Engine> make_fcl_capsule(const TriangleMesh& mesh) {
  return std::make_unique<FclCapsule>(mesh);
}

}  // namespace trocar::bench
