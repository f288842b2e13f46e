#include "engine/model/itk_image.hpp"

#include <fmt/format.h>
#include <itkImageIOBase.h>
#include <locale.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace trocar::itk_image {

namespace {

constexpr std::uint64_t max_voxels = std::uint64_t{1} << 30;

// The libraries below ITK ask the locale for the decimal point (H11): while this lives, this thread
// has the classic one.
class ClassicNumbers {
 public:
  ClassicNumbers() : before_(uselocale(classic_)) {}
  ClassicNumbers(const ClassicNumbers&) = delete;
  ClassicNumbers& operator=(const ClassicNumbers&) = delete;
  ~ClassicNumbers() {
    uselocale(before_);
    freelocale(classic_);
  }

 private:
  locale_t classic_ = newlocale(LC_ALL_MASK, "C", nullptr);
  locale_t before_;
};

// Runs what may throw and says it in our words.
template <class Work>
Status guarded(const std::filesystem::path& file, Work work) {
  const ClassicNumbers point;
  try {
    work();
    return Done{};
  } catch (const itk::ExceptionObject& e) {
    return Error{Code::malformed, fmt::format("{}: cannot be read, damaged or cut short: {}",
                                              file.string(), one_line(e.GetDescription()))};
  } catch (const std::exception& e) {
    return Error{Code::malformed, fmt::format("{}: cannot be read, damaged or cut short: {}",
                                              file.string(), one_line(e.what()))};
  }
}

// Calls f with a value of the type the file's voxels have; false for an unknown type.
template <class F>
bool with_component(itk::ImageIOBase::IOComponentType type, F f) {
  using itk::IOComponentEnum;
  if (type == IOComponentEnum::UCHAR) return f(std::uint8_t{}), true;
  if (type == IOComponentEnum::CHAR) return f(std::int8_t{}), true;
  if (type == IOComponentEnum::USHORT) return f(std::uint16_t{}), true;
  if (type == IOComponentEnum::SHORT) return f(std::int16_t{}), true;
  if (type == IOComponentEnum::UINT) return f(std::uint32_t{}), true;
  if (type == IOComponentEnum::INT) return f(std::int32_t{}), true;
  if (type == IOComponentEnum::ULONG || type == IOComponentEnum::ULONGLONG) {
    return f(std::uint64_t{}), true;
  }
  if (type == IOComponentEnum::LONG || type == IOComponentEnum::LONGLONG) {
    return f(std::int64_t{}), true;
  }
  if (type == IOComponentEnum::FLOAT) return f(float{}), true;
  if (type == IOComponentEnum::DOUBLE) return f(double{}), true;
  return false;
}

template <class To, class From>
std::optional<To> fit(From value, bool must_be_whole) {
  if constexpr (std::is_same_v<To, From>) return value;
  const double v = static_cast<double>(value);
  const double whole = std::round(v);
  const bool in_range = whole >= std::numeric_limits<To>::min() &&
                        whole <= std::numeric_limits<To>::max();  // false for NaN
  if (!in_range || (must_be_whole && whole != v)) return std::nullopt;
  return static_cast<To>(whole);
}

template <class To, class From>
Status convert(const std::vector<char>& raw, const std::string& file, std::vector<To>& out) {
  constexpr bool labels = std::is_unsigned_v<To>;
  const std::size_t count = raw.size() / sizeof(From);
  out.reserve(out.size() + count);
  for (std::size_t i = 0; i < count; ++i) {
    From value;
    std::copy_n(raw.data() + i * sizeof(From), sizeof(From), reinterpret_cast<char*>(&value));
    const auto fitted = fit<To>(value, labels);
    if (!fitted) {
      return Error{
          Code::out_of_range,
          fmt::format("{}: expected {} from {} to {}, found {}", file,
                      labels ? "whole labels" : "Hounsfield units", std::numeric_limits<To>::min(),
                      std::numeric_limits<To>::max(), static_cast<double>(value))};
    }
    out.push_back(*fitted);
  }
  return Done{};
}

template <class To>
Status append_voxels(itk::ImageIOBase& io, const std::filesystem::path& file,
                     std::vector<To>& out) {
  std::vector<char> raw;
  const Status read = guarded(file, [&] {
    itk::ImageIORegion all(io.GetNumberOfDimensions());
    for (unsigned k = 0; k < io.GetNumberOfDimensions(); ++k) all.SetSize(k, io.GetDimensions(k));
    io.SetIORegion(all);
    raw.resize(static_cast<std::size_t>(io.GetImageSizeInBytes()));
    io.Read(raw.data());
  });
  if (!read) return read;
  Status converted = Error{Code::unsupported, file.string() + ": expected numbers as voxels"};
  with_component(io.GetComponentType(), [&](auto type) {
    converted = convert<To, decltype(type)>(raw, file.string(), out);
  });
  return converted;
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string line(text);
  // Teem tells its whole way down, a line per function: the cause is in the last one.
  if (const std::size_t last = line.rfind("[nrrd] "); last != std::string::npos) {
    line.erase(0, last);
    const std::size_t cause = line.find(": ");
    if (cause != std::string::npos) line.erase(0, cause + 2);
  }
  const std::size_t error = line.find("): ");  // ITK puts the object's name and address before it
  if (error != std::string::npos) line.erase(0, error + 3);
  const std::size_t reason = line.find(" Reason: ");  // errno, whoever set it last
  if (reason != std::string::npos) line.erase(reason);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  const std::size_t end = line.find_last_not_of(' ');
  line.erase(end == std::string::npos ? 0 : end + 1);
  constexpr std::size_t longest = 200;
  return line.size() > longest ? line.substr(0, longest) + "..." : line;
}

Status read_header(itk::ImageIOBase& io, const std::filesystem::path& file) {
  const Status read = guarded(file, [&] {
    io.SetFileName(file.string());
    io.ReadImageInformation();
  });
  if (!read) return read;
  if (io.GetNumberOfComponents() != 1) {
    return Error{Code::unsupported, fmt::format("{}: expected one value per voxel, found {}",
                                                file.string(), io.GetNumberOfComponents())};
  }
  std::uint64_t voxels = 1;
  for (unsigned k = 0; k < io.GetNumberOfDimensions(); ++k) {
    const std::uint64_t size = io.GetDimensions(k);
    if (k >= 3 && size != 1) {
      return Error{Code::unsupported,
                   fmt::format("{}: expected 3 dimensions, found {} with {} along the last",
                               file.string(), io.GetNumberOfDimensions(), size)};
    }
    if (size == 0 || size > max_voxels || (voxels *= size) > max_voxels) {
      return Error{Code::out_of_range,
                   fmt::format("{}: expected from 1 to {} voxels", file.string(), max_voxels)};
    }
  }
  return Done{};
}

VolumeGeometry geometry_of(const itk::ImageIOBase& io) {
  VolumeGeometry g;
  g.size = {1, 1, 1};
  const unsigned dimensions = std::min(io.GetNumberOfDimensions(), 3U);
  for (unsigned k = 0; k < dimensions; ++k) {
    g.size[k] = static_cast<int>(io.GetDimensions(k));
    g.spacing_mm[k] = io.GetSpacing(k);
    g.origin.mm[k] = io.GetOrigin(k);
    const std::vector<double> axis = io.GetDirection(k);
    for (unsigned row = 0; row < dimensions; ++row) g.direction(row, k) = axis[row];
  }
  return g;
}

Status append_hounsfield(itk::ImageIOBase& io, const std::filesystem::path& file,
                         std::vector<std::int16_t>& out) {
  return append_voxels(io, file, out);
}

Status append_labels(itk::ImageIOBase& io, const std::filesystem::path& file,
                     std::vector<std::uint16_t>& out) {
  return append_voxels(io, file, out);
}

}  // namespace trocar::itk_image
