#include "engine/registration/reference_phantom.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "engine/base/content_hash.hpp"
#include "tests/engine/registration/simulate_spheres.hpp"

using namespace trocar;

namespace {

using Points = std::vector<Eigen::Vector3d>;

std::string head() {
  return "id = \"plate\"\nprovenance = \"a test\"\nsphere_diameter_mm = 5\n"
         "brighter_than_hu = 1500\nposition_sigma_mm = 0.03\ntolerance_mm = 0.5\n";
}

std::string text_of(const Points& points, const std::string& first = head()) {
  std::string t = first;
  for (std::size_t i = 0; i < points.size(); ++i)
    t += fmt::format("[[fiducial]]\nname = \"S{}\"\ncenter_in_reference_mm = [{}, {}, {}]\n", i,
                     points[i].x(), points[i].y(), points[i].z());
  return t;
}

ReferencePhantom read(const std::string& text) {
  const auto file = std::filesystem::temp_directory_path() / "trocar-reference-phantom.toml";
  std::ofstream(file) << text;
  return read_reference_phantom(file);
}

std::string refusal(const std::string& text) {
  try {
    read(text);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "none";
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the example plate reads, with its hash") {
  const ReferencePhantom p = read_reference_phantom("configs/reference_phantom.toml");
  CHECK(p.id == "demo-plate-7");
  CHECK(p.provenance == "simulated");
  CHECK(p.sphere_diameter_mm == 5.0);
  CHECK(p.hash == content_hash("configs/reference_phantom.toml").value());
  REQUIRE(p.fiducials.size() == 7);
  const auto truth = simulate::plate_mm();
  for (std::size_t i = 0; i < 7; ++i) CHECK(p.fiducials[i].center.mm == truth[i]);
}

TEST_CASE("another digit in the file is another hash") {
  const std::string text = text_of(simulate::plate_mm());
  CHECK(read(text).hash != read(text + "\n").hash);
}

TEST_CASE("a plate file with a missing, unknown or absurd key is refused, naming the key") {
  const Points plate = simulate::plate_mm();
  CHECK(says(refusal(text_of(plate, head() + "colour = \"red\"\n")), "colour"));
  CHECK(says(refusal(text_of(plate, "id = \"x\"\n")), "provenance"));
  std::string metres = head();
  metres.replace(metres.find("= 5"), 3, "= 0.005");
  CHECK(says(refusal(text_of(plate, metres)), "sphere_diameter_mm"));
  Points three(plate.begin(), plate.begin() + 3);
  CHECK(says(refusal(text_of(three)), "4 to 16 spheres"));
  Points many;
  for (int i = 0; i < 17; ++i) many.emplace_back(20.0 * i, i * i, 0);
  CHECK(says(refusal(text_of(many)), "found 17"));
}

TEST_CASE("a plate whose spheres touch, or stand twice, is refused") {
  Points plate = simulate::plate_mm();
  plate.push_back(plate[0] + Eigen::Vector3d(8, 0, 0));
  CHECK(says(refusal(text_of(plate)), "apart"));
  std::string twice = text_of(simulate::plate_mm());
  twice.replace(twice.find("\"S1\""), 4, "\"S0\"");
  CHECK(says(refusal(twice), "\"S0\" twice"));
}

TEST_CASE("a flat plate is refused: its mirror image would fit") {
  Points plate = simulate::plate_mm();
  for (Eigen::Vector3d& p : plate) p.z() = -20 + 0.02 * p.x();
  CHECK(says(refusal(text_of(plate)), "plane"));
}

TEST_CASE("a symmetric plate is refused, also one that a missing sphere makes symmetric") {
  const Points square{{20, 0, 0}, {0, 20, 0}, {-20, 0, 0}, {0, -20, 0}, {0, 0, 15}};
  CHECK(says(refusal(text_of(square)), "5 of 5 spheres that also fit when it is turned"));
  Points key = square;
  key.emplace_back(17, 23, 9);
  CHECK(says(refusal(text_of(key)), "5 of 6"));
}

TEST_CASE("a plate with a plane of symmetry is refused: it fits when mirrored") {
  const Points plate{{-30, -20, 0}, {30, -20, 0}, {-18, 25, 8},
                     {18, 25, 8},   {0, 5, -9},   {0, 41, 3}};
  CHECK(says(refusal(text_of(plate)), "mirrored"));
}
