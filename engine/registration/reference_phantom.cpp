#include "engine/registration/reference_phantom.hpp"

#include <fmt/format.h>

#include <Eigen/Eigenvalues>

#include "engine/base/content_hash.hpp"
#include "engine/registration/fiducial_search.hpp"

namespace trocar {
namespace {

constexpr std::size_t max_alike = 2;  // spheres fewer than all that another pose may fit

// RMS distance from the plane that fits best.
double off_plane_rms_mm(const std::vector<Eigen::Vector3d>& points) {
  Eigen::Vector3d mean = Eigen::Vector3d::Zero();
  for (const Eigen::Vector3d& p : points) mean += p / static_cast<double>(points.size());
  Eigen::Matrix3d scatter = Eigen::Matrix3d::Zero();
  for (const Eigen::Vector3d& p : points) scatter += (p - mean) * (p - mean).transpose();
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> eigen(scatter, Eigen::EigenvaluesOnly);
  return std::sqrt(std::max(0.0, eigen.eigenvalues()(0)) / static_cast<double>(points.size()));
}

void check_apart(const ConfigReader& in, const ReferencePhantom& p) {
  for (std::size_t i = 0; i < p.fiducials.size(); ++i)
    for (std::size_t k = 0; k < i; ++k) {
      const ReferenceFiducial &a = p.fiducials[k], &b = p.fiducials[i];
      if (a.name == b.name) in.fail("fiducial", "names that differ", '"' + a.name + "\" twice");
      const double mm = distance_mm(a.center, b.center);
      if (mm < 2 * p.sphere_diameter_mm)
        in.fail("fiducial",
                fmt::format("spheres {} mm or more apart: closer ones melt together in a scan",
                            2 * p.sphere_diameter_mm),
                fmt::format("\"{}\" and \"{}\" {:.2f} mm apart", a.name, b.name, mm));
    }
}

// Would another pose, or the mirror image, fit nearly as many spheres?
void check_unlike(const ConfigReader& in, const ReferencePhantom& p) {
  std::vector<Eigen::Vector3d> points;
  points.reserve(p.fiducials.size());
  for (const ReferenceFiducial& f : p.fiducials) points.push_back(f.center.mm);
  const double flat_mm = off_plane_rms_mm(points);
  if (flat_mm < 4 * p.tolerance_mm)
    in.fail("fiducial",
            fmt::format("spheres {:.1f} mm RMS or more off their best plane (4 tolerances), or the "
                        "mirror image would fit as well",
                        4 * p.tolerance_mm),
            fmt::format("{:.2f} mm", flat_mm));
  const auto self = fiducial_search::search(points, points, p.tolerance_mm, false);
  const auto mirror = fiducial_search::search(points, points, p.tolerance_mm, true);
  fiducial_search::Candidate still{Eigen::Isometry3d::Identity(), {}};
  const auto* rival = fiducial_search::rival_of(still, self, points, p.tolerance_mm);
  const std::size_t turned = rival != nullptr ? rival->matched : 0;
  const std::size_t mirrored = mirror.all.empty() ? 0 : mirror.all.front().matched;
  const std::size_t most = std::max(turned, mirrored);
  if (most + max_alike > points.size())
    in.fail("fiducial", "a geometry that fits in one way only",
            fmt::format("{} of {} spheres that also fit when it is {}", most, points.size(),
                        turned >= mirrored ? "turned" : "mirrored"));
}

}  // namespace

ReferencePhantom read_reference_phantom(const std::filesystem::path& file) {
  const auto in = ConfigReader::open(file);
  ReferencePhantom p{};
  p.id = in.text("id");
  p.provenance = in.text("provenance");
  const auto hash = content_hash(file);
  if (!hash) in.fail("id", "a file that can be read", hash.error().detail);
  p.hash = hash.value();
  p.sphere_diameter_mm = in.number("sphere_diameter_mm", 0.5, 20);
  p.brighter_than_hu = static_cast<int>(in.integer("brighter_than_hu", 300, 3000));
  p.position_sigma_mm = in.number("position_sigma_mm", 0.001, 1);
  p.tolerance_mm = in.number("tolerance_mm", 0.05, 2);
  const auto tables = in.tables("fiducial");
  if (tables.size() < min_reference_fiducials || tables.size() > max_reference_fiducials)
    in.fail("fiducial",
            fmt::format("{} to {} spheres", min_reference_fiducials, max_reference_fiducials),
            fmt::format("{}", tables.size()));
  for (const ConfigReader& table : tables)
    p.fiducials.push_back(
        {table.text("name"), {table.vector3("center_in_reference_mm", -500, 500)}});
  check_apart(in, p);
  check_unlike(in, p);
  in.finish();
  return p;
}

}  // namespace trocar
