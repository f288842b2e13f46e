#include "engine/data/image_frame.hpp"

namespace trocar {

std::size_t bytes_of(PixelType type) {
  switch (type) {
    case PixelType::int8:
    case PixelType::uint8:
      return 1;
    case PixelType::int16:
    case PixelType::uint16:
      return 2;
    case PixelType::int32:
    case PixelType::uint32:
    case PixelType::float32:
      return 4;
    case PixelType::float64:
      return 8;
  }
  return 0;
}

}  // namespace trocar
