#include "engine/model/ct_gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

// Every limit here is argued in docs/decisions/0010-ct-gate.md.
namespace trocar {

namespace {

constexpr double max_slice_spacing_mm = 2.0;
constexpr double rounding_mm = 5e-4;     // of a spacing computed from written positions
constexpr double max_off_grid_mm = 0.1;  // of a slice from its place in an even stack
constexpr double same_place_mm = 0.01;   // closer than this is the same slice twice
constexpr double max_tilt_rad = 0.1 * M_PI / 180;
constexpr double direction_tolerance = 1e-3;

using Issues = std::vector<InputWarning>;

template <class Get>
std::size_t different(std::span<const SliceDescription> slices, Get get) {
  std::set<std::string> seen;
  for (const SliceDescription& s : slices) seen.insert(get(s));
  return seen.size();
}

// No patient identity in messages: how many, never which.
void check_identity(std::span<const SliceDescription> slices, Issues& issues) {
  const auto want_one = [&](InputIssue issue, std::string_view what, std::size_t found) {
    if (found > 1) issues.push_back({issue, fmt::format("expected one {}, found {}", what, found)});
  };
  want_one(InputIssue::several_patients, "patient id",
           different(slices, [](const auto& s) { return s.patient_id; }));
  want_one(InputIssue::several_frames_of_reference, "frame of reference",
           different(slices, [](const auto& s) { return s.frame_of_reference_uid; }));
  const std::size_t studies = different(slices, [](const auto& s) { return s.study_uid; });
  if (studies > 1) {
    want_one(InputIssue::several_series, "study", studies);
  } else {
    want_one(InputIssue::several_series, "series",
             different(slices, [](const auto& s) { return s.series_uid; }));
  }
}

std::optional<std::string> why_invalid(const SliceDescription& s) {
  if (!s.spacing_mm.allFinite() || s.spacing_mm.minCoeff() <= 0) {
    return fmt::format("expected a pixel spacing above 0 mm, found {} x {} in {}", s.spacing_mm[0],
                       s.spacing_mm[1], s.file);
  }
  if (!s.position.mm.allFinite()) return "expected a finite slice position in " + s.file;
  const bool unit = std::abs(s.along_row.norm() - 1) <= direction_tolerance &&
                    std::abs(s.along_column.norm() - 1) <= direction_tolerance;
  if (!unit) return "expected directions of length 1 in " + s.file;
  return std::nullopt;
}

std::optional<std::string> why_unlike(const SliceDescription& s, const SliceDescription& first) {
  if (s.size != first.size) {
    return fmt::format("expected {} x {} pixels, found {} x {} in {}", first.size[0], first.size[1],
                       s.size[0], s.size[1], s.file);
  }
  if ((s.spacing_mm - first.spacing_mm).cwiseAbs().maxCoeff() > rounding_mm) {
    return "expected one pixel spacing in all slices, found another in " + s.file;
  }
  const double turned = std::max((s.along_row - first.along_row).cwiseAbs().maxCoeff(),
                                 (s.along_column - first.along_column).cwiseAbs().maxCoeff());
  if (turned > direction_tolerance) return "expected parallel slices, found another in " + s.file;
  return std::nullopt;
}

// False when the slices cannot be put in a row at all.
bool check_each(std::span<const SliceDescription> slices, Issues& issues) {
  if (slices.size() < 2) {
    issues.push_back({InputIssue::geometry_invalid,
                      fmt::format("expected 2 slices or more, found {}", slices.size())});
    return false;
  }
  for (const SliceDescription& s : slices) {
    auto why = why_invalid(s);
    if (!why) why = why_unlike(s, slices.front());
    if (why) {
      issues.push_back({InputIssue::geometry_invalid, *why});
      return false;
    }
  }
  const SliceDescription& first = slices.front();
  if (std::abs(first.along_row.dot(first.along_column)) > direction_tolerance) {
    issues.push_back({InputIssue::direction_not_orthogonal,
                      "expected rows and columns at a right angle in " + first.file});
    return false;
  }
  return true;
}

struct Stack {
  std::span<const SliceDescription> slices;
  std::vector<std::size_t> order;
  std::vector<double> along_mm;  // of the ordered slices, along the normal
};

Stack put_in_order(std::span<const SliceDescription> slices) {
  const SliceDescription& first = slices.front();
  const Eigen::Vector3d normal = first.along_row.cross(first.along_column).normalized();
  Stack stack{slices, std::vector<std::size_t>(slices.size()), {}};
  std::iota(stack.order.begin(), stack.order.end(), std::size_t{0});
  const auto along = [&](std::size_t i) { return normal.dot(slices[i].position.mm); };
  std::sort(stack.order.begin(), stack.order.end(), [&](std::size_t a, std::size_t b) {
    return along(a) != along(b) ? along(a) < along(b) : slices[a].file < slices[b].file;
  });
  for (const std::size_t i : stack.order) stack.along_mm.push_back(along(i));
  return stack;
}

void check_duplicates(const Stack& stack, Issues& issues) {
  for (std::size_t k = 1; k < stack.order.size(); ++k) {
    if (stack.along_mm[k] - stack.along_mm[k - 1] >= same_place_mm) continue;
    issues.push_back({InputIssue::duplicate_slices,
                      fmt::format("expected one slice per place, found {} and {} at {:.3f} mm",
                                  stack.slices[stack.order[k - 1]].file,
                                  stack.slices[stack.order[k]].file, stack.along_mm[k])});
    return;
  }
  const auto uids = different(stack.slices, [](const auto& s) { return s.instance_uid; });
  if (uids < stack.slices.size()) {
    issues.push_back(
        {InputIssue::duplicate_slices,
         fmt::format("expected {} different instance UIDs, found {}", stack.slices.size(), uids)});
  }
}

double median_gap_mm(const Stack& stack) {
  std::vector<double> gaps;
  for (std::size_t k = 1; k < stack.along_mm.size(); ++k) {
    gaps.push_back(stack.along_mm[k] - stack.along_mm[k - 1]);
  }
  // The lower middle: with one gap of two missing the smaller one is the spacing.
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>((gaps.size() - 1) / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return *middle;
}

void check_even(const Stack& stack, double gap_mm, Issues& issues) {
  for (std::size_t k = 1; k < stack.along_mm.size(); ++k) {
    const double gap = stack.along_mm[k] - stack.along_mm[k - 1];
    if (gap > 1.5 * gap_mm) {
      issues.push_back({InputIssue::missing_slices,
                        fmt::format("expected a slice every {:.3f} mm, found a gap of {:.3f} mm "
                                    "after {}",
                                    gap_mm, gap, stack.slices[stack.order[k - 1]].file)});
      return;
    }
  }
  const double first = stack.along_mm.front();
  const double even = (stack.along_mm.back() - first) / static_cast<double>(stack.order.size() - 1);
  for (std::size_t k = 0; k < stack.along_mm.size(); ++k) {
    const double off = stack.along_mm[k] - (first + even * static_cast<double>(k));
    if (std::abs(off) > max_off_grid_mm) {
      issues.push_back({InputIssue::uneven_slices,
                        fmt::format("expected slices {:.3f} mm apart, found {} off its place by "
                                    "{:.3f} mm",
                                    even, stack.slices[stack.order[k]].file, off)});
      return;
    }
  }
}

void check_tilt(const Stack& stack, Issues& issues) {
  const SliceDescription& first = stack.slices[stack.order.front()];
  const SliceDescription& last = stack.slices[stack.order.back()];
  const Eigen::Vector3d step = last.position.mm - first.position.mm;
  const double aside = std::hypot(step.dot(first.along_row), step.dot(first.along_column));
  const double along = stack.along_mm.back() - stack.along_mm.front();
  const double sheared_rad = std::atan2(aside, along);
  const double found_rad = std::max(sheared_rad, std::abs(first.gantry_tilt_rad));
  if (found_rad > max_tilt_rad) {
    issues.push_back({InputIssue::gantry_tilt,
                      fmt::format("expected slices stacked along their normal, found {:.2f} deg "
                                  "between them",
                                  found_rad * 180 / M_PI)});
  }
}

VolumeGeometry geometry_of(const Stack& stack) {
  const SliceDescription& first = stack.slices[stack.order.front()];
  VolumeGeometry g;
  g.size = {first.size[0], first.size[1], static_cast<int>(stack.order.size())};
  const double length = stack.along_mm.back() - stack.along_mm.front();
  g.spacing_mm << first.spacing_mm, length / static_cast<double>(stack.order.size() - 1);
  g.origin = first.position;
  g.direction << first.along_row.normalized(), first.along_column.normalized(),
      first.along_row.cross(first.along_column).normalized();
  return g;
}

void append(Issues& to, const Issues& from) { to.insert(to.end(), from.begin(), from.end()); }

}  // namespace

bool refuses(InputIssue issue) {
  switch (issue) {
    case InputIssue::slice_spacing_large:
    case InputIssue::fiducials_space_doubtful:
    case InputIssue::fiducials_far:
    case InputIssue::structure_far:
    case InputIssue::structure_in_parts:
    case InputIssue::identity_by_plan_only:
    case InputIssue::position_assumed:
    case InputIssue::series_count_doubtful:
      return false;
    case InputIssue::missing_slices:
    case InputIssue::duplicate_slices:
    case InputIssue::uneven_slices:
    case InputIssue::gantry_tilt:
    case InputIssue::direction_not_orthogonal:
    case InputIssue::direction_left_handed:
    case InputIssue::several_patients:
    case InputIssue::several_frames_of_reference:
    case InputIssue::several_series:
    case InputIssue::frame_of_reference_differs:
    case InputIssue::geometry_invalid:
    case InputIssue::series_incomplete:
    case InputIssue::damaged_slices:
    case InputIssue::late_slices:
      break;
  }
  return true;
}

bool refuses(std::span<const InputWarning> issues) {
  return std::any_of(issues.begin(), issues.end(), [](const auto& i) { return refuses(i.issue); });
}

std::string refusal_text(std::span<const InputWarning> issues) {
  std::string text;
  for (const InputWarning& i : issues) {
    if (!refuses(i.issue)) continue;
    if (!text.empty()) text += "; ";
    text += fmt::format("{}: {}", to_string(i.issue), i.detail);
  }
  return text;
}

StackExamination examine_slices(std::span<const SliceDescription> slices) {
  StackExamination out;
  check_identity(slices, out.issues);
  if (!check_each(slices, out.issues) || refuses(out.issues)) return out;
  const Stack stack = put_in_order(slices);
  check_duplicates(stack, out.issues);
  if (refuses(out.issues)) return out;
  check_even(stack, median_gap_mm(stack), out.issues);
  check_tilt(stack, out.issues);
  if (refuses(out.issues)) return out;
  out.order = stack.order;
  out.geometry = geometry_of(stack);
  append(out.issues, examine_geometry(*out.geometry));
  return out;
}

std::vector<InputWarning> examine_geometry(const VolumeGeometry& g) {
  Issues issues;
  const auto invalid = [&](std::string why) {
    issues.push_back({InputIssue::geometry_invalid, std::move(why)});
    return issues;
  };
  if (*std::min_element(g.size.begin(), g.size.end()) < 2) {
    return invalid(fmt::format("expected 2 voxels or more along each axis, found {} x {} x {}",
                               g.size[0], g.size[1], g.size[2]));
  }
  if (!g.spacing_mm.allFinite() || g.spacing_mm.minCoeff() <= 0) {
    return invalid(fmt::format("expected spacings above 0 mm, found {} x {} x {}", g.spacing_mm[0],
                               g.spacing_mm[1], g.spacing_mm[2]));
  }
  if (!g.origin.mm.allFinite() || !g.direction.allFinite()) {
    return invalid("expected a finite origin and direction");
  }
  const Eigen::Matrix3d gram = g.direction.transpose() * g.direction;
  const double skew = (gram - Eigen::Matrix3d::Identity()).cwiseAbs().maxCoeff();
  if (skew > direction_tolerance) {
    issues.push_back({InputIssue::direction_not_orthogonal,
                      fmt::format("expected axes at right angles (within {}), found {:.4f}",
                                  direction_tolerance, skew)});
  } else if (g.direction.determinant() < 0) {
    issues.push_back({InputIssue::direction_left_handed,
                      "expected right-handed axes (det = +1), found left-handed (det = -1)"});
  }
  const double largest = g.spacing_mm.maxCoeff();
  if (largest > max_slice_spacing_mm + rounding_mm) {
    issues.push_back({InputIssue::slice_spacing_large,
                      fmt::format("expected at most {:.2f} mm between slices, found {:.3f} mm",
                                  max_slice_spacing_mm, largest)});
  }
  return issues;
}

}  // namespace trocar
