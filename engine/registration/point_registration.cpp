#include "engine/registration/point_registration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/registration/chi_square.hpp"
#include "engine/registration/fiducial_check.hpp"
#include "engine/registration/label_check.hpp"

namespace trocar {
namespace {

using Points = std::vector<Eigen::Vector3d>;

struct Named {
  std::vector<std::string> labels;
  Points planned;
};

Named named(std::span<const Fiducial> fiducials) {
  Named out;
  for (const Fiducial& f : fiducials) {
    out.labels.push_back(f.label);
    out.planned.push_back(f.position.mm);
  }
  return out;
}

Status check_shape(const PointRegistrationConfig& config, const LabelledPoints& set) {
  if (Status s = check_count_and_numbers(set); !s) return s;
  if (Status s = check_size(set); !s) return s;
  if (Status s = check_spacing(set, config.min_spacing_mm); !s) return s;
  return check_off_line(set, config.min_off_line_mm);
}

Status check_input(const PointRegistrationConfig& config, const LabelledPoints& touched,
                   const LabelledPoints& planned) {
  if (Status s = check_shape(config, planned); !s) return s;
  if (Status s = check_shape(config, touched); !s) return s;
  return check_same_size(touched, planned);
}

// "A for B, B for A": the labels another labelling would change.
std::string changes(const Labelling& other, std::span<const std::string> labels) {
  std::string out;
  for (std::size_t i = 0; i < other.to_index.size(); ++i) {
    if (other.to_index[i] == i) continue;
    out += fmt::format("{}'{}' taken as '{}'", out.empty() ? "" : ", ", labels[i],
                       labels[other.to_index[i]]);
  }
  return out;
}

// Refuses when another labelling fits as well (ambiguous) or clearly better (mislabelled).
Status check_labels(const PointRegistrationConfig& config, const Points& touched, const Named& plan,
                    double fre_mm) {
  // Beyond an acceptable FRE no other labelling would be believed either.
  const double limit_mm = std::min(fre_mm, config.max_fre_mm) + config.swap_margin_mm;
  const LabelSearch found = search_labellings(touched, plan.planned, limit_mm);
  if (!found.best && found.complete) return Done{};
  if (!found.best) {
    return Error{Code::ambiguous,
                 fmt::format("fiducials: too regular to rule out other labellings of {} points",
                             touched.size())};
  }
  const std::string other = changes(*found.best, plan.labels);
  if (found.best->fre_mm < fre_mm - config.swap_margin_mm) {
    return Error{Code::inconsistent,
                 fmt::format("fiducials touched in the wrong order: with {} the fit is {:.2f} mm "
                             "RMS, as labelled {:.2f} mm",
                             other, found.best->fre_mm, fre_mm)};
  }
  return Error{Code::ambiguous,
               fmt::format("fiducials are symmetric: with {} the fit is {:.2f} mm RMS, as labelled "
                           "{:.2f} mm; expected {:.2f} mm or more between them",
                           other, found.best->fre_mm, fre_mm, config.swap_margin_mm)};
}

struct LeftOut {
  std::vector<double> off_mm;       // of the point left out
  std::vector<double> rest_fre_mm;  // of the fit without it
};

LeftOut leave_one_out(const Points& touched, const Points& planned) {
  LeftOut out;
  for (std::size_t i = 0; i < touched.size(); ++i) {
    std::vector<double> weights(touched.size(), 1.0);
    weights[i] = 0.0;
    const Eigen::Isometry3d rest = detail::best_rigid(touched, planned, weights);
    double squares = 0;
    for (std::size_t j = 0; j < touched.size(); ++j) {
      squares += weights[j] * (planned[j] - rest * touched[j]).squaredNorm();
    }
    out.off_mm.push_back((planned[i] - rest * touched[i]).norm());
    out.rest_fre_mm.push_back(std::sqrt(squares / static_cast<double>(touched.size() - 1)));
  }
  return out;
}

Status check_fit(const PointRegistrationConfig& config, double fre_mm, const LeftOut& left_out,
                 std::span<const std::string> labels) {
  const auto worst = std::max_element(left_out.off_mm.begin(), left_out.off_mm.end());
  const auto at = static_cast<std::size_t>(worst - left_out.off_mm.begin());
  const std::string suspect = fmt::format(
      "'{}' is {:.2f} mm from where the others predict it; without it they fit to "
      "{:.2f} mm RMS",
      labels[at], *worst, left_out.rest_fre_mm[at]);
  if (fre_mm > config.max_fre_mm) {
    return Error{Code::out_of_range,
                 fmt::format("registration: expected FRE <= {:.2f} mm, found {:.2f} mm; {}",
                             config.max_fre_mm, fre_mm, suspect)};
  }
  if (*worst > config.max_leave_one_out_mm) {
    return Error{Code::out_of_range,
                 fmt::format("registration: expected leave-one-out error <= {:.2f} mm: {}",
                             config.max_leave_one_out_mm, suspect)};
  }
  return Done{};
}

// The configured FLE, unless residuals this large would be seen in fewer than 1 of 20 fits with it:
// 3 N FRE^2 / FLE^2 is chi-square with 3 N - 6 degrees of freedom.
double believed_fle_mm(double configured_mm, double fre_mm, std::size_t count) {
  const double n = static_cast<double>(count);
  const double statistic = 3.0 * n * fre_mm * fre_mm / (configured_mm * configured_mm);
  if (statistic <= chi_square_quantile(3.0 * n - 6.0, 0.95)) return configured_mm;
  return std::max(configured_mm, fle_from_fre_mm(fre_mm, count));
}

PoseCovariance<Preop> covariance_of(std::span<const Fiducial> fiducials, double fle_mm) {
  std::vector<Point<Preop>> points;
  for (const Fiducial& f : fiducials) points.push_back(f.position);
  const std::vector<Eigen::Matrix3d> fle(points.size(),
                                         fle_mm * fle_mm / 3.0 * Eigen::Matrix3d::Identity());
  const std::vector<double> equal(points.size(), 1.0);
  return fit_covariance<Preop>(points, fle, equal);
}

}  // namespace

PointRegistrationConfig read_point_registration(const ConfigReader& in) {
  PointRegistrationConfig c{};
  c.fle_rms_mm = in.number("fle_rms_mm", 0.05, 5);
  c.max_fre_mm = in.number("max_fre_mm", 0.1, 5);
  c.max_leave_one_out_mm = in.number("max_leave_one_out_mm", 0.1, 10);
  c.swap_margin_mm = in.number("swap_margin_mm", 0.2, 20);
  c.min_spacing_mm = in.number("min_spacing_mm", 2, 100);
  c.min_off_line_mm = in.number("min_off_line_mm", 1, 100);
  in.finish();
  return c;
}

Status check_fiducials(const PointRegistrationConfig& config, std::span<const Fiducial> fiducials) {
  const Named plan = named(fiducials);
  Status shape = check_shape(config, {"planned fiducials", plan.labels, plan.planned});
  if (!shape) return shape;
  return check_labels(config, plan.planned, plan, 0.0);
}

Result<PointRegistrationResult> register_points(const PointRegistrationConfig& config,
                                                std::span<const Point<Reference>> touched,
                                                std::span<const Fiducial> fiducials) {
  const Named plan = named(fiducials);
  const Points raw_touched = detail::raw(touched);
  const auto input = check_input(config, {"touched points", plan.labels, raw_touched},
                                 {"planned fiducials", plan.labels, plan.planned});
  if (!input) return input.error();
  std::vector<Point<Preop>> targets;
  for (const Fiducial& f : fiducials) targets.push_back(f.position);
  const std::vector<double> equal(touched.size(), 1.0);
  auto fit = fit_rigid<Preop, Reference>(touched, targets, equal);
  if (!fit) return fit.error();

  PointRegistrationResult result{std::move(fit).value(), 0, {}};
  const auto labels = check_labels(config, raw_touched, plan, result.fit.fre_mm);
  if (!labels) return labels.error();
  LeftOut left_out = leave_one_out(raw_touched, plan.planned);
  const auto gates = check_fit(config, result.fit.fre_mm, left_out, plan.labels);
  if (!gates) return gates.error();

  result.leave_one_out_mm = std::move(left_out.off_mm);
  result.fle_used_mm = believed_fle_mm(config.fle_rms_mm, result.fit.fre_mm, touched.size());
  result.fit.covariance = covariance_of(fiducials, result.fle_used_mm);
  return result;
}

Registration registration_of(const PointRegistrationResult& result,
                             std::span<const Fiducial> fiducials) {
  Registration out{std::nullopt, result.fit.to_from, result.fit.covariance, result.fit.fre_mm, {}};
  for (const Fiducial& f : fiducials) out.points.push_back(f.position);
  return out;
}

}  // namespace trocar
