#pragma once
#include <memory>
#include <vector>

#include "engine/base/transform.hpp"
#include "engine/model/ct_volume.hpp"
#include "engine/registration/ct_grid.hpp"
#include "tools/pictures/picture.hpp"
#include "tools/pictures/strokes.hpp"

namespace trocar {

// A plane through an intraoperative scan, as pixels: seen as a radiologist sees it, with the
// patient's right on the left, front and head up. plain.
struct Cut {
  int size_px;  // a square
  Point<Intraop> corner;
  Eigen::Vector3d right_mm, down_mm;  // from a pixel to the next

  [[nodiscard]] Point<Intraop> at(double x, double y) const {
    return {corner.mm + x * right_mm + y * down_mm};
  }
};
Cut cut_through(const Point<Intraop>& middle, Plane plane, double field_mm, double px_per_mm);

// What a plane is cut through: both scans and whose contour is drawn. Shares its volumes. plain.
class RegisteredScans {
 public:
  RegisteredScans(const std::shared_ptr<const CtVolume>& preop,
                  std::shared_ptr<const LabelVolume> labels,
                  const std::shared_ptr<const CtVolume>& intraop);

  // The intraoperative scan in a bone window.
  [[nodiscard]] Picture intraop(const Cut& cut) const;
  // The same in squares that alternate with the preoperative scan, laid upon it by the pose; where
  // four squares meet is the cut's middle. Preoperative squares have a warm tint.
  [[nodiscard]] Picture checkerboard(const Cut& cut,
                                     const Transform<Preop, Intraop>& preop_from_intraop,
                                     double square_mm) const;
  // Outlines of a label of the preoperative scan at a pose, in the cut's pixels.
  [[nodiscard]] std::vector<Outline> contour(const Cut& cut,
                                             const Transform<Preop, Intraop>& preop_from_intraop,
                                             int label) const;

 private:
  CtGrid preop_, intraop_;
  std::shared_ptr<const LabelVolume> labels_;
};

}  // namespace trocar
