#include <catch2/catch.hpp>
#include <utility>

#include "drivers/ndi_inspect.hpp"
#include "engine/base/config_reader.hpp"
#include "engine/base/fixed_number.hpp"
#include "engine/igtl/number_text.hpp"
#include "engine/model/ct_volume.hpp"
#include "engine/model/markups.hpp"
#include "engine/model/mesh_file.hpp"
#include "tests/tools/comma_locale.hpp"
#include "tests/tools/operating_room.hpp"
#include "tools/trocar/or_setup.hpp"

// H11: every text that we read or write has a decimal point, also in a process whose C library and
// streams write a comma.
using namespace trocar;

namespace {

const std::array<std::pair<double, const char*>, 6> numbers{{{-0.05, "-0.05"},
                                                             {0, "0.00"},
                                                             {9.95, "9.95"},
                                                             {99.95, "99.95"},
                                                             {100.0, "100.00"},
                                                             {1e9, "1000000000.00"}}};

// A tetrahedron whose corners need their decimals: lost ones make another extent.
constexpr double corner_mm = 12.75;
const std::string obj =
    "# SPACE=LPS\nv 0.5 0.25 0\nv 12.75 0 0\nv 0 12.75 0\nv 1.5 2.5 12.75\n"
    "f 1 3 2\nf 1 2 4\nf 2 3 4\nf 3 1 4\n";
const std::string ply =
    "ply\nformat ascii 1.0\ncomment SPACE=LPS\nelement vertex 4\nproperty float x\n"
    "property float y\nproperty float z\nelement face 4\n"
    "property list uchar int vertex_indices\nend_header\n"
    "0.5 0.25 0\n12.75 0 0\n0 12.75 0\n1.5 2.5 12.75\n3 0 2 1\n3 0 1 3\n3 1 2 3\n3 2 0 3\n";
const std::string stl =
    "solid m SPACE=LPS\n"
    "facet normal 0 0 1\nouter loop\nvertex 0.5 0.25 0\nvertex 12.75 0 0\nvertex 0 12.75 0\n"
    "endloop\nendfacet\nendsolid m\n";

double largest(const TriangleMesh& mesh) {
  double most = 0;
  for (const auto& p : mesh.vertices_mm) most = std::max(most, p.maxCoeff());
  return most;
}

}  // namespace

TEST_CASE("H11: numbers that go out have their point where the process writes a comma") {
  const CommaLocale german;
  for (const auto& [value, text] : numbers) {
    CHECK(fixed_number(value, 2) == text);
    std::string streamed;
    igtl::append_fixed(streamed, value, 2);
    CHECK(streamed == text);
  }
}

TEST_CASE("H11: a configuration is read to the digit where the process writes a comma") {
  const CommaLocale german;
  for (const auto& [value, text] : numbers) {
    const auto in = ConfigReader::parse(std::string("x = ") + text, "or.toml");
    CHECK(in.number("x", -1, 2e9) == value);
  }
  const auto in = ConfigReader::parse("x = 0.55", "or.toml");
  CHECK_THROWS_WITH(in.number("x", 0.25, 0.5),
                    "or.toml:1: key 'x': expected a number from 0.25 to 0.5, found 0.55");
}

TEST_CASE("H11: meshes and markups are read to the digit where the process writes a comma") {
  const TemporaryFolder folder;
  const CommaLocale german;
  const auto write = [&](const char* name, const std::string& text) {
    const auto file = folder.path() / name;
    std::ofstream(file, std::ios::binary) << text;
    return file;
  };
  for (const auto& [name, text] : {std::pair{"m.obj", obj}, {"m.ply", ply}, {"m.stl", stl}}) {
    const auto mesh = read_mesh(write(name, text), std::nullopt);
    INFO(name);
    REQUIRE(mesh);
    CHECK(largest(mesh.value()) == corner_mm);
    CHECK(mesh.value().vertices_mm[0] == Eigen::Vector3d(0.5, 0.25, 0));
  }
  const auto markups = read_markups(write(
      "f.mrk.json", R"({"markups":[{"type":"Fiducial","coordinateSystem":"LPS","controlPoints":[)"
                    R"({"label":"F","position":[-0.05,9.95,99.95]}]}]})"));
  REQUIRE(markups);
  CHECK(markups.value().points[0].position.mm == Eigen::Vector3d(-0.05, 9.95, 99.95));
}

TEST_CASE("H11: tracker replies are decoded to the digit where the process writes a comma") {
  const CommaLocale german;
  std::string fields;
  const auto decoded = inspect_ndi(
      "TX:0001031A\r0101+10000+00000+00000+00000+000100-000200-150000+001230000003100000001\n"
      "000062C8\r",
      "x.bin", [&](const NdiInspectLine& line) { fields = line.fields; });
  REQUIRE(decoded);
  CHECK(fields.starts_with("01 OK 1.0000 0.0000 0.0000 0.0000 1.00 -2.00 -1500.00 0.0123"));
}

TEST_CASE("H11: an operating room is the same, written and read where the process writes a comma") {
  const OperatingRoom plain;
  const auto setup = read_or_setup(plain.file("run.toml"));
  const CommaLocale german;
  const OperatingRoom comma;
  for (const char* file : {"run.toml", "plan.toml", "simulator.toml", "fiducials.mrk.json",
                           "phantom.json", "ct.nrrd", "labels.nrrd"}) {
    INFO(file);
    CHECK(comma.read(file) == plain.read(file));
  }
  const auto read = read_or_setup(comma.file("run.toml"));
  CHECK(read.plan.ct.origin.mm == setup.plan.ct.origin.mm);
  CHECK(read.plan.ct.spacing_mm == setup.plan.ct.spacing_mm);
  CHECK(read.tools[1].tool_from_tip.matrix().isApprox(setup.tools[1].tool_from_tip.matrix(), 0));
  CHECK(read.plan.fiducials[0].position.mm == setup.plan.fiducials[0].position.mm);
}
