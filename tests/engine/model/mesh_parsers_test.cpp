#include "engine/model/mesh_parsers.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

using namespace trocar;
using namespace trocar::mesh_parsers;
using Eigen::Vector3d;
using Corners = std::array<std::uint32_t, 3>;

namespace {

std::string refusal(const Result<RawMesh>& mesh) { return mesh ? "accepted" : mesh.error().detail; }

const std::string facet =
    "facet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1.5e1 -2\n"
    "endloop\nendfacet\n";

std::string binary_stl(const std::string& header, std::uint32_t said, std::vector<float> corners) {
  std::string out = header;
  out.resize(80, ' ');
  out.append(reinterpret_cast<const char*>(&said), 4);
  for (std::size_t at = 0; at < corners.size(); at += 9) {
    out += std::string(12, '\x7F');  // normals are not read
    out.append(reinterpret_cast<const char*>(&corners[at]), 36);
    out += "ab";
  }
  return out;
}
const std::vector<float> one_triangle{0, 0, 0, 1, 0, 0, 0, 2.5F, -1};

}  // namespace

TEST_CASE("STL as text: three corners a facet, numbers with a point in every locale") {
  const auto m = parse_stl("solid SPACE=LPS name\n" + facet + facet + "endsolid name\n");
  REQUIRE(m);
  CHECK(m.value().header == "solid SPACE=LPS name");
  REQUIRE(m.value().mesh.triangles.size() == 2);
  CHECK(m.value().mesh.triangles[1] == Corners{3, 4, 5});
  CHECK(m.value().mesh.vertices_mm[2] == Vector3d(0, 15, -2));
}

TEST_CASE("STL as text is refused when cut short, with two corners or with a number that is none") {
  const std::string whole = "solid\n" + facet + "endsolid\n";
  REQUIRE(parse_stl(whole));
  CHECK(refusal(parse_stl("solid\n" + facet)).find("cut short") != std::string::npos);
  for (const std::string wrong : {"1,5", "1.5mm", "nan", "inf", "1e999", "0x10", ""}) {
    std::string text = whole;
    text.replace(text.find("1.5e1"), 5, wrong);
    CHECK(refusal(parse_stl(text)).starts_with("expected 3"));
  }
  std::string two = whole;
  two.erase(two.find("vertex 1"), 13);
  CHECK(refusal(parse_stl(two)) == "expected 3 vertices per facet, found 2 in all");
}

TEST_CASE("binary STL: as many triangles as its size allows and its count says") {
  const auto m = parse_stl(binary_stl("SPACE=RAS", 1, one_triangle));
  REQUIRE(m);
  CHECK(m.value().header.starts_with("SPACE=RAS"));
  CHECK(m.value().mesh.triangles == std::vector<Corners>{{0, 1, 2}});
  CHECK(m.value().mesh.vertices_mm[2] == Vector3d(0, 2.5, -1));
  CHECK(refusal(parse_stl(binary_stl("x", 2, one_triangle))) ==
        "expected 184 bytes for 2 triangles, found 134");
  CHECK_FALSE(parse_stl(binary_stl("x", 0xFFFFFFFF, one_triangle)));
  CHECK(refusal(parse_stl(binary_stl("x", 1, {0, 0, 0, 1, 0, 0, 0, NAN, 0}))).find("triangle 0") !=
        std::string::npos);
}

TEST_CASE("a binary STL whose header begins with 'solid' is still binary") {
  const auto m = parse_stl(binary_stl("solid by a careless writer", 1, one_triangle));
  REQUIRE(m);
  CHECK(m.value().mesh.vertices_mm[2] == Vector3d(0, 2.5, -1));
  CHECK_FALSE(parse_stl(binary_stl("solid but cut", 2, one_triangle)));
}

TEST_CASE(
    "OBJ: vertices counted from one or from the last, polygons as fans, other lines skipped") {
  const auto m = parse_obj(
      "# SPACE=LPS\nmtllib x\nv 0 0 0\nv 1 0 0 0.5\nv 1 1 0\nv 0 1 0\nvn 0 0 1\n"
      "f 1/1/1 2//1 3/4 4\r\nf -1 -2 -3\n# end");
  REQUIRE(m);
  CHECK(m.value().header == "# SPACE=LPS\n# end\n");
  CHECK(m.value().mesh.triangles == std::vector<Corners>{{0, 1, 2}, {0, 2, 3}, {3, 2, 1}});
}

TEST_CASE("OBJ: a face of vertices that are not there yet, or of two, is refused with its line") {
  const std::string three = "v 0 0 0\nv 1 0 0\nv 1 1 0\n";
  for (const std::string face : {"1 2 4", "1 2 0", "1 2 -4", "1 2", "1 2 x", "1 2 3.5", "/1 2 3"}) {
    INFO(face);
    CHECK(refusal(parse_obj(three + "f " + face + "\n")) ==
          "expected 3 or more of the 3 vertices so far in line 4");
  }
  CHECK(refusal(parse_obj("v 0 0\n")) == "expected 3 numbers in line 1");
  CHECK(refusal(parse_obj(three)) == "expected faces, found none");
  CHECK(refusal(parse_obj("")) == "expected faces, found none");
}
