#include "engine/registration/fiducial_check.hpp"

#include <fmt/format.h>

#include <Eigen/Eigenvalues>
#include <cmath>
#include <vector>

namespace trocar {
namespace {

constexpr std::size_t min_points =
    4;  // 3 always fit some plane: nothing is left to check them with
constexpr double min_extent_mm = 5;
constexpr double max_extent_mm = 500;
constexpr double max_size_ratio = 1.25;

Eigen::Vector3d mean_of(std::span<const Eigen::Vector3d> points) {
  Eigen::Vector3d sum = Eigen::Vector3d::Zero();
  for (const Eigen::Vector3d& p : points) sum += p;
  return sum / static_cast<double>(points.size());
}

double extent_rms_mm(std::span<const Eigen::Vector3d> points) {
  const Eigen::Vector3d mean = mean_of(points);
  double squares = 0;
  for (const Eigen::Vector3d& p : points) squares += (p - mean).squaredNorm();
  return std::sqrt(squares / static_cast<double>(points.size()));
}

}  // namespace

double off_line_rms_mm(std::span<const Eigen::Vector3d> points) {
  const Eigen::Vector3d mean = mean_of(points);
  Eigen::Matrix3d scatter = Eigen::Matrix3d::Zero();
  for (const Eigen::Vector3d& p : points) scatter += (p - mean) * (p - mean).transpose();
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> eigen(scatter, Eigen::EigenvaluesOnly);
  const double across = eigen.eigenvalues()(0) + eigen.eigenvalues()(1);
  return std::sqrt(std::fmax(0.0, across) / static_cast<double>(points.size()));
}

Status check_count_and_numbers(const LabelledPoints& set) {
  if (set.points.size() != set.labels.size()) {
    return Error{Code::inconsistent, fmt::format("{}: expected {}, one per label, found {}",
                                                 set.what, set.labels.size(), set.points.size())};
  }
  if (set.points.size() < min_points) {
    return Error{Code::out_of_range, fmt::format("{}: expected {} or more, found {}", set.what,
                                                 min_points, set.points.size())};
  }
  for (std::size_t i = 0; i < set.points.size(); ++i) {
    if (!set.points[i].allFinite()) {
      return Error{Code::out_of_range,
                   fmt::format("{}: '{}' has a coordinate that is not a finite number", set.what,
                               set.labels[i])};
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (set.labels[i] != set.labels[j]) continue;
      return Error{
          Code::inconsistent,
          fmt::format("{}: expected different labels, found '{}' twice", set.what, set.labels[i])};
    }
  }
  return Done{};
}

Status check_spacing(const LabelledPoints& set, double min_spacing_mm) {
  for (std::size_t i = 0; i < set.points.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double apart_mm = (set.points[i] - set.points[j]).norm();
      if (apart_mm >= min_spacing_mm) continue;
      return Error{
          Code::ambiguous,
          fmt::format("{}: expected '{}' and '{}' {:.1f} mm or more apart, found {:.2f} mm",
                      set.what, set.labels[j], set.labels[i], min_spacing_mm, apart_mm)};
    }
  }
  return Done{};
}

Status check_off_line(const LabelledPoints& set, double min_off_line_mm) {
  const double all_mm = off_line_rms_mm(set.points);
  if (all_mm < min_off_line_mm) {
    return Error{Code::ambiguous,
                 fmt::format("{}: expected {:.1f} mm or more RMS off their best line, found {:.2f} "
                             "mm: the turn about that line is not determined",
                             set.what, min_off_line_mm, all_mm)};
  }
  for (std::size_t out = 0; out < set.points.size(); ++out) {
    std::vector<Eigen::Vector3d> rest(set.points.begin(), set.points.end());
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(out));
    const double rest_mm = off_line_rms_mm(rest);
    if (rest_mm >= min_off_line_mm) continue;
    return Error{Code::ambiguous,
                 fmt::format("{}: all but '{}' lie on one line ({:.2f} mm RMS off it, expected "
                             "{:.1f} mm or more): nothing would show an error of '{}'",
                             set.what, set.labels[out], rest_mm, min_off_line_mm, set.labels[out])};
  }
  return Done{};
}

Status check_size(const LabelledPoints& set) {
  const double extent_mm = extent_rms_mm(set.points);
  if (extent_mm >= min_extent_mm && extent_mm <= max_extent_mm) return Done{};
  return Error{Code::out_of_range,
               fmt::format("{}: expected {} to {} mm RMS from their centre, found {:.4g}: are they "
                           "in millimetres?",
                           set.what, min_extent_mm, max_extent_mm, extent_mm)};
}

Status check_same_size(const LabelledPoints& touched, const LabelledPoints& planned) {
  const double ratio = extent_rms_mm(touched.points) / extent_rms_mm(planned.points);
  if (ratio <= max_size_ratio && ratio >= 1.0 / max_size_ratio) return Done{};
  return Error{
      Code::inconsistent,
      fmt::format("{} are {:.4g} times as wide as {}, expected {:.2f} to {:.2f}: other "
                  "units, or other points",
                  touched.what, ratio, planned.what, 1.0 / max_size_ratio, max_size_ratio)};
}

}  // namespace trocar
