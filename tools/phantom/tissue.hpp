#pragma once
#include "tools/phantom/patient.hpp"

namespace trocar::phantom {

// Hounsfield units without noise of a point of the patient, edges softened over `blur_mm` (the
// scanner's resolution and the voxel). plain, const: callable from any thread.
class Tissue {
 public:
  Tissue(const Patient& patient, double blur_mm);

  [[nodiscard]] double hounsfield(const Vec& p) const;
  // `under` covered by `over` as far as a scan shows it at this distance from the surface of
  // `over`.
  [[nodiscard]] double paint(double under, double over, double distance_mm) const;

 private:
  [[nodiscard]] double soft(const Vec& p, double from_skin) const;
  [[nodiscard]] double muscles(const Vec& p, double hu) const;
  [[nodiscard]] double belly(const Vec& p, double from_skin) const;
  [[nodiscard]] double neural(const Vec& p, double hu) const;
  [[nodiscard]] double bone(const Vec& p, double hu) const;
  [[nodiscard]] double cover(double distance_mm) const;

  const Patient& patient_;
  double blur_mm_;
  std::uint64_t seed_;
};

}  // namespace trocar::phantom
