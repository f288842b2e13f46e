#include "engine/model/nifti_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace trocar {
namespace {

using Affine = NiftiPlacement::Affine;

constexpr double same_place_mm = 0.1;
constexpr double furthest_mm = 1e6;  // beyond it no number is a place

// Byte offsets of nifti1.h.
enum Offset : std::size_t {
  at_dim = 40,
  at_pixdim = 76,
  at_units = 123,
  at_qform_code = 252,
  at_sform_code = 254,
  at_quatern = 256,
  at_qoffset = 268,
  at_srow = 280
};

class Header {
 public:
  explicit Header(std::string_view bytes) : bytes_(bytes) { swapped_ = !sound(); }

  [[nodiscard]] bool sound() const { return number<std::int32_t>(0) == nifti_header_bytes; }
  [[nodiscard]] std::int16_t short_at(std::size_t at) const { return number<std::int16_t>(at); }
  [[nodiscard]] double float_at(std::size_t at) const { return number<float>(at); }
  [[nodiscard]] double mm_per_unit() const {
    switch (static_cast<unsigned char>(bytes_[at_units]) & 7U) {
      case 1:
        return 1e3;  // metres
      case 3:
        return 1e-3;  // micrometres
      default:
        return 1;
    }
  }

 private:
  template <class T>
  [[nodiscard]] T number(std::size_t at) const {
    std::array<char, sizeof(T)> raw{};
    std::copy_n(bytes_.data() + at, sizeof(T), raw.data());
    if (swapped_) std::reverse(raw.begin(), raw.end());
    T value;
    std::memcpy(&value, raw.data(), sizeof(T));
    return value;
  }
  std::string_view bytes_;
  bool swapped_ = false;
};

Affine qform_of(const Header& h, const std::array<double, 3>& spacing_mm) {
  const double b = h.float_at(at_quatern);
  const double c = h.float_at(at_quatern + 4);
  const double d = h.float_at(at_quatern + 8);
  const double a = std::sqrt(std::max(0.0, 1 - (b * b + c * c + d * d)));
  const double rotation[3][3] = {
      {a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)},
      {2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)},
      {2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c}};
  const double handedness = h.float_at(at_pixdim) < 0 ? -1 : 1;
  Affine out{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t k = 0; k < 3; ++k) out[row][k] = rotation[row][k] * spacing_mm[k];
    out[row][2] *= handedness;
    out[row][3] = h.float_at(at_qoffset + 4 * row) * h.mm_per_unit();
  }
  return out;
}

Affine sform_of(const Header& h) {
  Affine out{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t k = 0; k < 4; ++k) {
      out[row][k] = h.float_at(at_srow + 16 * row + 4 * k) * h.mm_per_unit();
    }
  }
  return out;
}

Status check_numbers(const Affine& affine, std::string_view name) {
  for (const auto& row : affine) {
    for (const double v : row) {
      if (std::abs(v) <= furthest_mm) continue;  // false for NaN
      return Error{Code::out_of_range,
                   fmt::format("expected numbers to 1e6 mm in the {}, found {}", name, v)};
    }
  }
  return Done{};
}

double distance_mm(const Affine& a, const Affine& b, const std::array<double, 3>& index) {
  double squared = 0;
  for (std::size_t row = 0; row < 3; ++row) {
    double apart = a[row][3] - b[row][3];
    for (std::size_t k = 0; k < 3; ++k) apart += (a[row][k] - b[row][k]) * index[k];
    squared += apart * apart;
  }
  return std::sqrt(squared);
}

}  // namespace

Result<NiftiPlacement> read_nifti_placement(std::string_view header) {
  const auto refuse = [](std::string why) { return Error{Code::malformed, std::move(why)}; };
  if (header.size() < nifti_header_bytes) {
    return refuse(fmt::format("expected a NIfTI header of {} bytes, found {}", nifti_header_bytes,
                              header.size()));
  }
  const Header h(header);
  if (!h.sound()) return refuse("expected a NIfTI-1 header, found another");
  NiftiPlacement out;
  std::array<double, 3> spacing_mm{};
  for (std::size_t k = 0; k < 3; ++k) {
    out.size[k] = h.short_at(at_dim + 2 * (k + 1));
    spacing_mm[k] = h.float_at(at_pixdim + 4 * (k + 1)) * h.mm_per_unit();
    if (spacing_mm[k] > 0 && spacing_mm[k] <= furthest_mm) continue;  // false for NaN
    return refuse(fmt::format("expected spacings above 0 mm, found {}", spacing_mm[k]));
  }
  if (h.short_at(at_qform_code) > 0) out.qform = qform_of(h, spacing_mm);
  if (h.short_at(at_sform_code) > 0) out.sform = sform_of(h);
  const Status q = out.qform ? check_numbers(*out.qform, "qform") : Done{};
  const Status s = out.sform ? check_numbers(*out.sform, "sform") : Done{};
  if (!q) return q.error();
  if (!s) return s.error();
  return out;
}

Status check_one_place(const NiftiPlacement& placement) {
  if (!placement.qform && !placement.sform) {
    return Error{Code::malformed, "expected an orientation (qform or sform), found none"};
  }
  if (!placement.qform || !placement.sform) return Done{};
  double apart_mm = 0;
  for (unsigned corner = 0; corner < 8; ++corner) {
    std::array<double, 3> index{};
    for (unsigned k = 0; k < 3; ++k) index[k] = (corner >> k & 1U) * (placement.size[k] - 1.0);
    apart_mm = std::max(apart_mm, distance_mm(*placement.qform, *placement.sform, index));
  }
  if (apart_mm <= same_place_mm) return Done{};
  return Error{Code::inconsistent,
               fmt::format("expected a qform and a sform that agree within {} mm, found corners "
                           "{:.2f} mm apart",
                           same_place_mm, apart_mm)};
}

}  // namespace trocar
