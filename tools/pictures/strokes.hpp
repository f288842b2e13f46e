#pragma once
#include <Eigen/Core>
#include <vector>

#include "tools/pictures/picture.hpp"

namespace trocar {

// Corners in pixels: pixel centres are whole numbers, y downwards.
using Outline = std::vector<Eigen::Vector2d>;

struct Pen {
  Rgb colour{};
  double width_px = 1;
  double opacity = 1;
};

// Paints a share of a pixel, 0 to 1.
void blend(Rgb& into, Rgb colour, double share);

// Draws closed lines, their edges softened, so that a line lies where its corners say to a fraction
// of a pixel.
void draw_outlines(Picture& upon, const std::vector<Outline>& outlines, const Pen& pen);

// A filled rectangle; what stands over the border is cut.
void fill(Picture& upon, int left, int top, int width, int height, Rgb colour);

}  // namespace trocar
