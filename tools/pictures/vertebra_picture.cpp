#include "tools/pictures/vertebra_picture.hpp"

#include <array>

#include "tools/pictures/lettering.hpp"

namespace trocar {
namespace {

constexpr Rgb page{14, 14, 18}, plain{225, 225, 225}, good{120, 230, 130}, bad{255, 95, 85};
constexpr int gap = 8, caption_px = 112, margin = 14;

struct View {
  Plane plane;
  const char *name, *left, *right, *top, *bottom;
};
constexpr std::array<View, 3> views{{{Plane::axial, "axial", "R", "L", "A", "P"},
                                     {Plane::sagittal, "sagittal", "A", "P", "S", "I"},
                                     {Plane::coronal, "coronal", "R", "L", "S", "I"}}};

// Bone may lie behind it.
void write_over(Picture& panel, const std::string& text, int left, int bottom, Lettering how) {
  const Rgb colour = how.colour;
  how.colour = page;
  for (const int dy : {-2, 0, 2})
    for (const int dx : {-2, 0, 2}) write_text(panel, text, left + dx, bottom + dy, how);
  how.colour = colour;
  write_text(panel, text, left, bottom, how);
}

void name_sides(Picture& panel, const View& view) {
  const int end = panel.width, middle = end / 2;
  write_over(panel, view.name, margin, 28, {22, plain});
  write_over(panel, view.left, margin, middle + 8, {22, plain, true});
  write_over(panel, view.right, end - margin - 14, middle + 8, {22, plain, true});
  write_over(panel, view.top, middle - 7, 28, {22, plain, true});
  write_over(panel, view.bottom, middle - 7, end - margin, {22, plain, true});
}

void draw_scale(Picture& panel) {
  const int length = static_cast<int>(10 * picture_px_per_mm);
  const int right = panel.width - margin, bottom = panel.height - margin;
  fill(panel, right - length - 2, bottom - 6, length + 4, 8, page);
  fill(panel, right - length, bottom - 4, length, 4, plain);
  write_over(panel, "10 mm", right - length - 4, bottom - 12, {18, plain});
}

Transform<Preop, Intraop> seen_at(const VertebraCase& shown) {
  return shown.registered.value_or(shown.start);
}

Picture checkered(const RegisteredScans& scans, const VertebraCase& shown, const Cut& cut) {
  return scans.checkerboard(cut, seen_at(shown), picture_square_mm);
}

Picture contoured(const RegisteredScans& scans, const VertebraCase& shown, const Cut& cut) {
  Picture panel = scans.intraop(cut);
  draw_outlines(panel, scans.contour(cut, shown.start, shown.label), {start_colour, 1.2, 0.85});
  if (shown.registered) {
    draw_outlines(panel, scans.contour(cut, *shown.registered, shown.label),
                  {registered_colour, 1.6, 0.95});
  }
  return panel;
}

// A stroke and what it means; says where the next one may stand.
int explain(Picture& upon, Rgb colour, int thick, const char* what, int left, int bottom) {
  fill(upon, left, bottom - 8, 36, thick, colour);
  return left + 44 + write_text(upon, what, left + 44, bottom, {19, plain}) + 30;
}

void write_caption(Picture& upon, const VertebraCase& shown) {
  write_text(upon, shown.verdict, margin, 34, {28, shown.accepted ? good : bad, true});
  write_text(upon, shown.figures, margin, 67, {21, plain});
  int left = margin;
  if (shown.registered) {
    left = explain(upon, registered_colour, 3, "label as registered", left, 98);
  }
  left = explain(upon, start_colour, 1, "label at the start", left, 98);
  write_text(upon, "Squares of 10 mm: grey is the scan on the table, tinted the preoperative one.",
             left, 98, {19, plain});
}

}  // namespace

Picture draw_vertebra(const RegisteredScans& scans, const VertebraCase& shown) {
  const int panel = static_cast<int>(picture_field_mm * picture_px_per_mm);
  Picture all(3 * panel + 4 * gap, caption_px + 2 * (panel + gap), page);
  int left = gap;
  for (const View& view : views) {
    const auto& through = view.plane == Plane::coronal ? shown.body : shown.middle;
    const Cut cut = cut_through(seen_at(shown).inverse() * through, view.plane, picture_field_mm,
                                picture_px_per_mm);
    int top = caption_px;
    for (Picture one : {checkered(scans, shown, cut), contoured(scans, shown, cut)}) {
      name_sides(one, view);
      draw_scale(one);
      lay(one, all, left, top);
      top += panel + gap;
    }
    left += panel + gap;
  }
  write_caption(all, shown);
  return all;
}

}  // namespace trocar
