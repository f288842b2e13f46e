#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/model/label_voxels.hpp"
#include "engine/model/markups.hpp"
#include "engine/model/plan_parts.hpp"

namespace trocar::plan_parts {

namespace {

constexpr std::size_t min_fiducials = 3;
// Landmarks lie on a vertebra and skin markers some centimetres behind it. The same points with x
// and y negated come to lie on bone only when that is where they belong.
constexpr double far_mm = 50.0;
constexpr double suspect_mm = 5.0;  // more than the coarsest voxels and an untidy click
constexpr double much_nearer = 1.0 / 3.0;
constexpr double nearer_mm = 2.0;

// Distances of points from the nearest voxel of any vertebra, as they stand and with x and y
// negated.
struct Nearness {
  std::vector<double> as_read_mm;
  std::vector<double> negated_mm;
};

// Not the mean: two skin markers among landmarks would decide for all.
double median(std::vector<double> all) {
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end());
  return *middle;
}

Nearness measure(const LabelVolume& labels, const std::vector<Vertebra>& vertebrae,
                 const std::vector<Fiducial>& points) {
  std::vector<bool> is_vertebra(std::numeric_limits<std::uint16_t>::max() + 1U);
  for (const Vertebra& v : vertebrae) is_vertebra[static_cast<std::size_t>(v.label)] = true;
  constexpr double none = std::numeric_limits<double>::infinity();
  Nearness n{std::vector<double>(points.size(), none), std::vector<double>(points.size(), none)};
  for_each_labelled(labels, [&](std::uint16_t label, const Point<Preop>& voxel) {
    if (!is_vertebra[label]) return;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const Eigen::Vector3d& p = points[i].position.mm;
      const Eigen::Vector3d other(-p.x(), -p.y(), p.z());
      n.as_read_mm[i] = std::min(n.as_read_mm[i], (p - voxel.mm).squaredNorm());
      n.negated_mm[i] = std::min(n.negated_mm[i], (other - voxel.mm).squaredNorm());
    }
  });
  for (double& d : n.as_read_mm) d = std::sqrt(d);
  for (double& d : n.negated_mm) d = std::sqrt(d);
  return n;
}

}  // namespace

std::vector<Fiducial> read_fiducials_table(const ConfigReader& in, const VolumeGeometry& ct) {
  if (!in.has("fiducials")) return {};
  const ConfigReader table = in.table("fiducials");
  auto markups = read_markups(table.existing_path("path"));
  if (!markups) table.fail("path", "fiducials", markups.error().detail);
  std::vector<Fiducial> points = std::move(markups).value().points;
  if (points.size() < min_fiducials) {
    table.fail("path", fmt::format("{} fiducials or more", min_fiducials),
               fmt::format("{} with a position", points.size()));
  }
  for (const Fiducial& f : points) {
    if (ct.holds(f.position, near_ct_mm)) continue;
    table.fail("path", fmt::format("fiducials within {} mm of the CT", near_ct_mm),
               fmt::format("'{}' at {}: unit or coordinateSystem?", f.label, at_text(f.position)));
  }
  return points;
}

std::vector<InputWarning> check_fiducials_near(const ConfigReader& in, const Context& context,
                                               const std::vector<Fiducial>& fiducials) {
  if (context.labels == nullptr || fiducials.empty()) return {};
  const Nearness near = measure(*context.labels, context.vertebrae, fiducials);
  const double read_mm = median(near.as_read_mm);
  const double negated_mm = median(near.negated_mm);
  if (read_mm > suspect_mm && negated_mm < much_nearer * read_mm) {
    in.table("fiducials")
        .fail("path", "fiducials near the labelled vertebrae",
              fmt::format(
                  "half of them {:.0f} mm away or more, but {:.0f} mm with x and y negated: is "
                  "the coordinateSystem of the file the other one?",
                  read_mm, negated_mm));
  }
  std::vector<InputWarning> warnings;
  if (read_mm > negated_mm + nearer_mm) {
    warnings.push_back(
        {InputIssue::fiducials_space_doubtful,
         fmt::format(
             "expected fiducials nearer to the labelled vertebrae than with x and y negated, "
             "found a median of {:.0f} mm against {:.0f} mm: does the file state the right "
             "coordinateSystem?",
             read_mm, negated_mm)});
  }
  const double nearest_mm = *std::min_element(near.as_read_mm.begin(), near.as_read_mm.end());
  if (nearest_mm > far_mm) {
    warnings.push_back(
        {InputIssue::fiducials_far,
         fmt::format("expected a fiducial within {} mm of a labelled vertebra, found the nearest "
                     "{:.0f} mm away",
                     far_mm, nearest_mm)});
  }
  return warnings;
}

}  // namespace trocar::plan_parts
