#include "engine/igtl/image_messages.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "engine/igtl/message_encoder.hpp"

namespace trocar::igtl {

namespace {

constexpr std::uint8_t big_endian = 1;
constexpr std::uint8_t little_endian = 2;
constexpr std::uint8_t lps = 2;
constexpr double right_angle_within = 1e-3;

// In the order of PixelType.
constexpr std::array scalars = {Scalar::int8,  Scalar::uint8,  Scalar::int16,   Scalar::uint16,
                                Scalar::int32, Scalar::uint32, Scalar::float32, Scalar::float64};

void swap_bytes(std::vector<std::byte>& pixels, std::size_t each) {
  for (std::size_t at = 0; each > 1 && at + each <= pixels.size(); at += each) {
    const auto begin = pixels.begin() + static_cast<std::ptrdiff_t>(at);
    std::reverse(begin, begin + static_cast<std::ptrdiff_t>(each));
  }
}

// Empty when the axes can be those of an image.
std::string wrong_axes(const Eigen::Matrix3d& steps, const Eigen::Vector3d& centre) {
  if (!steps.allFinite() || !centre.allFinite()) return "axes that are not finite";
  for (int k = 0; k < 3; ++k) {
    const Eigen::Vector3d a = steps.col(k);
    const Eigen::Vector3d b = steps.col((k + 1) % 3);
    if (!(a.norm() > 0)) return "an axis of no length";
    if (std::abs(a.normalized().dot(b.normalized())) > right_angle_within) {
      return "axes that are not at right angles";
    }
  }
  return {};
}

}  // namespace

void append_image_frame(Buffer& out, const ImageFrame& frame, std::uint64_t timestamp,
                        std::uint16_t version) {
  ImageHeader h;
  h.components = frame.components;
  h.scalar = scalars[static_cast<std::size_t>(frame.type)];
  h.endian = little_endian;
  h.size = h.part = frame.size;
  const Eigen::Matrix3f steps = frame.steps_mm.cast<float>();
  const Eigen::Vector3f centre = frame.centre_mm.cast<float>();
  std::copy_n(steps.data(), 9, h.columns.begin());
  std::copy_n(centre.data(), 3, h.columns.begin() + 9);
  append_image(out, {version, frame.device.view(), timestamp}, h, *frame.pixels);
}

Result<ImageFrame> image_frame_of(ImageBody&& body, const std::string& device) {
  const ImageHeader& h = body.header;
  const Error wrong{Code::malformed, "IMAGE of '" + device + "': expected "};
  if (h.part != h.size) {
    return Error{Code::unsupported, wrong.detail + "a whole image, found a part"};
  }
  ImageFrame frame;
  frame.device = device;
  frame.size = h.size;
  frame.components = h.components;
  frame.type = PixelType(std::find(scalars.begin(), scalars.end(), h.scalar) - scalars.begin());
  const Eigen::Vector3d side =
      h.coordinates == lps ? Eigen::Vector3d(-1, -1, 1) : Eigen::Vector3d(1, 1, 1);
  frame.steps_mm =
      side.asDiagonal() * Eigen::Map<const Eigen::Matrix3f>(h.columns.data()).cast<double>();
  frame.centre_mm =
      side.asDiagonal() * Eigen::Map<const Eigen::Vector3f>(h.columns.data() + 9).cast<double>();
  if (const std::string found = wrong_axes(frame.steps_mm, frame.centre_mm); !found.empty()) {
    return Error{Code::malformed, wrong.detail + "the axes of an image, found " + found};
  }
  if (h.endian == big_endian) swap_bytes(body.pixels, bytes_of(h.scalar));
  frame.pixels = std::make_shared<const std::vector<std::byte>>(std::move(body.pixels));
  return frame;
}

}  // namespace trocar::igtl
