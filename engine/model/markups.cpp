#include "engine/model/markups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/base/file_kind.hpp"

namespace trocar {

namespace {

using Json = nlohmann::json;

constexpr std::uintmax_t max_bytes = 4U << 20U;
constexpr double max_coordinate_mm = 3000.0;

// The sign of x and y on the way to LPS.
Result<double> lps_sign(const Json& markup) {
  const auto at = markup.find("coordinateSystem");
  if (at == markup.end()) {
    return Error{Code::malformed, "expected coordinateSystem \"LPS\" or \"RAS\", found none"};
  }
  if (*at == "LPS" || *at == "1" || *at == 1) return 1.0;
  if (*at == "RAS" || *at == "0" || *at == 0) return -1.0;
  return Error{Code::malformed,
               fmt::format("expected coordinateSystem \"LPS\" or \"RAS\", found {}", at->dump())};
}

Result<Eigen::Vector3d> position_of(const Json& point, const std::string& label) {
  const auto at = point.find("position");
  Eigen::Vector3d p;
  const bool three =
      at != point.end() && at->is_array() && at->size() == 3 &&
      std::all_of(at->begin(), at->end(), [](const Json& v) { return v.is_number(); });
  if (!three) {
    return Error{Code::malformed,
                 fmt::format("expected 3 numbers as position of '{}', found {}", label,
                             at == point.end() ? "none" : at->dump().substr(0, 60))};
  }
  for (std::size_t k = 0; k < 3; ++k) p[static_cast<int>(k)] = (*at)[k].get<double>();
  if (!(p.cwiseAbs().maxCoeff() <= max_coordinate_mm)) {
    return Error{Code::out_of_range, fmt::format("expected '{}' within {} mm, found {}", label,
                                                 max_coordinate_mm, at->dump())};
  }
  return p;
}

Status add_point(const Json& point, double sign, Markups& out) {
  if (!point.is_object()) return Error{Code::malformed, "expected control points as objects"};
  const auto status = point.find("positionStatus");
  if (status != point.end() && *status != "defined") return Done{};
  const auto label_at = point.find("label");
  const std::string label =
      label_at != point.end() && label_at->is_string() ? label_at->get<std::string>() : "";
  const auto position = position_of(point, label);
  if (!position) return position.error();
  const auto same = [&](const Fiducial& f) { return f.label == label; };
  if (label.empty()) return Error{Code::malformed, "expected a label for every point, found none"};
  if (std::any_of(out.points.begin(), out.points.end(), same)) {
    return Error{Code::inconsistent, fmt::format("expected one point '{}', found two", label)};
  }
  Eigen::Vector3d p = position.value();
  p.head<2>() *= sign;
  out.points.push_back({label, {p}});
  return Done{};
}

Result<Markups> read_markup(const Json& markup) {
  if (!markup.is_object()) return Error{Code::malformed, "expected a markup object"};
  const auto sign = lps_sign(markup);
  if (!sign) return sign.error();
  if (const auto unit = markup.find("coordinateUnits"); unit != markup.end() && *unit != "mm") {
    return Error{Code::unsupported,
                 fmt::format("expected coordinateUnits \"mm\", found {}", unit->dump())};
  }
  Markups out;
  const auto type = markup.find("type");
  if (type != markup.end() && type->is_string()) out.type = type->get<std::string>();
  const auto points = markup.find("controlPoints");
  if (points == markup.end() || !points->is_array()) {
    return Error{Code::malformed, "expected controlPoints, found none"};
  }
  if (points->size() > max_markup_points) {
    return Error{Code::out_of_range, fmt::format("expected at most {} points, found {}",
                                                 max_markup_points, points->size())};
  }
  for (const Json& point : *points) {
    const Status added = add_point(point, sign.value(), out);
    if (!added) return added.error();
  }
  return out;
}

Result<Markups> read_unnamed(const std::filesystem::path& file) {
  std::error_code ec;
  if (!std::filesystem::is_regular_file(file, ec)) {
    return Error{Code::not_found, fmt::format("expected a markups file, found {}", kind_at(file))};
  }
  if (std::filesystem::file_size(file, ec) > max_bytes) {
    return Error{Code::out_of_range, fmt::format("expected at most {} bytes", max_bytes)};
  }
  std::ifstream in(file, std::ios::binary);
  const Json root = Json::parse(in, nullptr, false);
  if (root.is_discarded() || !root.is_object()) {
    return Error{Code::malformed, "expected JSON, found a damaged or other file"};
  }
  const auto markups = root.find("markups");
  if (markups == root.end() || !markups->is_array() || markups->size() != 1) {
    return Error{Code::unsupported, "expected one markup in 'markups', found none or several"};
  }
  return read_markup(markups->front());
}

}  // namespace

Result<Markups> read_markups(const std::filesystem::path& file) {
  auto markups = read_unnamed(file);
  if (!markups) return Error{markups.error().code, file.string() + ": " + markups.error().detail};
  return markups;
}

}  // namespace trocar
