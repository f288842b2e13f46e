#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/volume_geometry.hpp"

namespace itk {
class ImageIOBase;
}

// The one place that turns ITK's picture of an image file, and its exceptions, into ours. ITK gives
// LPS and mm whatever the file says.
namespace trocar::itk_image {

// Reads the header. Errors: malformed (not of this format), unsupported (not a scalar volume).
Status read_header(itk::ImageIOBase& io, const std::filesystem::path& file);

// After read_header. Not examined: ct_gate does that.
VolumeGeometry geometry_of(const itk::ImageIOBase& io);

// Appends the voxels of the file to `out`. Errors: malformed (data missing), out_of_range (a value
// that is not finite, or does not fit: Hounsfield units are rounded, labels must be whole).
Status append_hounsfield(itk::ImageIOBase& io, const std::filesystem::path& file,
                         std::vector<std::int16_t>& out);
Status append_labels(itk::ImageIOBase& io, const std::filesystem::path& file,
                     std::vector<std::uint16_t>& out);

// What a library said, made fit for a message of one line.
std::string one_line(std::string_view text);

}  // namespace trocar::itk_image
