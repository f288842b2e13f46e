#include <embree3/rtcore.h>

#include <Eigen/Geometry>
#include <cmath>
#include <limits>

#include "tools/bench/distance_engines.hpp"

namespace trocar::bench {
namespace {

using Eigen::Vector3f;

// Nearest point of a triangle; Ericson, Real-Time Collision Detection, 2005, sect. 5.1.5.
Vector3f nearest(const Vector3f& p, const Vector3f& a, const Vector3f& b, const Vector3f& c) {
  const Vector3f ab = b - a;
  const Vector3f ac = c - a;
  const float d1 = ab.dot(p - a);
  const float d2 = ac.dot(p - a);
  if (d1 <= 0 && d2 <= 0) return a;
  const float d3 = ab.dot(p - b);
  const float d4 = ac.dot(p - b);
  if (d3 >= 0 && d4 <= d3) return b;
  const float vc = d1 * d4 - d3 * d2;
  if (vc <= 0 && d1 >= 0 && d3 <= 0) return a + d1 / (d1 - d3) * ab;
  const float d5 = ab.dot(p - c);
  const float d6 = ac.dot(p - c);
  if (d6 >= 0 && d5 <= d6) return c;
  const float vb = d5 * d2 - d1 * d6;
  if (vb <= 0 && d2 >= 0 && d6 <= 0) return a + d2 / (d2 - d6) * ac;
  const float va = d3 * d6 - d5 * d4;
  if (va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0) {
    return b + (d4 - d3) / ((d4 - d3) + (d5 - d6)) * (c - b);
  }
  const float sum = va + vb + vc;
  return a + vb / sum * ab + vc / sum * ac;
}

class Embree final : public Engine {
 public:
  explicit Embree(const TriangleMesh& mesh) : device_(rtcNewDevice("threads=1")) {
    // Around the middle, so that float costs it as few digits as possible.
    Eigen::AlignedBox3d box;
    for (const auto& v : mesh.vertices_mm) box.extend(v);
    middle_ = box.center();
    for (const auto& v : mesh.vertices_mm) vertices_.push_back((v - middle_).cast<float>());
    triangles_ = mesh.triangles;
    RTCGeometry geometry = rtcNewGeometry(device_, RTC_GEOMETRY_TYPE_TRIANGLE);
    auto* v = static_cast<float*>(rtcSetNewGeometryBuffer(geometry, RTC_BUFFER_TYPE_VERTEX, 0,
                                                          RTC_FORMAT_FLOAT3, 3 * sizeof(float),
                                                          vertices_.size()));
    for (const Vector3f& p : vertices_) v = std::copy_n(p.data(), 3, v);
    auto* t = static_cast<unsigned*>(rtcSetNewGeometryBuffer(geometry, RTC_BUFFER_TYPE_INDEX, 0,
                                                             RTC_FORMAT_UINT3, 3 * sizeof(unsigned),
                                                             triangles_.size()));
    for (const auto& k : triangles_) t = std::copy(k.begin(), k.end(), t);
    rtcCommitGeometry(geometry);
    scene_ = rtcNewScene(device_);
    rtcSetSceneBuildQuality(scene_, RTC_BUILD_QUALITY_HIGH);
    rtcAttachGeometry(scene_, geometry);
    rtcReleaseGeometry(geometry);
    rtcCommitScene(scene_);
  }
  ~Embree() override {
    rtcReleaseScene(scene_);
    rtcReleaseDevice(device_);
  }
  std::string name() const override { return "Embree point query"; }
  bool has_sign() const override { return false; }
  double ask(const Shaft& pose) override {
    query_point_ = (pose.tip.mm - middle_).cast<float>();
    squared_ = std::numeric_limits<float>::infinity();
    take(last_);  // the previous triangle as first bound
    RTCPointQuery query{};
    query.x = query_point_.x();
    query.y = query_point_.y();
    query.z = query_point_.z();
    query.radius = std::sqrt(squared_);
    RTCPointQueryContext context;
    rtcInitPointQueryContext(&context);
    rtcPointQuery(scene_, &query, &context, &Embree::visit, this);
    return std::sqrt(squared_);
  }

 private:
  bool take(unsigned triangle) {
    const auto& k = triangles_[triangle];
    const Vector3f on = nearest(query_point_, vertices_[k[0]], vertices_[k[1]], vertices_[k[2]]);
    const float squared = (on - query_point_).squaredNorm();
    if (!(squared < squared_)) return false;
    squared_ = squared;
    last_ = triangle;
    return true;
  }
  static bool visit(RTCPointQueryFunctionArguments* args) {
    auto* self = static_cast<Embree*>(args->userPtr);
    if (!self->take(args->primID)) return false;
    args->query->radius = std::sqrt(self->squared_);
    return true;
  }

  RTCDevice device_;
  RTCScene scene_ = nullptr;
  Eigen::Vector3d middle_;
  std::vector<Vector3f> vertices_;
  std::vector<std::array<std::uint32_t, 3>> triangles_;
  Vector3f query_point_;
  float squared_ = 0.0F;
  unsigned last_ = 0;
};

}  // namespace

std::unique_ptr<Engine> make_embree(const TriangleMesh& mesh) {
  return std::make_unique<Embree>(mesh);
}

}  // namespace trocar::bench
