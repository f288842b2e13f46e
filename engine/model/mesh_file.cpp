#include "engine/model/mesh_file.hpp"

#include <fmt/format.h>

#include <cctype>
#include <fstream>
#include <map>
#include <string>

#include "engine/base/file_kind.hpp"
#include "engine/model/mesh_parsers.hpp"

namespace trocar {

namespace {

constexpr double min_extent_mm = 1.0;     // a vertebra written in metres is 0.05
constexpr double max_extent_mm = 2000.0;  // longer than a patient's spine, in mm or in anything

std::string lower_case_extension(const std::filesystem::path& file) {
  std::string e = file.extension().string();
  for (char& c : e) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return e;
}

std::string all_bytes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What a file that its reader refused looks like, by its first lines.
std::string_view extension_by_content(const std::string& bytes) {
  const std::string_view head = std::string_view(bytes).substr(0, 4096);
  if (head.starts_with("solid")) return ".stl";
  if (head.starts_with("ply")) return ".ply";
  if (head.find("<VTKFile") != head.npos) return ".vtp";
  if (head.starts_with("v ") || head.find("\nv ") != head.npos) return ".obj";
  return "";
}

Result<mesh_parsers::RawMesh> parse(const std::filesystem::path& file) {
  const std::string extension = lower_case_extension(file);
  if (extension == ".stl") return mesh_parsers::parse_stl(all_bytes(file));
  if (extension == ".obj") return mesh_parsers::parse_obj(all_bytes(file));
  if (extension == ".ply") return mesh_parsers::parse_ply(all_bytes(file));
  if (extension == ".vtp") return mesh_parsers::read_vtp(file);
  return Error{Code::unsupported,
               fmt::format("expected .stl, .obj, .ply or .vtp, found '{}'", extension)};
}

// STL repeats a vertex for each triangle, and other formats do so where a normal or a texture
// breaks. Only identical numbers are the same vertex. Triangles that keep no three corners go: they
// have no surface, and their two remaining edges cancel.
TriangleMesh merge_identical(const TriangleMesh& raw) {
  TriangleMesh out;
  std::map<std::array<double, 3>, std::uint32_t> seen;
  const auto merged = [&](std::uint32_t corner) {
    const Eigen::Vector3d p = raw.vertices_mm[corner] + Eigen::Vector3d::Zero();  // -0 becomes 0
    const auto next = static_cast<std::uint32_t>(out.vertices_mm.size());
    const auto [at, is_new] = seen.try_emplace({p.x(), p.y(), p.z()}, next);
    if (is_new) out.vertices_mm.push_back(p);
    return at->second;
  };
  for (const auto& t : raw.triangles) {
    const std::array<std::uint32_t, 3> m{merged(t[0]), merged(t[1]), merged(t[2])};
    if (m[0] != m[1] && m[1] != m[2] && m[2] != m[0]) out.triangles.push_back(m);
  }
  return out;
}

Result<Space> settle_space(const std::string& header, std::optional<Space> stated) {
  const auto written = find_space(header);
  if (!written) return written.error();
  const std::optional<Space> found = written.value();
  if (!found && !stated) {
    return Error{Code::inconsistent,
                 "expected SPACE=LPS or SPACE=RAS in the file or 'space' in the plan, found "
                 "neither"};
  }
  if (found && stated && *found != *stated) {
    return Error{Code::inconsistent, fmt::format("expected SPACE={} as the plan states, found {}",
                                                 to_string(*stated), to_string(*found))};
  }
  return found ? *found : *stated;
}

Status check_extent(const TriangleMesh& mesh) {
  Eigen::Vector3d low = mesh.vertices_mm.front();
  Eigen::Vector3d high = low;
  for (const Eigen::Vector3d& p : mesh.vertices_mm) {
    low = low.cwiseMin(p);
    high = high.cwiseMax(p);
  }
  const double extent = (high - low).maxCoeff();
  if (extent >= min_extent_mm && extent <= max_extent_mm) return Done{};
  return Error{Code::out_of_range,
               fmt::format("expected a mesh in mm, {} to {} across, found {:.4g} across (metres?)",
                           min_extent_mm, max_extent_mm, extent)};
}

Result<TriangleMesh> read_unnamed(const std::filesystem::path& file, std::optional<Space> stated) {
  std::error_code ec;
  if (!std::filesystem::is_regular_file(file, ec)) {
    return Error{Code::not_found, fmt::format("expected a mesh file, found {}", kind_at(file))};
  }
  const auto raw = parse(file);
  if (!raw) {
    const std::string named = lower_case_extension(file);
    const std::string_view looks = extension_by_content(all_bytes(file));
    if (looks.empty() || looks == named) return raw.error();
    return Error{
        Code::malformed,
        fmt::format("expected the content of a {} file, found that of a {}", named, looks)};
  }
  const auto space = settle_space(raw.value().header, stated);
  if (!space) return space.error();
  TriangleMesh mesh = merge_identical(raw.value().mesh);
  if (mesh.triangles.empty()) return Error{Code::malformed, "expected triangles, found none"};
  const Status plausible = check_extent(mesh);
  if (!plausible) return plausible.error();
  if (space.value() == Space::ras) {
    for (Eigen::Vector3d& p : mesh.vertices_mm) p.head<2>() *= -1;
  }
  return mesh;
}

}  // namespace

std::string_view to_string(Space space) { return space == Space::lps ? "LPS" : "RAS"; }

Result<std::optional<Space>> find_space(std::string_view header) {
  constexpr std::string_view mark = "SPACE=";
  std::string upper(header);  // a hand may have written "space=ras"
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::optional<Space> found;
  for (std::size_t at = upper.find(mark); at != upper.npos; at = upper.find(mark, at + 1)) {
    if (at > 0 && std::isalpha(static_cast<unsigned char>(upper[at - 1])) != 0) continue;
    std::string_view word = std::string_view(upper).substr(at + mark.size());
    word = word.substr(0, word.find_first_of(std::string_view(" \t\r\n;,\0", 7)));
    if (word != "LPS" && word != "RAS") {
      return Error{Code::malformed,
                   fmt::format("expected SPACE=LPS or SPACE=RAS, found SPACE={}", word)};
    }
    const Space now = word == "LPS" ? Space::lps : Space::ras;
    if (found && *found != now) {
      return Error{Code::malformed, "expected one SPACE, found LPS and RAS"};
    }
    found = now;
  }
  return found;
}

Result<TriangleMesh> read_mesh(const std::filesystem::path& file, std::optional<Space> stated) {
  auto mesh = read_unnamed(file, stated);
  if (!mesh) return Error{mesh.error().code, file.string() + ": " + mesh.error().detail};
  return mesh;
}

}  // namespace trocar
