#include "engine/igtl/scene_messages.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/igtl/message_encoder.hpp"
#include "engine/igtl/ras.hpp"

namespace trocar {

namespace {

using igtl::Buffer;
using igtl::SharedBytes;

constexpr std::array<std::uint16_t, 2> versions = {1, 2};
constexpr std::uint8_t little_endian = 2;
constexpr igtl::Rgba point_colour = {255, 255, 0, 255};
constexpr igtl::Rgba label_colour = {230, 220, 190, 255};

char printable(char c) { return c >= 0x20 && c < 0x7F ? c : '?'; }

std::array<float, 3> float_point(const Point<Ras>& p) {
  return {static_cast<float>(p.mm.x()), static_cast<float>(p.mm.y()), static_cast<float>(p.mm.z())};
}

std::string warning_text(const std::vector<std::string>& warnings) {
  std::string text = warnings.empty() ? "none" : "";
  for (const std::string& w : warnings) {
    if (!text.empty()) text += '\n';
    std::transform(w.begin(), w.end(), std::back_inserter(text), printable);
  }
  return text;
}

igtl::PolyDataBody polydata_of(const TriangleMesh& preop) {
  igtl::PolyDataBody body;
  body.points.reserve(preop.vertices_mm.size());
  for (const auto& v : preop.vertices_mm) {
    body.points.push_back(float_point(igtl::ras_from_lps({v})));
  }
  body.polygons.count = static_cast<std::uint32_t>(preop.triangles.size());
  body.polygons.words.reserve(4 * preop.triangles.size());
  for (const auto& t : preop.triangles) {
    for (const std::uint32_t word : {3U, t[0], t[1], t[2]}) body.polygons.words.push_back(word);
  }
  return body;
}

std::array<std::uint16_t, 3> wire_size(const std::array<int, 3>& size) {
  std::array<std::uint16_t, 3> out{};
  std::transform(size.begin(), size.end(), out.begin(),
                 [](int n) { return static_cast<std::uint16_t>(n); });
  return out;
}

}  // namespace

SceneMessages::SceneMessages(const StreamScene& scene, WallClock wall)
    : scene_(scene), wall_(wall) {
  for (const std::uint16_t version : versions) {
    auto bytes = std::make_shared<Buffer>();
    igtl::append_string(*bytes, {version, StreamNames::warnings, wall_.header_time(wall_.session)},
                        warning_text(scene_.warnings));
    welcome_[version - 1U].push_back(std::move(bytes));
  }
  for (std::size_t i = 0; i < scene_.names.structures.size(); ++i) encode_structure(i);
  for (const ScenePoint& p : scene_.points) {
    if (std::find(lists_.begin(), lists_.end(), p.list) == lists_.end()) lists_.push_back(p.list);
  }
}

void SceneMessages::encode_structure(std::size_t index) {
  if (index >= scene_.surfaces.size() || !scene_.surfaces[index]) return;
  const auto& names = scene_.names.structures[index];
  const std::array<igtl::MetadatumView, 2> metadata = {
      {{"Structure", names.id}, {"Vertebra", names.vertebra}}};
  const igtl::PolyDataBody body = polydata_of(*scene_.surfaces[index]);
  for (const std::uint16_t version : versions) {
    auto bytes = std::make_shared<Buffer>();
    igtl::append_polydata(*bytes,
                          {version, names.id, wall_.header_time(wall_.session), 0, metadata}, body);
    welcome_[version - 1U].push_back(std::move(bytes));
  }
}

std::span<const SharedBytes> SceneMessages::welcome(std::uint16_t version) const {
  return welcome_[version - 1U];
}

SharedBytes SceneMessages::structure(std::string_view id, std::uint16_t version) const {
  std::size_t at = 1;  // behind the warnings; structures without a surface are left out
  for (std::size_t i = 0; i < scene_.names.structures.size() && i < scene_.surfaces.size(); ++i) {
    if (!scene_.surfaces[i]) continue;
    if (scene_.names.structures[i].id == id) return welcome_[version - 1U][at];
    ++at;
  }
  return nullptr;
}

void SceneMessages::append_points(Buffer& out, std::string_view list, std::uint16_t version) const {
  igtl::Message m;
  m.header = {version, "POINT", std::string(list), wall_.header_time(wall_.session), 0, 0};
  igtl::PointBody body;
  for (const ScenePoint& p : scene_.points) {
    if (p.list != list) continue;
    body.elements.push_back(
        {p.name, p.group, point_colour, float_point(igtl::ras_from_lps(p.at)), 0, ""});
  }
  m.body = std::move(body);
  igtl::append_message(out, m);
}

void SceneMessages::append_image_meta(Buffer& out, std::uint16_t version) const {
  igtl::Message m;
  m.header = {version, "IMGMETA", StreamNames::images, wall_.header_time(wall_.session), 0, 0};
  igtl::ImageMetaBody body;
  for (const SceneVolume& v : scene_.volumes) {
    igtl::ImageMetaBody::Element e;
    e.name = v.name;
    e.device = v.device;
    e.modality = v.modality;  // no patient's name or id: nobody needs them to see the volume
    e.timestamp = m.header.timestamp;
    e.size = wire_size(v.size);
    e.scalar = static_cast<std::uint8_t>(v.scalar);
    body.elements.push_back(std::move(e));
  }
  m.body = std::move(body);
  igtl::append_message(out, m);
}

void SceneMessages::append_label_meta(Buffer& out, std::uint16_t version) const {
  igtl::Message m;
  m.header = {version, "LBMETA", StreamNames::labels, wall_.header_time(wall_.session), 0, 0};
  igtl::LabelMetaBody body;
  for (const SceneVolume& v : scene_.volumes) {
    if (v.device != StreamNames::labels) continue;
    for (const SceneLabel& l : scene_.labels) {
      body.elements.push_back(
          {l.name, v.device, l.label, 0, label_colour, wire_size(v.size), StreamNames::images});
    }
  }
  m.body = std::move(body);
  igtl::append_message(out, m);
}

void SceneMessages::append_capability(Buffer& out, std::uint16_t version) const {
  igtl::Message m;
  m.header = {version, "CAPABILITY", StreamNames::status, wall_.header_time(wall_.session), 0, 0};
  m.body =
      igtl::CapabilityBody{{"TRANSFORM", "STRING",      "POLYDATA",   "STATUS",       "POINT",
                            "IMAGE",     "IMGMETA",     "LBMETA",     "TDATA",        "CAPABILITY",
                            "COMMAND",   "RTS_COMMAND", "GET_STATUS", "GET_POLYDATA", "GET_POINT",
                            "GET_IMAGE", "GET_IMGMETA", "GET_LBMETA", "GET_CAPABIL",  "GET_TRANS",
                            "STT_TDATA", "STP_TDATA",   "RTS_TDATA",  "STT_IMAGE",    "STP_IMAGE"}};
  igtl::append_message(out, m);
}

igtl::ImageHeader image_header(const SceneVolume& v) {
  igtl::ImageHeader h;
  h.scalar = v.scalar;
  h.endian = little_endian;
  h.size = h.part = wire_size(v.size);
  // Half-way between the first and the last voxel's centre: the rule of the reference library.
  Eigen::Vector3d middle;
  for (int k = 0; k < 3; ++k) middle[k] = (v.size[static_cast<std::size_t>(k)] - 1) / 2.0;
  const auto centre = float_point(igtl::ras_from_lps({v.origin.mm + v.steps_mm * middle}));
  auto next = h.columns.begin();
  for (int k = 0; k < 3; ++k) {
    // A step is a difference of points: it changes sides as they do.
    const auto step = float_point(igtl::ras_from_lps({v.steps_mm.col(k)}));
    next = std::copy(step.begin(), step.end(), next);
  }
  std::copy(centre.begin(), centre.end(), h.columns.begin() + 9);
  return h;
}

Result<std::array<SharedBytes, 2>> encode_volume(const SceneVolume& v, const WallClock& wall) {
  constexpr int longest_axis = std::numeric_limits<std::uint16_t>::max();
  if (const int largest = *std::max_element(v.size.begin(), v.size.end()); largest > longest_axis) {
    return Error{Code::out_of_range, v.device + ": expected axes of at most 65535 voxels, found " +
                                         std::to_string(largest)};
  }
  auto voxels = v.load();
  if (!voxels) return voxels.error();
  const igtl::ImageHeader header = image_header(v);
  if (voxels.value().size() != header.pixel_bytes()) {
    return Error{Code::inconsistent,
                 v.device + ": expected " + std::to_string(header.pixel_bytes()) +
                     " bytes of voxels, found " + std::to_string(voxels.value().size())};
  }
  std::array<SharedBytes, 2> out;
  for (const std::uint16_t version : versions) {
    auto bytes = std::make_shared<Buffer>();
    igtl::append_image(*bytes, {version, v.device, wall.header_time(wall.session)}, header,
                       voxels.value());
    out[version - 1U] = std::move(bytes);
  }
  return out;
}

}  // namespace trocar
