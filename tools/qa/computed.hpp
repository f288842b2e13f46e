#pragma once
#include <string>
#include <variant>

namespace trocar::qa {

// Why a figure is not in the report. Absence is a value: docs/decisions/0053.
struct NotComputable {
  std::string why;
};

template <class T>
using Computed = std::variant<NotComputable, T>;

}  // namespace trocar::qa
