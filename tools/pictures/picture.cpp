#include "tools/pictures/picture.hpp"

#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPNGWriter.h>
#include <vtkUnsignedCharArray.h>

#include <algorithm>
#include <fstream>

namespace trocar {

Picture::Picture(int w, int h, Rgb background)
    : width(w),
      height(h),
      pixels(static_cast<std::size_t>(w) * static_cast<std::size_t>(h), background) {}

void lay(const Picture& picture, Picture& upon, int left, int top) {
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x)
      if (upon.holds(left + x, top + y)) upon.at(left + x, top + y) = picture.at(x, y);
}

Picture beside(const std::vector<Picture>& pictures) {
  int width = 0, height = 0;
  for (const Picture& p : pictures) width += p.width, height = std::max(height, p.height);
  Picture all(width, height, {255, 255, 255});
  int left = 0;
  for (const Picture& p : pictures) {
    lay(p, all, left, (height - p.height) / 2);
    left += p.width;
  }
  return all;
}

Result<std::string> png_of(const Picture& picture) {
  vtkNew<vtkImageData> image;
  image->SetDimensions(picture.width, picture.height, 1);
  image->AllocateScalars(VTK_UNSIGNED_CHAR, 3);
  auto* out = static_cast<std::uint8_t*>(image->GetScalarPointer());
  for (int y = picture.height - 1; y >= 0; --y)
    for (int x = 0; x < picture.width; ++x)
      for (const std::uint8_t c : picture.at(x, y)) *out++ = c;
  vtkNew<vtkPNGWriter> writer;
  writer->SetInputData(image);
  writer->WriteToMemoryOn();
  writer->Write();
  vtkUnsignedCharArray* bytes = writer->GetResult();
  if (writer->GetErrorCode() != 0 || bytes == nullptr)
    return Error{Code::io, "expected a picture to become a PNG, its writer refused"};
  const unsigned char* first = bytes->GetPointer(0);
  return std::string(first, first + bytes->GetNumberOfValues());
}

Status write_png(const Picture& picture, const std::filesystem::path& file) {
  const auto bytes = png_of(picture);
  if (!bytes) return bytes.error();
  std::ofstream out(file, std::ios::binary);
  out << bytes.value();
  out.close();
  if (!out) return Error{Code::io, "expected to write " + file.string() + ", the system refused"};
  return Done{};
}

}  // namespace trocar
