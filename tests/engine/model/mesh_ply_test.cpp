#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>

#include "engine/model/mesh_parsers.hpp"

using namespace trocar;
using namespace trocar::mesh_parsers;
using Eigen::Vector3d;
using Corners = std::array<std::uint32_t, 3>;

namespace {

std::string refusal(const std::string& bytes) {
  const auto mesh = parse_ply(bytes);
  return mesh ? "accepted" : mesh.error().detail;
}

std::string header(const std::string& format, const std::string& number, int vertices,
                   const std::string& list, int faces) {
  return "ply\nformat " + format + " 1.0\ncomment SPACE=LPS\nelement vertex " +
         std::to_string(vertices) + "\nproperty " + number + " x\nproperty " + number +
         " y\nproperty " + number + " z\nelement face " + std::to_string(faces) +
         "\nproperty list " + list + " vertex_indices\nend_header\n";
}
const std::string text_head = header("ascii", "float", 3, "uchar int", 1);
const std::string three = "0 0 0\n1 0 0\n0 1 0\n";

template <class T>
std::string raw(T value, bool big) {
  std::string out(sizeof value, '\0');
  std::memcpy(out.data(), &value, sizeof value);
  if (big) std::reverse(out.begin(), out.end());
  return out;
}

// Four corners and a square of them.
template <class Number, class Count, class Index>
std::string square(const std::string& number, const std::string& list, bool big) {
  std::string out = header(big ? "binary_big_endian" : "binary_little_endian", number, 4, list, 1);
  for (const int v : {0, 0, 0, 7, 0, 0, 7, 100, 0, 0, 100, -3}) out += raw(Number(v), big);
  out += raw(Count(4), big);
  for (const int v : {0, 1, 2, 3}) out += raw(Index(v), big);
  return out;
}

void check_square(const std::string& bytes) {
  const auto m = parse_ply(bytes);
  INFO((m ? "" : m.error().detail));
  REQUIRE(m);
  REQUIRE(m.value().mesh.vertices_mm.size() == 4);
  CHECK(m.value().mesh.vertices_mm[2] == Vector3d(7, 100, 0));
  CHECK(m.value().mesh.vertices_mm[3] == Vector3d(0, 100, -3));
  CHECK(m.value().mesh.triangles == std::vector<Corners>{{0, 1, 2}, {0, 2, 3}});
  CHECK(bytes.find("SPACE") != std::string::npos);
  CHECK(m.value().header == "comment SPACE=LPS\n");
}

}  // namespace

TEST_CASE("PLY: every type of number is read, in either byte order, by its old and its new name") {
  for (const bool big : {false, true}) {
    check_square(square<float, std::uint8_t, std::int32_t>("float", "uchar int", big));
    check_square(square<double, std::uint8_t, std::uint32_t>("double", "uchar uint", big));
    check_square(square<float, std::uint16_t, std::uint16_t>("float32", "ushort uint16", big));
    check_square(square<double, std::int32_t, std::int16_t>("float64", "int32 short", big));
    check_square(square<std::int8_t, std::int8_t, std::uint8_t>("char", "int8 uint8", big));
    check_square(square<std::int16_t, std::uint32_t, std::int8_t>("int16", "uint32 char", big));
  }
}

TEST_CASE("PLY as text: other properties and elements are stepped over") {
  const auto m = parse_ply(
      "ply\nformat ascii 1.0\nobj_info SPACE=RAS\nelement camera 1\nproperty float f\n"
      "element vertex 3\nproperty uchar red\nproperty float z\nproperty float y\n"
      "property float x\nelement face 1\nproperty list uchar float texcoord\n"
      "property list uchar int vertex_index\nend_header\r\n"
      "0.5\n255 3 2 1\n0 6 5 4\n9 9 8 7\n2 0.1 0.2 3 2 1 0\n");
  REQUIRE(m);
  CHECK(m.value().mesh.vertices_mm[0] == Vector3d(1, 2, 3));
  CHECK(m.value().mesh.triangles == std::vector<Corners>{{2, 1, 0}});
  CHECK(m.value().header == "obj_info SPACE=RAS\n");
}

TEST_CASE("PLY: a header that is none or damaged is refused as such") {
  const std::string said = "expected a PLY header, found another or a damaged one";
  CHECK(refusal("") == said);
  CHECK(refusal("plx\n" + text_head) == said);
  CHECK(refusal(text_head.substr(0, text_head.size() - 5)) == said);
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"ascii", "middle_endian"},
                                                        {"float x", "real x"},
                                                        {"float x", "float"},
                                                        {"uchar int", "float int"},
                                                        {"uchar int", "uchar"},
                                                        {"vertex 3", "vertex -3"},
                                                        {"vertex 3", "vertex 3x"},
                                                        {"vertex 3", "vertex"},
                                                        {"comment", "remark"}}) {
    std::string text = text_head;
    text.replace(text.find(from), from.size(), to);
    INFO(to);
    CHECK(refusal(text + three + "3 0 1 2\n") == said);
  }
}

TEST_CASE("PLY: damage in the body is refused with what is missing") {
  REQUIRE(parse_ply(text_head + three + "3 0 1 2\n"));
  CHECK(refusal(text_head + "0 0 0\n1 0 0\n") ==
        "expected 3 of vertex, found damage or the end after 2");
  CHECK(refusal(text_head + three) == "expected 1 of face, found damage or the end after 0");
  for (const std::string face :
       {"2 0 1", "3 0 1 3", "3 0 1 -1", "3 0 1 x", "-1", "2000000 0 1 2"}) {
    INFO(face);
    CHECK(refusal(text_head + three + face + "\n") ==
          "expected 1 of face, found damage or the end after 0");
  }
  CHECK(
      refusal(text_head + "0 0 nan\n1 0 0\n0 1 0\n3 0 1 2\n").starts_with("expected 3 of vertex"));
  CHECK(refusal(header("ascii", "float", 3, "uchar int", 0) + three) ==
        "expected faces, found none");
}

TEST_CASE(
    "PLY: a corner or a count that is no whole number is damage, not rounded to a neighbour") {
  for (const std::string face : {"3 0 1 1.5", "3 0.5 1 2", "3.7 0 1 2"}) {
    INFO(face);
    CHECK(refusal(text_head + three + face + "\n") ==
          "expected 1 of face, found damage or the end after 0");
  }
  const std::string real_corners = header("ascii", "float", 3, "uchar float", 1) + three;
  CHECK(refusal(real_corners + "3 0 1 2\n") == "accepted");
  CHECK(refusal(real_corners + "3 0 1 1.5\n") != "accepted");
}

TEST_CASE("PLY: a binary body cut anywhere is refused") {
  const std::string whole = square<float, std::uint8_t, std::int32_t>("float", "uchar int", false);
  const std::size_t body = whole.find("end_header\n") + 11;
  for (std::size_t size = body; size < whole.size(); ++size) {
    CHECK_FALSE(parse_ply(whole.substr(0, size)));
  }
}
