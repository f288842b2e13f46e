#include <algorithm>
#include <cassert>
#include <cmath>

#include "engine/igtl/body_codec.hpp"

// TRANSFORM, TDATA, QTDATA, POSITION.
namespace trocar::igtl {
namespace {

constexpr std::size_t tracking_bytes = 70;    // name 20, kind, reserved, 12 numbers
constexpr std::size_t quaternion_bytes = 50;  // the same with 7
constexpr std::size_t tracker_name = 20;

template <std::size_t n>
void read_numbers(ByteReader& r, std::array<float, n>& out) {
  for (float& v : out) v = r.real32();
}
template <std::size_t n>
void put_numbers(ByteWriter& w, const std::array<float, n>& numbers) {
  for (const float v : numbers) w.real32(v);
}

}  // namespace

Status read(Content content, TransformBody& out) {
  if (content.size() != 48) return misfit("48 bytes of content", content.size());
  ByteReader r(content);
  read_numbers(r, out.columns);
  return Done{};
}

void put(ByteWriter& w, const TransformBody& b) { put_numbers(w, b.columns); }

Status read(Content content, TrackingBody& out) {
  if (content.size() % tracking_bytes != 0) {
    return misfit("elements of 70 bytes", content.size());
  }
  ByteReader r(content);
  out.elements.resize(content.size() / tracking_bytes);
  for (auto& e : out.elements) {
    e.name = r.padded_text(tracker_name);
    e.kind = r.number<std::uint8_t>();
    e.reserved = r.number<std::uint8_t>();
    read_numbers(r, e.columns);
  }
  return Done{};
}

void put(ByteWriter& w, const TrackingBody& b) {
  for (const auto& e : b.elements) {
    w.padded_text(e.name, tracker_name);
    w.number(e.kind);
    w.number(e.reserved);
    put_numbers(w, e.columns);
  }
}

Status read(Content content, QuaternionTrackingBody& out) {
  if (content.size() % quaternion_bytes != 0) {
    return misfit("elements of 50 bytes", content.size());
  }
  ByteReader r(content);
  out.elements.resize(content.size() / quaternion_bytes);
  for (auto& e : out.elements) {
    e.name = r.padded_text(tracker_name);
    e.kind = r.number<std::uint8_t>();
    e.reserved = r.number<std::uint8_t>();
    read_numbers(r, e.position);
    read_numbers(r, e.quaternion);
  }
  return Done{};
}

void put(ByteWriter& w, const QuaternionTrackingBody& b) {
  for (const auto& e : b.elements) {
    w.padded_text(e.name, tracker_name);
    w.number(e.kind);
    w.number(e.reserved);
    put_numbers(w, e.position);
    put_numbers(w, e.quaternion);
  }
}

Status read(Content content, PositionBody& out) {
  const std::size_t size = content.size();
  if (size != 12 && size != 24 && size != 28) return misfit("12, 24 or 28 bytes of content", size);
  ByteReader r(content);
  out.numbers = static_cast<std::uint8_t>(size / 4);
  read_numbers(r, out.position);
  out.quaternion = {0, 0, 0, 1};
  if (size == 12) return Done{};
  auto& q = out.quaternion;
  for (std::size_t i = 0; i < 3; ++i) q[i] = r.real32();
  // Of two quaternions for one rotation the short form holds the one with w >= 0.
  q[3] = size == 28 ? r.real32()
                    : std::sqrt(std::max(0.F, 1 - (q[0] * q[0] + q[1] * q[1] + q[2] * q[2])));
  return Done{};
}

void put(ByteWriter& w, const PositionBody& b) {
  assert(b.numbers == 3 || b.numbers == 6 || b.numbers == 7);
  put_numbers(w, b.position);
  for (std::size_t i = 3; i < b.numbers; ++i) w.real32(b.quaternion[i - 3]);
}

}  // namespace trocar::igtl
