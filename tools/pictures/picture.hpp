#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/result.hpp"

namespace trocar {

using Rgb = std::array<std::uint8_t, 3>;

// An RGB picture, rows from the top. plain.
struct Picture {
  int width = 0, height = 0;
  std::vector<Rgb> pixels;

  Picture(int w, int h, Rgb background);
  [[nodiscard]] bool holds(int x, int y) const {
    return x >= 0 && y >= 0 && x < width && y < height;
  }
  Rgb& at(int x, int y) { return pixels[index(x, y)]; }
  [[nodiscard]] const Rgb& at(int x, int y) const { return pixels[index(x, y)]; }

 private:
  [[nodiscard]] std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
           static_cast<std::size_t>(x);
  }
};

// How a picture cuts the patient.
enum class Plane : std::uint8_t { axial, sagittal, coronal };

// Lays a picture upon another, its upper left corner there; what stands over the border is cut.
void lay(const Picture& picture, Picture& upon, int left, int top);

// Side by side, centred vertically.
Picture beside(const std::vector<Picture>& pictures);

// The bytes of a PNG file.
Result<std::string> png_of(const Picture& picture);
Status write_png(const Picture& picture, const std::filesystem::path& file);

}  // namespace trocar
