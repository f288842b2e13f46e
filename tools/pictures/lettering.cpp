#include "tools/pictures/lettering.hpp"

#include <vtkAutoInit.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkStdString.h>
#include <vtkTextProperty.h>
#include <vtkTextRenderer.h>

#include "tools/pictures/strokes.hpp"

// VTK looks for whoever draws letters among those that have made themselves known.
VTK_MODULE_INIT(vtkRenderingFreeType);

namespace trocar {

int write_text(Picture& upon, const std::string& text, int left, int bottom, const Lettering& how) {
  vtkTextRenderer* renderer = vtkTextRenderer::GetInstance();
  if (renderer == nullptr || text.empty()) return 0;
  vtkNew<vtkTextProperty> font;
  font->SetFontFamilyToArial();
  font->SetFontSize(how.height_px);
  font->SetBold(static_cast<vtkTypeBool>(how.bold));
  font->SetColor(1, 1, 1);
  vtkNew<vtkImageData> drawn;
  int size[2] = {0, 0};              // VTK pads the image beyond it
  constexpr int dots_per_inch = 72;  // one point is one pixel
  if (!renderer->RenderString(font, vtkStdString(text), drawn, size, dots_per_inch)) return 0;
  // Counts from the bottom, upwards.
  int extent[6];
  drawn->GetExtent(extent);
  for (int y = 0; y < size[1]; ++y)
    for (int x = 0; x < size[0]; ++x) {
      const auto* rgba = static_cast<const std::uint8_t*>(
          drawn->GetScalarPointer(extent[0] + x, extent[2] + y, extent[4]));
      const int px = left + extent[0] + x, py = bottom - extent[2] - y;
      if (upon.holds(px, py)) blend(upon.at(px, py), how.colour, rgba[3] / 255.0);
    }
  return size[0];
}

}  // namespace trocar
