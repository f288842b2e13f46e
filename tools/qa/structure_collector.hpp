#pragma once
#include <optional>
#include <utility>

#include "engine/data/guidance.hpp"
#include "tools/qa/report.hpp"

namespace trocar::qa {

// What a report says of one instrument and one structure, gathered as distances are shown. plain.
class StructureCollector {
 public:
  explicit StructureCollector(OfStructure about) : of_(std::move(about)) {}
  // A distance that stands from `at_s` on for `held_s`. True: some of the instrument is inside.
  bool shown(const StructureDistance& d, double at_s, double held_s);
  // No distance: where the instrument is nobody knows, a time inside ends.
  void withheld() { inside_.reset(); }
  [[nodiscard]] bool is_target() const { return of_.is_target; }
  [[nodiscard]] OfStructure finish() { return std::move(of_); }

 private:
  void of_tip(const StructureDistance& d, double at_s);
  void of_instrument(const StructureDistance& d, double at_s, double held_s);

  OfStructure of_;
  std::optional<Breach> inside_;  // under way
};

}  // namespace trocar::qa
