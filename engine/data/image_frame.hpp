#pragma once
#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/fixed_text.hpp"
#include "engine/base/time.hpp"

namespace trocar {

enum class PixelType : std::uint8_t { int8, uint8, int16, uint16, int32, uint32, float32, float64 };
std::size_t bytes_of(PixelType type);

// One image as a device delivered it. The pixels are shared and never change again; the rest is
// copied.
struct ImageFrame {
  FixedText<19> device;                                    // the sender's name for it
  std::array<std::uint16_t, 3> size{};                     // pixels
  std::uint8_t components = 1;                             // numbers per pixel
  PixelType type = PixelType::uint8;                       // of each
  Eigen::Matrix3d steps_mm = Eigen::Matrix3d::Identity();  // columns: to the next pixel
  Eigen::Vector3d centre_mm = Eigen::Vector3d::Zero();     // both in the sender's RAS
  std::shared_ptr<const std::vector<std::byte>> pixels;    // x fastest, little-endian
  Timestamp acquired{};                                    // mid exposure, session time
  Duration acquired_bound{};                               // |true - acquired| is at most this
  Timestamp received{};                                    // last byte
};

}  // namespace trocar
