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

Status write(const std::filesystem::path& file, const char* type, const Json& points) {
  const Json markup{{"type", type},
                    {"coordinateSystem", "LPS"},
                    {"coordinateUnits", "mm"},
                    {"controlPoints", points}};
  std::ofstream out(file);
  out << Json{{"markups", Json::array({markup})}}.dump(1) << '\n';
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
  if (const Status done = write(folder / files[0], "Fiducial", fiducials); !done) {
    return done.error();
  }
  if (plan.trajectories.empty()) return files;
  files.emplace_back("trajectory.mrk.json");
  const PlannedTrajectory& way = plan.trajectories.front();
  const Json ends =
      Json::array({point(way.id + " entry", way.entry), point(way.id + " target", way.target)});
  if (const Status done = write(folder / files[1], "Line", ends); !done) return done.error();
  return files;
}

}  // namespace trocar
