#include "engine/model/input_warning.hpp"

namespace trocar {

std::string_view to_string(InputIssue issue) {
  switch (issue) {
    case InputIssue::missing_slices:
      return "missing_slices";
    case InputIssue::duplicate_slices:
      return "duplicate_slices";
    case InputIssue::uneven_slices:
      return "uneven_slices";
    case InputIssue::slice_spacing_large:
      return "slice_spacing_large";
    case InputIssue::gantry_tilt:
      return "gantry_tilt";
    case InputIssue::direction_not_orthogonal:
      return "direction_not_orthogonal";
    case InputIssue::direction_left_handed:
      return "direction_left_handed";
    case InputIssue::several_patients:
      return "several_patients";
    case InputIssue::several_frames_of_reference:
      return "several_frames_of_reference";
    case InputIssue::several_series:
      return "several_series";
    case InputIssue::frame_of_reference_differs:
      return "frame_of_reference_differs";
    case InputIssue::fiducials_space_doubtful:
      return "fiducials_space_doubtful";
    case InputIssue::fiducials_far:
      return "fiducials_far";
    case InputIssue::structure_far:
      return "structure_far";
    case InputIssue::identity_by_plan_only:
      return "identity_by_plan_only";
    case InputIssue::position_assumed:
      return "position_assumed";
    case InputIssue::geometry_invalid:
      return "geometry_invalid";
    case InputIssue::series_incomplete:
      return "series_incomplete";
    case InputIssue::series_count_doubtful:
      return "series_count_doubtful";
    case InputIssue::damaged_slices:
      return "damaged_slices";
    case InputIssue::late_slices:
      return "late_slices";
    case InputIssue::structure_in_parts:
      return "structure_in_parts";
  }
  return "unknown";
}

}  // namespace trocar
