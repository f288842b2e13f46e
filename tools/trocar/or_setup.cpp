#include "tools/trocar/or_setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "drivers/driver_table.hpp"
#include "drivers/ndi_rom.hpp"
#include "engine/base/config_reader.hpp"
#include "engine/base/log.hpp"
#include "engine/data/marker_geometry.hpp"
#include "engine/navigation/navigator_check.hpp"
#include "engine/runtime/control_endpoint.hpp"

namespace trocar {
namespace {

template <class T>
T value_or_refuse(Result<T> result, const ConfigReader& in, std::string_view key,
                  std::string_view expected) {
  if (!result) in.fail(key, expected, result.error().detail);
  return std::move(result).value();
}

// A tip in metres lies in the middle of the markers (H17).
void check_tip(const ConfigReader& in, const ToolModel& tool) {
  constexpr double min_mm = 1;
  constexpr double min_reach_mm = 5;
  const Eigen::Vector3d tip = tool.tool_from_tip.matrix().translation();
  if (tip.norm() > 0 && tip.norm() < min_mm) {
    in.fail("tip_in_tool_mm", fmt::format("a tip {} mm or more from the tool's origin", min_mm),
            fmt::format("one {:.3g} mm away: metres?", tip.norm()));
  }
  double reach_mm = 0;
  for (const auto& m : tool.markers) reach_mm = std::max(reach_mm, (m.mm - tip).norm());
  if (reach_mm >= min_reach_mm) return;
  in.fail("tip_in_tool_mm",
          fmt::format("a tip {} mm or more from the farthest marker", min_reach_mm),
          fmt::format("{:.3g} mm: metres?", reach_mm));
}

// A reversed axis lays the shaft out in front of the tip, and the check of the tip in its divot
// cannot see it (H5): whoever holds the body holds it behind the tip.
void check_axis(const ConfigReader& in, const ToolModel& tool) {
  Eigen::Vector3d middle = Eigen::Vector3d::Zero();
  for (const auto& m : tool.markers) middle += m.mm / static_cast<double>(tool.markers.size());
  const Eigen::Isometry3d& tip = tool.tool_from_tip.matrix();
  if ((tip.translation() - middle).dot(tip.linear().col(2)) > 0) return;
  in.fail("axis_in_tool", "one that points forward, away from the markers and out of the tip",
          "that of " + tool.name + " points back to its markers");
}

void read_markers(const ConfigReader& in, std::vector<ToolModel>& tools) {
  std::vector<MarkerGeometry> geometries;
  const std::vector<ConfigReader> tables = in.tables("tool");
  for (std::size_t i = 0; i < tools.size(); ++i) {
    ToolModel& tool = tools[i];
    const NdiRomFile file = value_or_refuse(read_ndi_rom(tool.definition.file), tables[i],
                                            "definition", "a tool definition");
    if (file.rom.wired) {
      tables[i].fail("definition", "a tool definition with markers, for the error model",
                     tool.definition.file.string() + ", a wired tool's");
    }
    tool.markers = file.rom.markers;
    if (tool.role == ToolRole::tool) {
      check_tip(tables[i], tool);
      check_axis(tables[i], tool);
    }
    geometries.push_back({tool.name, file.rom.markers});
    value_or_refuse(check_distinct(geometries), tables[i], "definition",
                    "tools that a tracker cannot confuse");
  }
}

std::filesystem::path read_log_file(const ConfigReader& in) {
  std::filesystem::path file = in.path("log");
  if (const Status writable = log::check_file(file); !writable) {
    in.fail("log", "a log file that can be written", writable.error().detail);
  }
  return file;
}

// What the navigator itself would refuse at start, said with the file's name.
void check_together(const std::filesystem::path& file, const OrSetup& setup) {
  try {
    check_navigator(setup.navigator, setup.tools, setup.model);
  } catch (const ConfigError& e) {
    throw ConfigError(file.string() + ": " + e.what());
  }
}

void check_reference_vertebra(const ConfigReader& navigator, const OrSetup& setup) {
  std::string names;
  for (const Vertebra& v : setup.plan.vertebrae) {
    if (v.name == setup.navigator.reference_vertebra) return;
    names += (names.empty() ? "" : ", ") + v.name;
  }
  navigator.fail("reference_vertebra", fmt::format("a vertebra of the plan ({})", names),
                 fmt::format("\"{}\"", setup.navigator.reference_vertebra));
}

StreamNames names_of(const ConfigReader& in, const OrSetup& setup) {
  std::vector<StreamNames::StructureNames> structures;
  for (const Structure& s : setup.plan.structures) {
    structures.push_back({s.id, setup.plan.vertebrae[s.vertebra.index].name});
  }
  const std::vector<ConfigReader> tables = in.tables("tool");
  std::vector<std::string> tools;
  StreamNames names;
  for (std::size_t i = 0; i < tables.size(); ++i) {  // one more each time: who fails is the last
    const ToolModel& t = setup.tools[i];
    tools.push_back(t.role == ToolRole::tool ? t.name : "");
    names = value_or_refuse(StreamNames::check(tools, structures), tables[i], "name",
                            "names that every display client can show");
  }
  return names;
}

void read_registration(const ConfigReader& in, OrSetup& setup) {
  const ConfigReader table = in.table("registration");
  (void)table.one_of("method", {"touch"});
  setup.registration = read_point_registration(table);
  if (!setup.navigator.touch_tool) {
    in.table("navigator").fail("touch_tool", "the tool that touches the fiducials", "nothing");
  }
  value_or_refuse(check_fiducials(setup.registration, setup.plan.fiducials), in, "plan",
                  "fiducials that can be registered");
}

void read_intraop_tables(const ConfigReader& in, OrSetup& setup) {
  if (!in.has("intraop")) return;
  setup.intraop = read_intraop_setup(in, setup.plan);
  if (setup.navigator.error.max_registration_move_mm) return;
  in.table("navigator")
      .fail("max_registration_move_mm",
            "how far a scan may move a vertebra, because there is [intraop]", "nothing");
}

void read_source(const ConfigReader& in, OrSetup& setup) {
  std::vector<ToolEntry> entries;
  for (const ToolModel& t : setup.tools) entries.push_back({t.name, t.definition.file, ""});
  const ConfigReader table = in.table("tracker");
  setup.source = make_source(table.text("driver"), table, entries);
}

// A navigator that has nothing new speaks every tick: shorter than that is not silence yet.
void check_silence(const ConfigReader& in, const OrSetup& setup) {
  if (setup.server.silent_after > setup.tick) return;
  in.fail("tick_ms", "less than silent_after_ms of [server], or numbers flicker",
          fmt::format("{:g} and {:g}", milliseconds_of(setup.tick),
                      milliseconds_of(setup.server.silent_after)));
}

std::vector<SetupFile> files_of(const std::filesystem::path& config, const ConfigReader& in,
                                const OrSetup& setup) {
  std::vector<SetupFile> files{{"config", config}, {"plan", in.existing_path("plan")}};
  for (const ToolModel& t : setup.tools) files.push_back({"tool", t.definition.file});
  files.push_back({"volume", setup.plan.ct_path, false});
  if (setup.intraop && setup.intraop->registration.plate) {
    files.push_back({"plate", in.table("intraop").existing_path("reference_phantom")});
  }
  if (!setup.plan.labels_path.empty()) files.push_back({"volume", setup.plan.labels_path, false});
  return files;
}

}  // namespace

OrSetup read_or_setup(const std::filesystem::path& file) {
  const ConfigReader in = ConfigReader::open(file);
  OrSetup setup;
  setup.tick = duration_from_ms(in.number("tick_ms", 5, 100));
  if (in.has("log")) setup.log_file = read_log_file(in);
  setup.tools = read_tools(in);
  read_markers(in, setup.tools);
  setup.navigator = read_navigator(in.table("navigator"));
  setup.server = in.has("server") ? read_server(in.table("server")) : ServerConfig{};
  setup.control_port = in.has("control") ? read_control_port(in.table("control"), setup.server.port)
                                         : control_port_beside(setup.server.port);
  if (in.has("session")) setup.session = read_session(in.table("session"));
  check_silence(in, setup);
  setup.plan = read_plan(in.existing_path("plan"));
  check_reference_vertebra(in.table("navigator"), setup);
  setup.model =
      value_or_refuse(build_navigation_model(setup.plan, setup.navigator.reference_vertebra), in,
                      "plan", "a plan that can be navigated");
  check_together(file, setup);
  setup.names = names_of(in, setup);
  read_registration(in, setup);
  read_intraop_tables(in, setup);
  read_source(in, setup);
  setup.files = files_of(file, in, setup);
  in.finish();
  return setup;
}

}  // namespace trocar
