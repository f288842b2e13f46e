#include "tools/trocar/igtl_json.hpp"

#include <Eigen/Core>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <type_traits>

namespace trocar {
namespace {

using Json = nlohmann::ordered_json;
using namespace igtl;

constexpr double rigid_within = 1e-3;

Json number(double v) { return std::isfinite(v) ? Json(v) : Json(nullptr); }

template <class Numbers>
Json numbers(const Numbers& values) {
  Json out = Json::array();
  for (const auto v : values) out.push_back(number(static_cast<double>(v)));
  return out;
}
// Of things that can be many: how many, or each.
template <class Numbers>
Json many(const Numbers& values, bool full) {
  return full ? numbers(values) : Json(values.size());
}
Json bytes(const std::vector<std::byte>& values, bool full) {
  if (!full) return values.size();
  Json out = Json::array();
  for (const std::byte b : values) out.push_back(std::to_integer<int>(b));
  return out;
}

template <class Elements, class One>
Json each(const Elements& elements, One one) {
  Json out = Json::array();
  for (const auto& e : elements) out.push_back(one(e));
  return out;
}

Json fields(const Other& /*unused*/, bool /*full*/) { return Json::object(); }
Json fields(const TransformBody& b, bool /*full*/) { return {{"columns", numbers(b.columns)}}; }
Json fields(const TrackingBody& b, bool /*full*/) {
  return {{"elements", each(b.elements, [](const auto& e) {
             return Json{{"name", e.name}, {"kind", e.kind}, {"columns", numbers(e.columns)}};
           })}};
}
Json fields(const QuaternionTrackingBody& b, bool /*full*/) {
  return {{"elements", each(b.elements, [](const auto& e) {
             return Json{{"name", e.name},
                         {"kind", e.kind},
                         {"position", numbers(e.position)},
                         {"quaternion_xyzw", numbers(e.quaternion)}};
           })}};
}
Json fields(const PositionBody& b, bool /*full*/) {
  Json out{{"position", numbers(b.position)}};
  if (b.numbers > 3) out["quaternion_xyzw"] = numbers(b.quaternion);
  return out;
}
Json fields(const StringBody& b, bool /*full*/) {
  return {{"encoding", b.encoding}, {"text", b.text}};
}
Json fields(const StatusBody& b, bool /*full*/) {
  return {{"code", b.code},
          {"subcode", b.subcode},
          {"error_name", b.error_name},
          {"message", b.message}};
}
Json fields(const CommandBody& b, bool /*full*/) {
  return {{"command_id", b.id}, {"name", b.name}, {"encoding", b.encoding}, {"text", b.text}};
}
Json fields(const PointBody& b, bool /*full*/) {
  return {{"elements", each(b.elements, [](const auto& e) {
             return Json{{"name", e.name},
                         {"group", e.group},
                         {"position", numbers(e.position)},
                         {"radius", number(double{e.radius})},
                         {"owner", e.owner}};
           })}};
}
Json fields(const TrajectoryBody& b, bool /*full*/) {
  return {{"elements", each(b.elements, [](const auto& e) {
             return Json{{"name", e.name},
                         {"group", e.group},
                         {"kind", e.kind},
                         {"entry", numbers(e.entry)},
                         {"target", numbers(e.target)},
                         {"radius", number(double{e.radius})},
                         {"owner", e.owner}};
           })}};
}
Json fields(const ImageBody& b, bool full) {
  const ImageHeader& h = b.header;
  return {{"size", h.size},
          {"from", h.from},
          {"part", h.part},
          {"scalar", static_cast<int>(h.scalar)},
          {"components", h.components},
          {"endian", h.endian == 1 ? "big" : "little"},
          {"coordinates", h.coordinates == 1 ? "RAS" : "LPS"},
          {"columns", numbers(h.columns)},
          {"pixel_bytes", bytes(b.pixels, full)}};
}
Json fields(const ImageMetaBody& b, bool /*full*/) {
  return {{"elements", each(b.elements, [](const auto& e) {
             return Json{{"name", e.name},
                         {"device", e.device},
                         {"modality", e.modality},
                         {"patient_name", e.patient_name},
                         {"patient_id", e.patient_id},
                         {"size", e.size},
                         {"scalar", e.scalar}};
           })}};
}
Json fields(const LabelMetaBody& b, bool /*full*/) {
  return {{"elements", each(b.elements, [](const auto& e) {
             return Json{{"name", e.name},
                         {"device", e.device},
                         {"label", e.label},
                         {"size", e.size},
                         {"owner", e.owner}};
           })}};
}
Json fields(const SensorBody& b, bool /*full*/) {
  return {{"status", b.status}, {"unit", b.unit}, {"values", numbers(b.values)}};
}
Json fields(const ArrayBody& b, bool full) {
  return {{"scalar", static_cast<int>(b.scalar)},
          {"size", b.size},
          {"value_bytes", bytes(b.values, full)}};
}
Json fields(const ColorTableBody& b, bool full) {
  return {{"index", b.index}, {"map", b.map}, {"entry_bytes", bytes(b.entries, full)}};
}
Json fields(const CapabilityBody& b, bool /*full*/) { return {{"types", b.types}}; }
Json fields(const BindBody& b, bool /*full*/) {
  return {
      {"children", each(b.children, [](const auto& c) {
         return Json{{"type", c.type}, {"device", c.device}, {"content_bytes", c.content.size()}};
       })}};
}
Json fields(const StartBody& b, bool /*full*/) {
  return {{"resolution_ms", b.resolution_ms}, {"frame", b.frame}};
}
Json fields(const ReplyBody& b, bool /*full*/) { return {{"status", b.status}}; }
Json fields(const PolyDataBody& b, bool full) {
  const auto points = [&]() -> Json {
    if (!full) return b.points.size();
    return each(b.points, [](const auto& p) { return numbers(p); });
  };
  const auto cells = [&](const PolyDataBody::Cells& c) -> Json {
    return full ? Json(c.words) : Json(c.count);
  };
  return {{"points", points()},
          {"vertices", cells(b.vertices)},
          {"lines", cells(b.lines)},
          {"polygons", cells(b.polygons)},
          {"strips", cells(b.strips)},
          {"attributes", each(b.attributes, [&](const auto& a) {
             return Json{{"name", a.name},
                         {"type", a.type},
                         {"components", a.components},
                         {"values", many(a.values, full)}};
           })}};
}

template <class Numbers>
bool all_finite(const Numbers& values) {
  return std::all_of(values.begin(), values.end(), [](auto v) { return std::isfinite(v); });
}

std::string objection(const Columns& c) {
  if (!all_finite(c)) return "the matrix is not finite";
  const Eigen::Matrix3d r = Eigen::Map<const Eigen::Matrix3f>(c.data()).cast<double>();
  const Eigen::Matrix3d off = r.transpose() * r - Eigen::Matrix3d::Identity();
  if (off.cwiseAbs().maxCoeff() > rigid_within) return "the matrix is no rotation to 1e-3";
  return r.determinant() > 0 ? "" : "the matrix is mirrored";
}
double length_of(const std::array<float, 4>& q) {
  return std::sqrt(double{q[0]} * q[0] + double{q[1]} * q[1] + double{q[2]} * q[2] +
                   double{q[3]} * q[3]);
}
std::string objection(const std::array<float, 3>& p, const std::array<float, 4>& q) {
  if (!all_finite(p) || !all_finite(q)) return "the pose is not finite";
  return length_of(q) > 0 ? "" : "the quaternion is zero";
}
std::string doubt(const std::array<float, 4>& q) {
  return std::abs(length_of(q) - 1) > rigid_within ? "the quaternion is not of length 1" : "";
}

std::string first_of(const auto& elements, auto one) {
  for (const auto& e : elements) {
    if (const std::string found = one(e); !found.empty()) return e.name + ": " + found;
  }
  return {};
}

std::string against(const TransformBody& b) { return objection(b.columns); }
std::string against(const TrackingBody& b) {
  return first_of(b.elements, [](const auto& e) { return objection(e.columns); });
}
std::string against(const QuaternionTrackingBody& b) {
  return first_of(b.elements, [](const auto& e) { return objection(e.position, e.quaternion); });
}
std::string against(const PositionBody& b) { return objection(b.position, b.quaternion); }
std::string against(const PointBody& b) {
  return first_of(b.elements, [](const auto& e) {
    return std::string(all_finite(e.position) ? "" : "the position is not finite");
  });
}
std::string against(const TrajectoryBody& b) {
  return first_of(b.elements, [](const auto& e) {
    return std::string(all_finite(e.entry) && all_finite(e.target) ? "" : "the line is not finite");
  });
}
std::string against(const ImageBody& b) {
  return all_finite(b.header.columns) ? "" : "the axes are not finite";
}
std::string against(const SensorBody& b) {
  return all_finite(b.values) ? "" : "a value is not finite";
}
std::string against(const PolyDataBody& b) {
  const bool finite =
      std::all_of(b.points.begin(), b.points.end(), [](const auto& p) { return all_finite(p); });
  return finite ? "" : "a point is not finite";
}
template <class B>
std::string against(const B& /*nothing in it is used in navigation*/) {
  return {};
}

}  // namespace

Json json_of(const Body& body, bool full) {
  return std::visit([full](const auto& b) { return fields(b, full); }, body);
}

std::string objection_to(const Body& body) {
  return std::visit([](const auto& b) { return against(b); }, body);
}

std::string doubt_about(const Body& body) {
  if (const auto* p = std::get_if<PositionBody>(&body)) return doubt(p->quaternion);
  if (const auto* q = std::get_if<QuaternionTrackingBody>(&body)) {
    return first_of(q->elements, [](const auto& e) { return doubt(e.quaternion); });
  }
  return {};
}

}  // namespace trocar
