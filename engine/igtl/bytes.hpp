#pragma once
#include <algorithm>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

// Big-endian numbers and texts in byte buffers: the only casts between bytes and values of the
// codec. plain: one thread.
namespace trocar::igtl {

using Buffer = std::vector<std::byte>;

inline std::uint8_t swapped(std::uint8_t v) { return v; }
inline std::uint16_t swapped(std::uint16_t v) { return __builtin_bswap16(v); }
inline std::uint32_t swapped(std::uint32_t v) { return __builtin_bswap32(v); }
inline std::uint64_t swapped(std::uint64_t v) { return __builtin_bswap64(v); }

// The unsigned number at p; sizeof(T) bytes must be readable there.
template <class T>
T load_be(const std::byte* p) {
  static_assert(std::is_unsigned_v<T> && std::endian::native == std::endian::little);
  T v{};
  std::memcpy(&v, p, sizeof v);
  return swapped(v);
}
template <class T>
void store_be(std::byte* p, T v) {
  static_assert(std::is_unsigned_v<T> && std::endian::native == std::endian::little);
  v = swapped(v);
  std::memcpy(p, &v, sizeof v);
}

inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Reads forward and never beyond the end: what is asked for there is 0 or empty, and ok() is false
// from then on.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : rest_(bytes) {}
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t remaining() const { return rest_.size(); }

  template <class T>
  T number() {
    const auto at = take(sizeof(T));
    return at.empty() ? T{0} : load_be<T>(at.data());
  }
  float real32() { return std::bit_cast<float>(number<std::uint32_t>()); }
  double real64() { return std::bit_cast<double>(number<std::uint64_t>()); }
  std::span<const std::byte> take(std::uint64_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const auto taken = rest_.first(static_cast<std::size_t>(size));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  // A field of fixed size, text up to the first zero byte.
  std::string_view padded_text(std::size_t size) {
    const std::string_view all = as_text(take(size));
    return all.substr(0, std::min(all.find('\0'), all.size()));
  }

 private:
  std::span<const std::byte> rest_;
  bool ok_ = true;
};

// Appends to a buffer; a buffer that is cleared and used again allocates nothing once it has grown.
class ByteWriter {
 public:
  explicit ByteWriter(Buffer& out) : out_(out) {}
  template <class T>
  void number(T v) {
    store_be(grow(sizeof v), v);
  }
  void real32(float v) { number(std::bit_cast<std::uint32_t>(v)); }
  void real64(double v) { number(std::bit_cast<std::uint64_t>(v)); }
  void bytes(std::span<const std::byte> b) { out_.insert(out_.end(), b.begin(), b.end()); }
  void text(std::string_view t) {
    const auto bytes = as_bytes(t);
    out_.insert(out_.end(), bytes.begin(), bytes.end());
  }
  // Text in a field of `size` bytes, filled with zeros, always at least one: a longer text is cut.
  void padded_text(std::string_view t, std::size_t size) {
    const std::string_view cut = t.substr(0, size - 1);
    text(cut);
    out_.resize(out_.size() + size - cut.size());
  }
  // The same without a zero behind a text that fills the field: types of messages.
  void full_text(std::string_view t, std::size_t size) {
    const std::string_view cut = t.substr(0, size);
    text(cut);
    out_.resize(out_.size() + size - cut.size());
  }
  // `size` zero bytes, for the caller to fill at once.
  std::byte* grow(std::size_t size) {
    out_.resize(out_.size() + size);
    return out_.data() + out_.size() - size;
  }
  [[nodiscard]] std::size_t size() const { return out_.size(); }

 private:
  Buffer& out_;
};

}  // namespace trocar::igtl
