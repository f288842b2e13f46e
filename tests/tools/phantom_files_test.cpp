#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <zlib.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "drivers/ndi_rom.hpp"
#include "engine/model/plan.hpp"
#include "engine/model/surface_distance.hpp"
#include "tests/tools/temporary_folder.hpp"
#include "tools/phantom/hounsfield.hpp"
#include "tools/phantom/phantom.hpp"
#include "tools/phantom/writers.hpp"

using namespace trocar;
using namespace trocar::phantom;
namespace fs = std::filesystem;

namespace {

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

// One phantom for all tests of files.
struct Written {
  TemporaryFolder folder;
  Patient patient{11, 3};
  Grid grid = scan_grid(patient, 3.0, 4.0);
  PhantomSummary summary;
  Written() : summary(write()) {}

 private:
  PhantomSummary write() {
    PhantomOptions o;
    o.folder = folder.path();
    o.seed = 11;
    o.in_plane_mm = 3.0;
    o.slice_mm = 4.0;
    o.mesh_detail = 2.5;
    o.pictures = true;
    auto written = write_phantom(o, [](const std::string&) {});
    REQUIRE(written);
    return std::move(written).value();
  }
};

const Written& written() {
  static const Written w;
  return w;
}

struct Nrrd {
  std::string header;
  std::string voxels;
};

Nrrd read_nrrd(const fs::path& file) {
  const std::string all = bytes_of(file);
  const std::size_t end = all.find("\n\n");
  REQUIRE(end != std::string::npos);
  Nrrd n{all.substr(0, end), std::string(80'000'000, '\0')};
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 31) == Z_OK);
  std::string packed = all.substr(end + 2);
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(n.voxels.data());
  stream.avail_out = static_cast<uInt>(n.voxels.size());
  REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  n.voxels.resize(stream.total_out);
  inflateEnd(&stream);
  return n;
}

std::int16_t voxel(const Nrrd& n, std::size_t index) {
  const auto low = static_cast<unsigned char>(n.voxels[2 * index]);
  const auto high = static_cast<unsigned char>(n.voxels[2 * index + 1]);
  return static_cast<std::int16_t>(low | (high << 8));
}

std::string text(DcmDataset& d, const DcmTagKey& tag) {
  OFString value;
  REQUIRE(d.findAndGetOFStringArray(tag, value).good());
  return value.c_str();
}

}  // namespace

TEST_CASE("DICOM series and NRRD hold the same Hounsfield units at the same places") {
  const Grid& g = written().grid;
  const Nrrd nrrd = read_nrrd(written().folder.path() / "ct.nrrd");
  REQUIRE(nrrd.voxels.size() == 2 * g.count());
  std::ostringstream origin;
  origin << "space origin: (" << std::fixed;
  origin.precision(6);
  origin << g.origin_mm.x() << ',' << g.origin_mm.y() << ',' << g.origin_mm.z() << ')';
  CHECK(nrrd.header.find(origin.str()) != std::string::npos);
  CHECK(nrrd.header.find("space: left-posterior-superior") != std::string::npos);

  std::set<std::string> instances;
  for (std::size_t z = 0; z < g.size[2]; ++z) {
    const std::string number = std::to_string(z + 1);
    const std::string name = std::string(4 - number.size(), '0') + number + ".dcm";
    DcmFileFormat file;
    REQUIRE(file.loadFile((written().folder.path() / "ct" / name).c_str()).good());
    DcmDataset& d = *file.getDataset();
    instances.insert(text(d, DCM_SOPInstanceUID));
    CHECK(text(d, DCM_PatientID) == "PHANTOM-11");
    CHECK(text(d, DCM_FrameOfReferenceUID) == written().summary.frame_of_reference_uid);
    CHECK(text(d, DCM_ImageOrientationPatient) ==
          "1.000000\\0.000000\\0.000000\\0.000000\\1.000000\\0.000000");
    Float64 position = 0.0, intercept = 0.0, slope = 0.0;
    REQUIRE(d.findAndGetFloat64(DCM_ImagePositionPatient, position, 2).good());
    CHECK(position == Approx(g.center(0, 0, z).z()).margin(1e-6));
    REQUIRE(d.findAndGetFloat64(DCM_RescaleIntercept, intercept).good());
    REQUIRE(d.findAndGetFloat64(DCM_RescaleSlope, slope).good());
    const Uint16* pixels = nullptr;
    unsigned long count = 0;
    REQUIRE(d.findAndGetUint16Array(DCM_PixelData, pixels, &count).good());
    REQUIRE(count == g.size[0] * g.size[1]);
    std::size_t different = 0;
    for (std::size_t i = 0; i < count; ++i)
      if (slope * pixels[i] + intercept != voxel(nrrd, z * count + i)) ++different;
    CHECK(different == 0);
  }
  CHECK(instances.size() == g.size[2]);
}

TEST_CASE("unique identifiers are well-formed and belong to the seed") {
  const Grid& g = written().grid;
  const Identity a = identity_of(11, g), b = identity_of(11, g), c = identity_of(12, g);
  CHECK(a.frame_of_reference_uid == b.frame_of_reference_uid);
  CHECK(a.frame_of_reference_uid != c.frame_of_reference_uid);
  for (const std::string& uid : {a.study_uid, a.series_uid + ".9999", a.frame_of_reference_uid}) {
    CHECK(uid.size() <= 64);
    CHECK(uid.starts_with("2.25."));
    CHECK(uid.find_first_not_of("0123456789.") == std::string::npos);
    CHECK(uid[5] != '0');
  }
  CHECK(std::set<std::string>{a.study_uid, a.series_uid, a.frame_of_reference_uid}.size() == 3);
  Grid finer = g;
  finer.spacing_mm.x() = 1.0;
  CHECK(identity_of(11, finer).series_uid != a.series_uid);
}

TEST_CASE("the label map lies on the CT's grid") {
  const Nrrd ct = read_nrrd(written().folder.path() / "ct.nrrd");
  const Nrrd labels = read_nrrd(written().folder.path() / "labels.nrrd");
  const auto geometry = [](const std::string& header) {
    return header.substr(header.find("dimension"));
  };
  CHECK(geometry(ct.header) == geometry(labels.header));
  CHECK(labels.voxels.size() == written().grid.count());
}

TEST_CASE("an STL says its space and holds the mesh's triangles, closed at float precision") {
  const std::string stl = bytes_of(written().folder.path() / "meshes" / "tumour.stl");
  REQUIRE(stl.size() > 84);
  CHECK(stl.substr(0, 80).find("SPACE=LPS") != std::string::npos);
  CHECK(stl.substr(0, 5) != "solid");  // would be taken for text
  std::uint32_t count = 0;
  std::memcpy(&count, stl.data() + 80, 4);
  CHECK(stl.size() == 84 + 50 * static_cast<std::size_t>(count));
  // Each directed edge once, its reverse once, by the coordinates' bytes alone.
  std::multiset<std::string> edges;
  for (std::size_t t = 0; t < count; ++t)
    for (std::size_t i = 0; i < 3; ++i) {
      const std::string a = stl.substr(84 + 50 * t + 12 + 12 * i, 12);
      const std::string b = stl.substr(84 + 50 * t + 12 + 12 * ((i + 1) % 3), 12);
      CHECK(a != b);
      edges.insert(a + b);
    }
  std::size_t unmatched = 0;
  for (const std::string& e : edges)
    if (edges.count(e) != 1 || edges.count(e.substr(12) + e.substr(0, 12)) != 1) ++unmatched;
  CHECK(unmatched == 0);
}

TEST_CASE("fiducials are Slicer markups in LPS at the markers' places") {
  const auto j = nlohmann::json::parse(bytes_of(written().folder.path() / "fiducials.mrk.json"));
  const auto& list = j.at("markups").at(0);
  CHECK(list.at("coordinateSystem") == "LPS");
  const auto& points = list.at("controlPoints");
  const auto& markers = written().patient.markers();
  REQUIRE(points.size() == markers.size());
  for (std::size_t i = 0; i < markers.size(); ++i) {
    CHECK(points[i].at("label") == markers[i].label);
    for (std::size_t k = 0; k < 3; ++k)
      CHECK(points[i].at("position")[k].get<double>() ==
            Approx(markers[i].center_mm[static_cast<Eigen::Index>(k)]).margin(0.0006));
  }
}

TEST_CASE("the engine reads the plan and the same patient; only an NRRD does not say whose it is") {
  for (const bool dicom : {true, false}) {
    const TemporaryFolder folder;
    PhantomOptions o;
    o.folder = folder.path();
    o.seed = 3;
    o.in_plane_mm = 2.0;
    o.slice_mm = 2.0;
    o.mesh_detail = 2.5;
    o.dicom = dicom;
    const auto made = write_phantom(o, [](const std::string&) {});
    REQUIRE(made);
    const Plan plan = read_plan(made.value().plan);
    for (const InputWarning& w : plan.warnings) UNSCOPED_INFO(w.detail);
    REQUIRE(plan.warnings.size() == (dicom ? 0 : 1));
    for (const InputWarning& w : plan.warnings) {
      CHECK(w.issue == InputIssue::identity_by_plan_only);
    }
    CHECK(plan.frame_of_reference_uid == made.value().frame_of_reference_uid);
    REQUIRE(plan.vertebrae.size() == 5);
    CHECK(plan.vertebrae[2].name == "L3");
    REQUIRE(plan.structures.size() == 7);
    CHECK(plan.structures[0].kind == StructureKind::tumour);
    CHECK(plan.structures[0].vertebra == VertebraId{2});
    REQUIRE(plan.fiducials.size() == 8);
    REQUIRE(plan.trajectories.size() == 1);
    // The files keep left and right, front and back: the target lies in the tumour as read.
    const auto tumour = SurfaceDistance::build(*plan.structures[0].surface);
    REQUIRE(tumour);
    SurfaceDistance::Hint hint;
    CHECK(tumour.value().from_point(plan.trajectories[0].target, hint).signed_mm < -3.0);
    const Patient patient(3, 3);
    for (std::size_t i = 0; i < 8; ++i)
      CHECK((plan.fiducials[i].position.mm - patient.markers()[i].center_mm).norm() < 0.001);
  }
}

TEST_CASE("the summary names seed, identity, trajectory and every label") {
  const auto j = nlohmann::json::parse(written().summary.json);
  CHECK(j.at("seed") == 11);
  CHECK(j.at("patient_id") == "PHANTOM-11");
  CHECK(j.at("labels").at("L3") == 29);
  CHECK(j.at("labels").at("L1") == 31);
  CHECK(j.at("labels").at("lesion") == 160);
  CHECK(j.at("trajectory").at("target_lps_mm").size() == 3);
  CHECK(bytes_of(written().folder.path() / "phantom.json") == written().summary.json);
}

TEST_CASE("pictures to look at are written when asked for") {
  for (const char* name : {"spine.png", "lesion_level.png", "slices.png"})
    CHECK(bytes_of(written().folder.path() / name).substr(1, 3) == "PNG");
}

TEST_CASE("H5: the tool files are read back, and no two distances between markers are alike") {
  std::vector<double> distances;
  for (const char* name : {"reference.rom", "pointer.rom", "needle.rom"}) {
    INFO(name);
    const auto rom = read_ndi_rom(written().folder.path() / "tools" / name);
    REQUIRE(rom);
    const auto& markers = rom.value().rom.markers;
    REQUIRE(markers.size() == 4);
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t k = i + 1; k < 4; ++k)
        distances.push_back(distance_mm(markers[i], markers[k]));
  }
  std::sort(distances.begin(), distances.end());
  for (std::size_t i = 0; i + 1 < distances.size(); ++i)
    CHECK(distances[i + 1] - distances[i] > 2.0);
  CHECK(distances.front() > 35.0);
}
