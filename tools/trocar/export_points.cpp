#include "tools/trocar/export_points.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

namespace trocar {
namespace {

using Json = nlohmann::json;

Json point(const std::string& label, const Point<Preop>& p) {
  return {{"label", label},
          {"position", {p.mm.x(), p.mm.y(), p.mm.z()}},
          {"positionStatus", "defined"}};
}

Json markup(const char* type, const Json& points) {
  return {{"type", type},
          {"coordinateSystem", "LPS"},
          {"coordinateUnits", "mm"},
          {"controlPoints", points}};
}

Status write(const std::filesystem::path& file, const Json& markups) {
  std::ofstream out(file);
  out << Json{{"markups", markups}}.dump(1) << '\n';
  out.flush();
  if (out) return Done{};
  return Error{Code::io, file.string() + ": cannot be written"};
}

}  // namespace

Result<std::vector<std::string>> export_points(const Plan& plan,
                                               const std::filesystem::path& folder) {
  Json fiducials = Json::array();
  for (const Fiducial& f : plan.fiducials) fiducials.push_back(point(f.label, f.position));
  std::vector<std::string> files{"fiducials.mrk.json"};
  const Json all = Json::array({markup("Fiducial", fiducials)});
  if (const Status done = write(folder / files[0], all); !done) return done.error();
  if (plan.trajectories.empty()) return files;
  files.emplace_back("trajectory.mrk.json");
  Json lines = Json::array();
  for (const PlannedTrajectory& way : plan.trajectories) {
    lines.push_back(markup("Line", Json::array({point(way.id + " entry", way.entry),
                                                point(way.id + " target", way.target)})));
  }
  if (const Status done = write(folder / files[1], lines); !done) return done.error();
  return files;
}

}  // namespace trocar
