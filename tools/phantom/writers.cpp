#include "tools/phantom/writers.hpp"

#include <array>
#include <bit>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/base/fixed_number.hpp"

namespace trocar::phantom {
namespace {

void append_float(std::string& to, double value) {
  const auto bytes = std::bit_cast<std::array<char, 4>>(static_cast<float>(value));
  to.append(bytes.data(), bytes.size());
}

std::string listed(const Vec& v) {
  return "[" + fixed_number(v.x(), 3) + ", " + fixed_number(v.y(), 3) + ", " +
         fixed_number(v.z(), 3) + "]";
}

}  // namespace

Status write_file(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream out(file, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) return Error{Code::io, "expected to write " + file.string() + ", the system refused"};
  return Done{};
}

Result<std::string> read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  if (!in) return Error{Code::io, "expected to read " + file.string() + ", the system refused"};
  return bytes;
}

Status write_stl(const TriangleMesh& mesh, const std::filesystem::path& file) {
  std::string out = "trocar phantom. SPACE=LPS";
  out.resize(80, ' ');
  const auto count = static_cast<std::uint32_t>(mesh.triangles.size());
  const auto count_bytes = std::bit_cast<std::array<char, 4>>(count);
  out.append(count_bytes.data(), count_bytes.size());
  out.reserve(out.size() + 50 * mesh.triangles.size());
  for (const auto& t : mesh.triangles) {
    const Vec &a = mesh.vertices_mm[t[0]], &b = mesh.vertices_mm[t[1]], &c = mesh.vertices_mm[t[2]];
    const Vec normal = (b - a).cross(c - a).normalized();
    for (const Vec& v : {normal, a, b, c})
      for (int i = 0; i < 3; ++i) append_float(out, v[i]);
    out.append(2, '\0');
  }
  return write_file(file, out);
}

Status write_fiducials(const std::vector<Bead>& markers, const std::filesystem::path& file) {
  nlohmann::ordered_json points = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < markers.size(); ++i) {
    const Vec& c = markers[i].center_mm;
    const auto rounded = [](double mm) { return std::round(mm * 1000.0) / 1000.0; };
    points.push_back({{"id", std::to_string(i + 1)},
                      {"label", markers[i].label},
                      {"position", {rounded(c.x()), rounded(c.y()), rounded(c.z())}},
                      {"orientation", {1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0}},
                      {"selected", true},
                      {"locked", true},
                      {"visibility", true},
                      {"positionStatus", "defined"}});
  }
  const nlohmann::ordered_json markups = {
      {"@schema",
       "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/"
       "Schema/markups-schema-v1.0.3.json#"},
      {"markups",
       {{{"type", "Fiducial"},
         {"coordinateSystem", "LPS"},
         {"coordinateUnits", "mm"},
         {"locked", true},
         {"controlPoints", points}}}}};
  return write_file(file, markups.dump(2) + "\n");
}

Status write_plan(const PlanText& plan, const Patient& patient, const std::filesystem::path& file) {
  std::ostringstream t;
  t.imbue(std::locale::classic());
  t << "# The plan of a synthetic patient. Frame: preoperative CT, LPS, mm.\n"
    << "# Zones are a demonstration, not clinical advice: each plan states its own.\n"
    << "id = \"" << plan.id << "\"\n\n"
    << "[ct]\npath = \"" << (plan.dicom ? "ct" : "ct.nrrd") << "\"\nframe_of_reference_uid = \""
    << plan.frame_of_reference_uid << "\"\n\n[labels]\npath = \"labels.nrrd\"\n\n"
    << "[fiducials]\npath = \"fiducials.mrk.json\"\n";
  for (std::size_t level = 1; level < s1_level; ++level) {
    const LevelSize& s = patient.spine().vertebra(level).size;
    t << "\n[[vertebra]]\nname = \"" << s.name << "\"\nlabel = " << s.label << "\n";
  }
  for (const PlannedStructure& s : plan.structures)
    t << "\n[[structure]]\nid = \"" << s.id << "\"\nkind = \"" << s.kind << "\"\nvertebra = \""
      << plan.vertebra << "\"\nmesh = \"" << s.file
      << "\"\nsurface_sigma_mm = 0.3\n[structure.zones]\nstop_mm = " << fixed_number(s.stop_mm, 1)
      << "\nwarn_mm = " << fixed_number(s.warn_mm, 1) << "\nhysteresis_mm = 0.5\n";
  t << "\n[[trajectory]]\nid = \"left pedicle " << plan.vertebra << "\"\nvertebra = \""
    << plan.vertebra << "\"\nentry_lps_mm = " << listed(plan.way.entry_mm)
    << "\ntarget_lps_mm = " << listed(plan.way.target_mm) << "\n";
  return write_file(file, t.str());
}

}  // namespace trocar::phantom
