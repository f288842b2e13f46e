#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

// Little-endian numbers in byte streams, without unaligned access. plain.
namespace trocar {

static_assert(std::endian::native == std::endian::little, "written for little-endian hosts");

// The caller has checked that `at + sizeof(T)` lies inside `bytes`.
template <class T>
T load_le(std::span<const std::byte> bytes, std::size_t at = 0) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

template <class T>
void append_le(std::vector<std::byte>& out, T value) {
  const std::size_t at = out.size();
  out.resize(at + sizeof(T));
  std::memcpy(out.data() + at, &value, sizeof(T));
}

template <class T>
void store_le(std::span<std::byte> bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof(T));
}

// Takes numbers from the front of a byte range, none beyond its end.
class ByteCursor {
 public:
  explicit ByteCursor(std::span<const std::byte> bytes) : rest_(bytes) {}

  template <class T>
  std::optional<T> take() {
    if (rest_.size() < sizeof(T)) return std::nullopt;
    const T value = load_le<T>(rest_);
    rest_ = rest_.subspan(sizeof(T));
    return value;
  }
  std::optional<std::span<const std::byte>> take_bytes(std::size_t n) {
    if (rest_.size() < n) return std::nullopt;
    const auto taken = rest_.first(n);
    rest_ = rest_.subspan(n);
    return taken;
  }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }

 private:
  std::span<const std::byte> rest_;
};

}  // namespace trocar
