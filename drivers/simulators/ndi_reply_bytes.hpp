#pragma once
#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace trocar {

// Appends little-endian numbers; sizes not yet known are filled in later. plain.
class NdiByteWriter {
 public:
  void u8(unsigned v) { bytes_.push_back(static_cast<std::byte>(v)); }
  void u16(unsigned v) { number(v, 2); }
  void u32(std::uint64_t v) { number(v, 4); }
  void f32(double v) {
    const auto f = static_cast<float>(v);
    std::uint32_t bits = 0;
    std::memcpy(&bits, &f, sizeof bits);
    u32(bits);
  }
  void point(const Eigen::Vector3d& p) {
    for (int axis = 0; axis < 3; ++axis) f32(p[axis]);
  }
  void append(std::span<const std::byte> more) {
    bytes_.insert(bytes_.end(), more.begin(), more.end());
  }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] const std::vector<std::byte>& bytes() const { return bytes_; }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  void number(std::uint64_t v, int count) {
    for (int i = 0; i < count; ++i) u8(static_cast<unsigned>((v >> (8 * i)) & 0xFFU));
  }
  std::vector<std::byte> bytes_;
};

}  // namespace trocar
