#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace trocar {

// What the input gate found in a CT, machine-readable. Which of these refuse and which only warn is
// decided in ct_gate.
enum class InputIssue : std::uint8_t {
  missing_slices,
  duplicate_slices,
  uneven_slices,
  slice_spacing_large,  // > 2 mm (H13)
  gantry_tilt,
  direction_not_orthogonal,
  direction_left_handed,
  several_patients,
  several_frames_of_reference,
  several_series,
  frame_of_reference_differs,
  fiducials_space_doubtful,  // nearer to the vertebrae with x and y negated (H8)
  fiducials_far,             // none within reach of a labelled vertebra
  structure_far,             // not near the vertebra it moves with
  identity_by_plan_only,     // nothing in the CT says whose it is (H7)
  position_assumed,  // the file states no origin or no axes, the format's default holds (H8)
  geometry_invalid,  // spacing zero, negative or not finite; too few slices
  // Recorded by number: what is new stands at the end.
  series_incomplete,      // fewer objects than the series says it has, or its sender broke off
  series_count_doubtful,  // nothing proves that no slice is missing at an end
  damaged_slices,         // an object of the delivery could not be read
  late_slices,            // more of a series that has been judged already
  structure_in_parts,     // an object's structure that came apart between its slices
};
constexpr InputIssue last_input_issue = InputIssue::structure_in_parts;
std::string_view to_string(InputIssue issue);

struct InputWarning {
  InputIssue issue;
  std::string detail;  // expected, found, where
};

}  // namespace trocar
