#include <algorithm>
#include <string>

#include "engine/igtl/body_codec.hpp"

// Bodies that are a row of elements of one size: POINT, TRAJ, IMGMETA, LBMETA, CAPABILITY.
namespace trocar::igtl {
namespace {

// Lengths of text fields, with the zero at their end.
constexpr std::size_t long_name = 64;
constexpr std::size_t group_name = 32;
constexpr std::size_t device_name = 20;
constexpr std::size_t type_name = 12;

constexpr std::size_t point_bytes = 136;
constexpr std::size_t trajectory_bytes = 150;
constexpr std::size_t image_meta_bytes = 260;
constexpr std::size_t label_meta_bytes = 116;

template <class Elements, class ReadOne>
Status read_elements(Content content, std::size_t bytes, Elements& out, ReadOne read_one) {
  if (content.size() % bytes != 0) {
    return misfit("elements of " + std::to_string(bytes) + " bytes", content.size());
  }
  ByteReader r(content);
  out.resize(content.size() / bytes);
  for (auto& e : out) read_one(r, e);
  return Done{};
}

void read_rgba(ByteReader& r, Rgba& out) {
  for (std::uint8_t& v : out) v = r.number<std::uint8_t>();
}
void put_rgba(ByteWriter& w, const Rgba& rgba) {
  for (const std::uint8_t v : rgba) w.number(v);
}
void read_place(ByteReader& r, std::array<float, 3>& out) {
  for (float& v : out) v = r.real32();
}
void put_place(ByteWriter& w, const std::array<float, 3>& place) {
  for (const float v : place) w.real32(v);
}
void read_size(ByteReader& r, std::array<std::uint16_t, 3>& out) {
  for (std::uint16_t& v : out) v = r.number<std::uint16_t>();
}
void put_size(ByteWriter& w, const std::array<std::uint16_t, 3>& size) {
  for (const std::uint16_t v : size) w.number(v);
}

}  // namespace

Status read(Content content, PointBody& out) {
  return read_elements(content, point_bytes, out.elements, [](ByteReader& r, auto& e) {
    e.name = r.padded_text(long_name);
    e.group = r.padded_text(group_name);
    read_rgba(r, e.rgba);
    read_place(r, e.position);
    e.radius = r.real32();
    e.owner = r.padded_text(device_name);
  });
}

void put(ByteWriter& w, const PointBody& b) {
  for (const auto& e : b.elements) {
    w.padded_text(e.name, long_name);
    w.padded_text(e.group, group_name);
    put_rgba(w, e.rgba);
    put_place(w, e.position);
    w.real32(e.radius);
    w.padded_text(e.owner, device_name);
  }
}

Status read(Content content, TrajectoryBody& out) {
  return read_elements(content, trajectory_bytes, out.elements, [](ByteReader& r, auto& e) {
    e.name = r.padded_text(long_name);
    e.group = r.padded_text(group_name);
    e.kind = r.number<std::uint8_t>();
    e.reserved = r.number<std::uint8_t>();
    read_rgba(r, e.rgba);
    read_place(r, e.entry);
    read_place(r, e.target);
    e.radius = r.real32();
    e.owner = r.padded_text(device_name);
  });
}

void put(ByteWriter& w, const TrajectoryBody& b) {
  for (const auto& e : b.elements) {
    w.padded_text(e.name, long_name);
    w.padded_text(e.group, group_name);
    w.number(e.kind);
    w.number(e.reserved);
    put_rgba(w, e.rgba);
    put_place(w, e.entry);
    put_place(w, e.target);
    w.real32(e.radius);
    w.padded_text(e.owner, device_name);
  }
}

Status read(Content content, ImageMetaBody& out) {
  return read_elements(content, image_meta_bytes, out.elements, [](ByteReader& r, auto& e) {
    e.name = r.padded_text(long_name);
    e.device = r.padded_text(device_name);
    e.modality = r.padded_text(group_name);
    e.patient_name = r.padded_text(long_name);
    e.patient_id = r.padded_text(long_name);
    e.timestamp = r.number<std::uint64_t>();
    read_size(r, e.size);
    e.scalar = r.number<std::uint8_t>();
    e.reserved = r.number<std::uint8_t>();
  });
}

void put(ByteWriter& w, const ImageMetaBody& b) {
  for (const auto& e : b.elements) {
    w.padded_text(e.name, long_name);
    w.padded_text(e.device, device_name);
    w.padded_text(e.modality, group_name);
    w.padded_text(e.patient_name, long_name);
    w.padded_text(e.patient_id, long_name);
    w.number(e.timestamp);
    put_size(w, e.size);
    w.number(e.scalar);
    w.number(e.reserved);
  }
}

Status read(Content content, LabelMetaBody& out) {
  return read_elements(content, label_meta_bytes, out.elements, [](ByteReader& r, auto& e) {
    e.name = r.padded_text(long_name);
    e.device = r.padded_text(device_name);
    e.label = r.number<std::uint8_t>();
    e.reserved = r.number<std::uint8_t>();
    read_rgba(r, e.rgba);
    read_size(r, e.size);
    e.owner = r.padded_text(device_name);
  });
}

void put(ByteWriter& w, const LabelMetaBody& b) {
  for (const auto& e : b.elements) {
    w.padded_text(e.name, long_name);
    w.padded_text(e.device, device_name);
    w.number(e.label);
    w.number(e.reserved);
    put_rgba(w, e.rgba);
    put_size(w, e.size);
    w.padded_text(e.owner, device_name);
  }
}

Status read(Content content, CapabilityBody& out) {
  return read_elements(content, type_name, out.types,
                       [](ByteReader& r, std::string& type) { type = r.padded_text(type_name); });
}

void put(ByteWriter& w, const CapabilityBody& b) {
  for (const std::string& type : b.types) w.full_text(type, type_name);
}

}  // namespace trocar::igtl
