#include <catch2/catch.hpp>

#include "ct_files.hpp"
#include "engine/model/mesh_parsers.hpp"

using namespace trocar;
using namespace trocar::mesh_parsers;
using namespace trocar::test;
using Eigen::Vector3d;
using Corners = std::array<std::uint32_t, 3>;

namespace {

std::string cells(const std::string& kind, const std::string& ids, const std::string& ends) {
  return "<" + kind + "><DataArray type=\"Int64\" Name=\"connectivity\" format=\"ascii\">" + ids +
         "</DataArray><DataArray type=\"Int64\" Name=\"offsets\" format=\"ascii\">" + ends +
         "</DataArray></" + kind + ">";
}

// Four points, and whatever cells.
std::string vtp(const std::string& counts, const std::string& all_cells,
                const std::string& points = "0 0 0 1 0 0 0 2 0 1 2 -3.5",
                const std::string& field = "") {
  return "<?xml version=\"1.0\"?><VTKFile type=\"PolyData\" version=\"0.1\" "
         "byte_order=\"LittleEndian\"><PolyData>" +
         field + "<Piece NumberOfPoints=\"4\" " + counts +
         "><Points><DataArray type=\"Float64\" NumberOfComponents=\"3\" format=\"ascii\">" +
         points + "</DataArray></Points>" + all_cells + "</Piece></PolyData></VTKFile>\n";
}
std::string polygons(const std::string& ids, const std::string& ends, int count) {
  return vtp("NumberOfPolys=\"" + std::to_string(count) + "\"", cells("Polys", ids, ends));
}

Result<RawMesh> read(const std::string& bytes) {
  const TempFolder folder;
  write_file(folder / "a.vtp", bytes);
  return read_vtp(folder / "a.vtp");
}
std::string refusal(const std::string& bytes) {
  const auto mesh = read(bytes);
  if (mesh) return "accepted";
  CHECK(mesh.error().detail.find('\n') == std::string::npos);
  return mesh.error().detail;
}

}  // namespace

TEST_CASE("VTP: points and triangles as in the file") {
  const auto m = read(polygons("0 1 2 1 3 2", "3 6", 2));
  REQUIRE(m);
  REQUIRE(m.value().mesh.vertices_mm.size() == 4);
  CHECK(m.value().mesh.vertices_mm[3] == Vector3d(1, 2, -3.5));
  CHECK(m.value().mesh.triangles == std::vector<Corners>{{0, 1, 2}, {1, 3, 2}});
  CHECK(m.value().header.empty());
}

TEST_CASE("VTP: a polygon and a strip become triangles that keep their winding") {
  const auto polygon = read(polygons("0 1 3 2", "4", 1));
  REQUIRE(polygon);
  CHECK(polygon.value().mesh.triangles.size() == 2);
  const auto strip = read(vtp("NumberOfStrips=\"1\"", cells("Strips", "0 1 2 3", "4")));
  REQUIRE(strip);
  REQUIRE(strip.value().mesh.triangles.size() == 2);
  for (const auto* m : {&polygon.value().mesh, &strip.value().mesh}) {
    for (const auto& [a, b, c] : m->triangles) {
      const Vector3d& p = m->vertices_mm[a];
      const Vector3d u = m->vertices_mm[b] - p;
      const Vector3d v = m->vertices_mm[c] - p;
      CHECK(u.x() * v.y() - u.y() * v.x() > 0);  // seen from +z, as 0 1 2 is
    }
  }
}

TEST_CASE("VTP: lines and single points are no part of a surface") {
  const auto m = read(
      vtp("NumberOfPolys=\"1\" NumberOfLines=\"1\" NumberOfVerts=\"1\"",
          cells("Verts", "3", "1") + cells("Lines", "0 3", "2") + cells("Polys", "0 1 2", "3")));
  REQUIRE(m);
  CHECK(m.value().mesh.triangles == std::vector<Corners>{{0, 1, 2}});
  CHECK(refusal(vtp("NumberOfLines=\"1\"", cells("Lines", "0 3", "2"))) ==
        "expected faces, found none");
}

TEST_CASE("VTP: the field SPACE is the header") {
  const auto m =
      read(vtp("NumberOfPolys=\"1\"", cells("Polys", "0 1 2", "3"), "0 0 0 1 0 0 0 2 0 1 2 3",
               "<FieldData><Array type=\"String\" Name=\"SPACE\" NumberOfTuples=\"1\" "
               "format=\"ascii\">82 65 83 0</Array></FieldData>"));
  REQUIRE(m);
  CHECK(m.value().header == "SPACE=RAS");
}

TEST_CASE("VTP: corners that do not exist are refused before anything reads them") {
  for (const std::string bad : {"4", "-1", "1000000000"}) {
    CHECK(refusal(polygons("0 1 " + bad, "3", 1)) ==
          "expected corners among 4 points, found others");
  }
}

TEST_CASE("VTP: a place that is no number is refused with its point") {
  CHECK(refusal(vtp("NumberOfPolys=\"1\"", cells("Polys", "0 1 2", "3"),
                    "0 0 0 1 0 0 0 nan 0 1 2 3")) != "accepted");
}

TEST_CASE("VTP: what is no XML, or cut, is one line of complaint and nothing on the terminal") {
  const std::string said = refusal("garbage");
  CHECK(said != "accepted");
  CHECK(said != "expected faces, found none");  // but what the reader complained about
  const std::string whole = polygons("0 1 2 1 3 2", "3 6", 2);
  CHECK(refusal(whole.substr(0, whole.size() / 2)) != "accepted");
  CHECK(refusal("") != "accepted");
}
