#pragma once
#include <string>

#include "tools/pictures/picture.hpp"

namespace trocar {

struct Lettering {
  int height_px = 0;  // of the line
  Rgb colour{};
  bool bold = false;
};

// Writes one line of text (UTF-8), its left end and its bottom (of letters that hang) there, and
// says how wide it is, in pixels. Draws with a font that VTK carries: needs no display and no font
// of the machine.
int write_text(Picture& upon, const std::string& text, int left, int bottom, const Lettering& how);

}  // namespace trocar
