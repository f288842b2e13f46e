#include "engine/model/mesh_file.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <functional>
#include <random>

#include "ct_files.hpp"
#include "engine/model/mesh_check.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

// A tetrahedron that no flip maps to itself, wound outward.
const std::vector<Eigen::Vector3d> corners{{0, 0, 0}, {10, 0, 0}, {0, 20, 0}, {1, 2, 30}};
const std::vector<std::array<std::uint32_t, 3>> faces{{0, 2, 1}, {0, 1, 3}, {1, 2, 3}, {2, 0, 3}};

std::string space_text(const std::string& space) { return space.empty() ? "" : "SPACE=" + space; }

std::string stl_text(const std::string& space, double scale = 1) {
  std::string out = "solid made by hand " + space_text(space) + "\n";
  for (const auto& f : faces) {
    out += "facet normal 0 0 0\n outer loop\n";
    for (const auto c : f) {
      const Eigen::Vector3d p = scale * corners[c];
      out += fmt::format("  vertex {} {} {}\n", p.x(), p.y(), p.z());
    }
    out += " endloop\nendfacet\n";
  }
  return out + "endsolid\n";
}

std::string stl_binary(const std::string& space) {
  std::string out = "3D Slicer output. " + space_text(space);
  out.resize(80, ' ');
  const std::uint32_t count = 4;
  out.append(reinterpret_cast<const char*>(&count), 4);
  for (const auto& f : faces) {
    out += std::string(12, '\0');
    for (const auto c : f) {
      const Eigen::Vector3f p = corners[c].cast<float>();
      out.append(reinterpret_cast<const char*>(p.data()), 12);
    }
    out += std::string(2, '\0');
  }
  return out;
}

std::string obj(const std::string& space) {
  std::string out = space.empty() ? "" : "# 3D Slicer output. " + space_text(space) + "\n";
  for (const auto& p : corners) out += fmt::format("v {} {} {}\n", p.x(), p.y(), p.z());
  for (const auto& f : faces)
    out += fmt::format("f {}//1 {}/2/3 {}\n", f[0] + 1, f[1] + 1, f[2] + 1);
  return out;
}

std::string ply(const std::string& space) {
  std::string out = "ply\nformat ascii 1.0\n";
  if (!space.empty()) out += "comment " + space_text(space) + "\n";
  out +=
      "element vertex 4\nproperty float x\nproperty float y\nproperty float z\n"
      "element face 4\nproperty list uchar int vertex_indices\nend_header\n";
  for (const auto& p : corners) out += fmt::format("{} {} {}\n", p.x(), p.y(), p.z());
  for (const auto& f : faces) out += fmt::format("3 {} {} {}\n", f[0], f[1], f[2]);
  return out;
}

std::string vtp(const std::string& space) {
  std::string field;
  if (!space.empty()) {
    field =
        "<FieldData><Array type=\"String\" Name=\"SPACE\" NumberOfTuples=\"1\" format=\"ascii\">";
    for (const char c : space) field += fmt::format("{} ", static_cast<int>(c));
    field += "0</Array></FieldData>";
  }
  std::string points, ids;
  for (const auto& p : corners) points += fmt::format("{} {} {} ", p.x(), p.y(), p.z());
  for (const auto& f : faces) ids += fmt::format("{} {} {} ", f[0], f[1], f[2]);
  return "<?xml version=\"1.0\"?><VTKFile type=\"PolyData\" version=\"0.1\" "
         "byte_order=\"LittleEndian\"><PolyData>" +
         field +
         "<Piece NumberOfPoints=\"4\" NumberOfPolys=\"4\"><Points><DataArray type=\"Float32\" "
         "NumberOfComponents=\"3\" format=\"ascii\">" +
         points +
         "</DataArray></Points><Polys><DataArray type=\"Int64\" Name=\"connectivity\" "
         "format=\"ascii\">" +
         ids +
         "</DataArray><DataArray type=\"Int64\" Name=\"offsets\" format=\"ascii\">3 6 9 12"
         "</DataArray></Polys></Piece></PolyData></VTKFile>\n";
}

struct Format {
  std::string file;
  std::function<std::string(const std::string&)> bytes;
};
const std::vector<Format>& formats() {
  static const std::vector<Format> all{{"text.stl", [](const auto& s) { return stl_text(s); }},
                                       {"binary.stl", stl_binary},
                                       {"a.obj", obj},
                                       {"a.ply", ply},
                                       {"a.vtp", vtp}};
  return all;
}

std::string refusal(const std::filesystem::path& file, std::optional<Space> stated) {
  const auto mesh = read_mesh(file, stated);
  if (mesh) return "accepted";
  CHECK(mesh.error().detail.find('\n') == std::string::npos);
  CHECK(mesh.error().detail.starts_with(file.string() + ": "));
  return mesh.error().detail;
}

bool says(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return true;
}

}  // namespace

TEST_CASE("H8: every mesh format is read into LPS from the space it states, winding kept") {
  const TempFolder folder;
  for (const Format& f : formats()) {
    for (const std::string space : {"LPS", "RAS"}) {
      INFO(f.file << " " << space);
      write_file(folder / f.file, f.bytes(space));
      const auto mesh = read_mesh(folder / f.file, std::nullopt);
      INFO((mesh ? "" : mesh.error().detail));
      REQUIRE(mesh);
      CHECK(mesh.value().vertices_mm.size() == 4);
      CHECK(mesh.value().triangles.size() == 4);
      CHECK(check_mesh(mesh.value()));
      const double sign = space == "RAS" ? -1 : 1;
      const Eigen::Vector3d apex(sign * 1, sign * 2, 30);
      bool found = false;
      for (const auto& p : mesh.value().vertices_mm) found = found || (p - apex).norm() < 1e-5;
      CHECK(found);
    }
  }
}

TEST_CASE("a mesh without a space needs the plan's word, and one with it must agree") {
  const TempFolder folder;
  for (const Format& f : formats()) {
    INFO(f.file);
    write_file(folder / f.file, f.bytes(""));
    says(refusal(folder / f.file, std::nullopt), "expected SPACE=LPS or SPACE=RAS");
    CHECK(read_mesh(folder / f.file, Space::ras));
    write_file(folder / f.file, f.bytes("LPS"));
    CHECK(read_mesh(folder / f.file, Space::lps));
    says(refusal(folder / f.file, Space::ras), "expected SPACE=RAS as the plan states, found LPS");
    write_file(folder / f.file, f.bytes("XYZ"));
    says(refusal(folder / f.file, std::nullopt), "found SPACE=XYZ");
  }
}

TEST_CASE("two spaces in one header are refused") {
  CHECK_FALSE(find_space("SPACE=LPS\nSPACE=RAS"));
  CHECK(find_space("SPACE=LPS SPACE=LPS"));
  CHECK_FALSE(find_space("nothing").value().has_value());
}

TEST_CASE("H8: a space is read in either case, and not out of another word") {
  CHECK(find_space("solid a space=ras").value() == Space::ras);
  CHECK(find_space("SPACE=lps").value() == Space::lps);
  CHECK_FALSE(find_space("space=ras SPACE=LPS"));
  CHECK_FALSE(find_space("space=scanner"));
  CHECK_FALSE(find_space("# colorspace=sRGB").value().has_value());
}

TEST_CASE("a mesh under the name of another format is told by its content") {
  const TempFolder folder;
  write_file(folder / "m.stl", obj("LPS"));
  says(refusal(folder / "m.stl", std::nullopt), "content of a .stl file, found that of a .obj");
  write_file(folder / "m.obj", stl_text("LPS", 1));
  says(refusal(folder / "m.obj", std::nullopt), "content of a .obj file, found that of a .stl");
}

TEST_CASE("H17: a mesh in metres is refused, and one larger than a patient") {
  const TempFolder folder;
  write_file(folder / "m.stl", stl_text("LPS", 0.001));
  says(refusal(folder / "m.stl", std::nullopt), "found 0.03 across (metres?)");
  write_file(folder / "m.stl", stl_text("LPS", 1000));
  says(refusal(folder / "m.stl", std::nullopt), "expected a mesh in mm");
}

TEST_CASE("H23: an open or inverted mesh file does not pass the check") {
  const TempFolder folder;
  std::string text = obj("LPS");
  write_file(folder / "open.obj", text.substr(0, text.rfind("f ")));
  const auto open = read_mesh(folder / "open.obj", std::nullopt);
  REQUIRE(open);
  CHECK_FALSE(check_mesh(open.value()));
  text = "# SPACE=LPS\n";
  for (const auto& p : corners) text += fmt::format("v {} {} {}\n", p.x(), p.y(), p.z());
  for (const auto& f : faces) text += fmt::format("f {} {} {}\n", f[0] + 1, f[2] + 1, f[1] + 1);
  write_file(folder / "inverted.obj", text);
  const auto inverted = read_mesh(folder / "inverted.obj", std::nullopt);
  REQUIRE(inverted);
  CHECK_FALSE(check_mesh(inverted.value()));
}

TEST_CASE("polygons are triangulated") {
  const TempFolder folder;
  write_file(folder / "cube.obj",
             "# SPACE=LPS\nv 0 0 0\nv 9 0 0\nv 9 9 0\nv 0 9 0\nv 0 0 9\nv 9 0 9\nv 9 9 9\nv 0 9 9\n"
             "f 4 3 2 1\nf 5 6 7 8\nf 1 2 6 5\nf 2 3 7 6\nf 3 4 8 7\nf -5 -8 -4 -1\n");
  const auto cube = read_mesh(folder / "cube.obj", std::nullopt);
  REQUIRE(cube);
  CHECK(cube.value().triangles.size() == 12);
  CHECK(check_mesh(cube.value()));
}

TEST_CASE("a mesh file cut short is refused or lacks a face, never more") {
  const TempFolder folder;
  for (const Format& f : formats()) {
    const std::string whole = f.bytes("LPS");
    for (std::size_t cut = 0; cut + 3 < whole.size(); cut += 7) {
      INFO(f.file << " at " << cut);
      write_file(folder / f.file, whole.substr(0, cut));
      const auto mesh = read_mesh(folder / f.file, Space::lps);
      if (mesh) {
        CHECK_FALSE(check_mesh(mesh.value()));
      } else {
        CHECK(mesh.error().detail.find('\n') == std::string::npos);
      }
    }
  }
}

TEST_CASE("a damaged mesh file stops nothing") {
  const TempFolder folder;
  std::mt19937 random(3);
  for (const Format& f : formats()) {
    const std::string whole = f.bytes("LPS");
    for (int trial = 0; trial < 150; ++trial) {
      std::string bytes = whole;
      for (int k = 0; k < 4; ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
      write_file(folder / f.file, bytes);
      const auto mesh = read_mesh(folder / f.file, Space::lps);
      if (!mesh) CHECK(mesh.error().detail.find('\n') == std::string::npos);
    }
  }
}

TEST_CASE("what is no mesh is refused in one line") {
  const TempFolder folder;
  for (const std::string name : {"a.stl", "a.obj", "a.ply", "a.vtp"}) {
    write_file(folder / name, "garbage\nmore garbage\n");
    CHECK(refusal(folder / name, Space::lps) != "accepted");
  }
  write_file(folder / "a.xyz", "garbage");
  says(refusal(folder / "a.xyz", Space::lps), "expected .stl, .obj, .ply or .vtp, found '.xyz'");
  says(refusal(folder / "absent.stl", Space::lps), "found nothing");
}
