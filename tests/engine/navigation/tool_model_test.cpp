#include "engine/navigation/tool_model.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/engine/navigation/scene.hpp"

using namespace trocar;
using namespace trocar::scene;

namespace {

// A folder with two tool definition files, gone at the end of the test.
struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "trocar_tool_model_test";
  Folder() {
    std::filesystem::create_directories(path);
    std::ofstream(path / "drf.rom") << "four spheres";
    std::ofstream(path / "needle.rom") << "three spheres";
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string text() const {
    return "[[tool]]\nname = \"reference\"\nrole = \"reference\"\ndefinition = \"drf.rom\"\n"
           "definition_version = 3\ndefinition_hash = \"" +
           definition_hash(path / "drf.rom").value() +
           "\"\nmarker_fle_sigma_mm = [0.1, 0.1, 0.3]\n"
           "[[tool]]\nname = \"needle\"\nrole = \"tool\"\ndefinition = \"needle.rom\"\n"
           "definition_version = 1\ndefinition_hash = \"" +
           definition_hash(path / "needle.rom").value() +
           "\"\nmarker_fle_sigma_mm = [0.1, 0.2, 0.3]\ntip_in_tool_mm = [1, 2, 150]\n"
           "axis_in_tool = [0, 0.6, 0.8]\nshaft_length_mm = 140\nshaft_radius_mm = 1.2\n"
           "tip_sigma_mm = 0.25\n";
  }
  [[nodiscard]] std::vector<ToolModel> read(const std::string& toml) const {
    const ConfigReader in = ConfigReader::parse(toml, path / "run.toml");
    auto read_ones = read_tools(in);
    in.finish();
    return read_ones;
  }
  [[nodiscard]] std::string complaint(const std::string& toml) const {
    try {
      (void)read(toml);
    } catch (const ConfigError& e) {
      return e.what();
    }
    return "no complaint";
  }
};

// Replaces the last line that begins so.
std::string change(std::string text, const std::string& line_begin, const std::string& by) {
  const std::size_t from = text.rfind(line_begin);
  const std::size_t to = text.find('\n', from);
  return text.replace(from, to - from + 1, by);
}

}  // namespace

TEST_CASE("tools are read in file order, with tip, axis, shaft and errors") {
  const Folder folder;
  const auto read = folder.read(folder.text());
  REQUIRE(read.size() == 2);
  CHECK(read[0].role == ToolRole::reference);
  CHECK(read[0].definition.version == 3);
  CHECK(read[1].name == "needle");
  CHECK(read[1].tool_from_tip.origin().mm == Vector3d(1, 2, 150));
  const Offset<Tool> forward = read[1].tool_from_tip * Offset<Tip>{Vector3d::UnitZ()};
  CHECK(forward.mm.isApprox(Vector3d(0, 0.6, 0.8), 1e-12));
  CHECK(is_rigid(read[1].tool_from_tip.matrix(), 1e-12));
  CHECK(read[1].marker_fle_sigma_mm == Vector3d(0.1, 0.2, 0.3));
  CHECK(read[1].shaft_length_mm == 140);
  CHECK(read[1].shaft_radius_mm == 1.2);
  CHECK(read[1].tip_sigma_mm == 0.25);
}

TEST_CASE("H5: a tool definition that is not the one the tip was calibrated with is refused") {
  const Folder folder;
  const std::string text = folder.text();
  std::ofstream(folder.path / "needle.rom") << "three spheres, one moved";
  const std::string said = folder.complaint(text);
  CHECK(said.find("definition_hash") != std::string::npos);
  CHECK(said.find(definition_hash(folder.path / "needle.rom").value()) != std::string::npos);
  CHECK(said.find("run.toml:") != std::string::npos);
}

TEST_CASE("H5: two tools with the same definition are refused") {
  const Folder folder;
  std::filesystem::copy_file(folder.path / "drf.rom", folder.path / "needle.rom",
                             std::filesystem::copy_options::overwrite_existing);
  CHECK(folder.complaint(folder.text()).find("the file content of reference") != std::string::npos);
}

TEST_CASE("a tool without version, tip, axis, shaft or error is refused, by the name of the key") {
  const Folder folder;
  for (const std::string key :
       {"definition_version", "definition_hash", "marker_fle_sigma_mm", "tip_in_tool_mm",
        "axis_in_tool", "shaft_length_mm", "shaft_radius_mm", "tip_sigma_mm", "role", "name"}) {
    CHECK(folder.complaint(change(folder.text(), key + " =", "")).find(key) != std::string::npos);
  }
}

TEST_CASE("an axis that is not of unit length, or an unknown key, is refused") {
  const Folder folder;
  CHECK(folder.complaint(change(folder.text(), "axis_in_tool", "axis_in_tool = [0, 0, 0.5]\n"))
            .find("unit vector") != std::string::npos);
  CHECK(folder.complaint(folder.text() + "tip_sigma = 3\n").find("tip_sigma") != std::string::npos);
}

TEST_CASE("there is exactly one reference, and every name is used once") {
  const Folder folder;
  CHECK(folder.complaint(change(folder.text(), "name = \"needle\"", "name = \"reference\"\n"))
            .find("no other tool has") != std::string::npos);
  const std::string text = folder.text();
  const std::string only_needle = text.substr(text.rfind("[[tool]]"));
  CHECK(folder.complaint(only_needle).find("exactly one tool with role") != std::string::npos);
}

TEST_CASE("a hash tells every single changed byte, and a missing file is an error") {
  const Folder folder;
  const std::string before = definition_hash(folder.path / "drf.rom").value();
  CHECK(before.size() == 16);
  std::ofstream(folder.path / "drf.rom") << "four sphereS";
  CHECK(definition_hash(folder.path / "drf.rom").value() != before);
  CHECK_FALSE(definition_hash(folder.path / "none.rom"));
  std::ofstream(folder.path / "empty.rom");
  CHECK(definition_hash(folder.path / "empty.rom").value() == "cbf29ce484222325");  // FNV-1a of ""
}

TEST_CASE("an axis pointing straight back still makes a rigid tip frame") {
  const auto tip = place_tip({0, 0, 0}, {0, 0, -1});
  CHECK(is_rigid(tip.matrix(), 1e-12));
  CHECK((tip * Offset<Tip>{Vector3d::UnitZ()}).mm.isApprox(Vector3d(0, 0, -1), 1e-12));
}
