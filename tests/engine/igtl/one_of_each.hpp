#pragma once
#include <string>
#include <utility>
#include <vector>

#include "engine/igtl/bytes.hpp"
#include "engine/igtl/message.hpp"

// A message of each type that is spoken, with every field set to something.
namespace trocar::igtl {

inline Columns some_columns(float first) {
  Columns c{};
  for (std::size_t i = 0; i < c.size(); ++i) c[i] = first + static_cast<float>(i);
  return c;
}

inline Buffer some_bytes(std::size_t size) {
  Buffer b(size);
  for (std::size_t i = 0; i < size; ++i) b[i] = static_cast<std::byte>(i % 251);
  return b;
}

inline PolyDataBody some_polydata() {
  PolyDataBody b;
  b.points = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
  b.lines = {1, {2, 0, 1}};
  b.polygons = {1, {3, 0, 1, 2}};
  b.attributes = {{0, 1, 3, "depth", {1.F, 2.F, 3.F}}, {2, 3, 1, "n", {0.F, 0.F, 1.F}}};
  return b;
}

inline ImageBody some_image() {
  ImageBody b;
  b.header.size = {4, 3, 2};
  b.header.columns = some_columns(1);
  b.header.from = {1, 0, 1};
  b.header.part = {3, 2, 1};
  b.pixels = some_bytes(12);
  return b;
}

// Its last child is an empty BIND.
inline BindBody some_bind() {
  BindBody b;
  b.children = {{"TRANSFORM", "NeedleToRas", some_bytes(48)},
                {"STRING", "Note", some_bytes(7)},
                {"BIND", "B", Buffer(4)}};
  return b;
}

inline std::vector<std::pair<std::string, Body>> one_body_of_each() {
  const Rgba rgba{1, 2, 3, 255};
  return {
      {"TRANSFORM", TransformBody{some_columns(-5.5F)}},
      {"TDATA", TrackingBody{{{"A", 1, 0, some_columns(1)}, {"B", 4, 7, some_columns(2)}}}},
      {"QTDATA", QuaternionTrackingBody{{{"A", 2, 7, {1, 2, 3}, {0, 0, 0.6F, 0.8F}}}}},
      {"POSITION", PositionBody{{1, 2, 3}, {0, 0.6F, 0, 0.8F}, 7}},
      {"STRING", StringBody{us_ascii, "tip_mm=-0.05"}},
      {"STATUS", StatusBody{13, -7, "unregistered", "state=unregistered"}},
      {"COMMAND", CommandBody{7, "Record", us_ascii, "<Command Name=\"Record\"/>"}},
      {"RTS_COMMAND", CommandBody{8, "Record", utf_8, "<CommandReply/>"}},
      {"POINT", PointBody{{{"Tip", "Screws", rgba, {1, 2, 3}, 4, "CT"}}}},
      {"TRAJ", TrajectoryBody{{{"L4", "S", 3, 7, rgba, {1, 2, 3}, {4, 5, 6}, 7, "CT"}}}},
      {"IMAGE", some_image()},
      {"IMGMETA", ImageMetaBody{{{"Spine", "CT1", "CT", "D^J", "42", 9, {5, 6, 7}, 4, 1}}}},
      {"LBMETA", LabelMetaBody{{{"Dura", "CT1", 200, 1, rgba, {5, 6, 7}, "CT"}}}},
      {"SENSOR", SensorBody{1, 0x1122334455667788, {1.5, -2}}},
      {"NDARRAY", ArrayBody{Scalar::int16, {2, 3}, some_bytes(12)}},
      {"COLORT", ColorTableBody{3, 3, some_bytes(256)}},
      {"COLORTABLE", ColorTableBody{3, 5, some_bytes(512)}},
      {"CAPABILITY", CapabilityBody{{"TRANSFORM", "GET_POLYDATA"}}},
      {"BIND", some_bind()},
      {"STT_TDATA", StartBody{50, "Patient"}},
      {"STT_QTDATA", StartBody{-1, ""}},
      {"RTS_TDATA", ReplyBody{1}},
      {"RTS_QTDATA", ReplyBody{1}},
      {"RTS_BIND", ReplyBody{0}},
      {"RTS_POLYDATA", ReplyBody{1}},
      {"RTS_NDARRAY", ReplyBody{1}},
      {"RTS_STATUS", ReplyBody{1}},
      {"POLYDATA", some_polydata()},
  };
}

inline std::vector<Message> one_of_each(std::uint16_t version) {
  std::vector<Message> all;
  for (auto& [type, body] : one_body_of_each()) {
    Message m;
    m.header = {version, type, "Of " + type, 0x0000000100000000 + all.size(), 0, 0};
    m.body = std::move(body);
    if (version == 2) {
      m.id = 5;
      m.metadata = {{"Structure", us_ascii, "Tumour"}, {"Note", utf_8, ""}};
    }
    all.push_back(std::move(m));
  }
  return all;
}

}  // namespace trocar::igtl
