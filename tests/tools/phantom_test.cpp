#include "tools/phantom/phantom.hpp"

#include <Eigen/SVD>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>

#include "engine/model/mesh_check.hpp"
#include "engine/model/surface_distance.hpp"
#include "tests/tools/temporary_folder.hpp"
#include "tools/phantom/hounsfield.hpp"
#include "tools/phantom/mesher.hpp"
#include "tools/phantom/writers.hpp"

using namespace trocar;
using namespace trocar::phantom;
namespace fs = std::filesystem;

namespace {

constexpr double coarse = 2.5;  // mesh edges and voxels of quick tests

const Patient& patient() {
  static const Patient p(1, 3);
  return p;
}

const std::vector<NamedMesh>& meshes() {
  static const std::vector<NamedMesh> m = make_meshes(patient(), true, coarse);
  return m;
}

const NamedMesh& mesh_named(const std::string& name) {
  for (const NamedMesh& m : meshes())
    if (m.name == name) return m;
  FAIL("no mesh " << name);
  return meshes().front();
}

struct Scan {
  Grid grid;
  Volume<std::int16_t> ct;
  Volume<std::uint8_t> labels;
};

// At a spacing where a slice through each tissue still has pure voxels.
const Scan& quick_scan() {
  static const Scan s = [] {
    const Grid g = scan_grid(patient(), 1.6, 2.0);
    return Scan{g, scan(patient(), g), label_map(patient(), g)};
  }();
  return s;
}

double volume_mm3(const TriangleMesh& mesh) {
  double v = 0.0;
  for (const auto& t : mesh.triangles)
    v += mesh.vertices_mm[t[0]].dot(mesh.vertices_mm[t[1]].cross(mesh.vertices_mm[t[2]])) / 6.0;
  return v;
}

struct Statistics {
  double mean = 0.0, deviation = 0.0;
  std::size_t count = 0;
};

// Of the CT where `here` says yes.
template <class Where>
Statistics hounsfield_where(const Where& here) {
  const Scan& s = quick_scan();
  double sum = 0.0, squares = 0.0;
  Statistics r;
  for (std::size_t z = 0; z < s.grid.size[2]; ++z)
    for (std::size_t y = 0; y < s.grid.size[1]; ++y)
      for (std::size_t x = 0; x < s.grid.size[0]; ++x) {
        if (!here(s.grid.center(x, y, z))) continue;
        const double hu = s.ct.voxels[s.grid.index(x, y, z)];
        sum += hu, squares += hu * hu, ++r.count;
      }
  if (r.count == 0) return r;
  r.mean = sum / static_cast<double>(r.count);
  r.deviation = std::sqrt(std::max(0.0, squares / static_cast<double>(r.count) - r.mean * r.mean));
  return r;
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

std::map<std::string, std::string> all_files(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[fs::relative(entry.path(), folder).string()] = bytes_of(entry.path());
  return files;
}

PhantomOptions quick(const fs::path& folder, std::uint64_t seed) {
  PhantomOptions o;
  o.folder = folder;
  o.seed = seed;
  o.in_plane_mm = 4.0;
  o.slice_mm = 5.0;
  o.mesh_detail = coarse;
  return o;
}

void write_quick(const PhantomOptions& options) {
  const auto written = write_phantom(options, [](const std::string&) {});
  REQUIRE(written);
}

// Root mean square distance left after the best rigid motion of `from` onto `to` (Arun 1987).
double best_fit_rms_mm(const std::vector<Vec>& from, const std::vector<Vec>& to) {
  const double n = static_cast<double>(from.size());
  const Vec from_mean = std::accumulate(from.begin(), from.end(), Vec(Vec::Zero())) / n;
  const Vec to_mean = std::accumulate(to.begin(), to.end(), Vec(Vec::Zero())) / n;
  Eigen::Matrix3d h = Eigen::Matrix3d::Zero();
  for (std::size_t i = 0; i < from.size(); ++i)
    h += (from[i] - from_mean) * (to[i] - to_mean).transpose();
  const Eigen::JacobiSVD<Eigen::Matrix3d> svd(h, Eigen::ComputeFullU | Eigen::ComputeFullV);
  Eigen::Vector3d turn(1, 1,
                       (svd.matrixV() * svd.matrixU().transpose()).determinant() < 0 ? -1 : 1);
  const Eigen::Matrix3d r = svd.matrixV() * turn.asDiagonal() * svd.matrixU().transpose();
  double sum = 0.0;
  for (std::size_t i = 0; i < from.size(); ++i)
    sum += (r * (from[i] - from_mean) - (to[i] - to_mean)).squaredNorm();
  return std::sqrt(sum / n);
}

}  // namespace

TEST_CASE("the same seed gives the same bytes in every file, another seed another patient") {
  const TemporaryFolder a, b, c;
  write_quick(quick(a.path(), 5));
  write_quick(quick(b.path(), 5));
  write_quick(quick(c.path(), 6));
  const auto first = all_files(a.path()), second = all_files(b.path()), other = all_files(c.path());
  REQUIRE(first.size() > 60);
  CHECK(first == second);
  for (const char* file : {"ct.nrrd", "labels.nrrd", "meshes/tumour.stl", "plan.toml",
                           "fiducials.mrk.json", "ct/0001.dcm"}) {
    INFO(file);
    REQUIRE(first.contains(file));
    CHECK(first.at(file) != other.at(file));
  }
}

TEST_CASE("a phantom with fewer slices leaves none of the older one's behind") {
  const TemporaryFolder folder;
  PhantomOptions o = quick(folder.path(), 5);
  o.slice_mm = 4.0;
  write_quick(o);
  const auto slices = [&] {
    return std::distance(fs::directory_iterator(folder.path() / "ct"), fs::directory_iterator());
  };
  const auto many = slices();
  o.slice_mm = 5.0;
  write_quick(o);
  CHECK(slices() < many);
}

TEST_CASE("options out of range are refused with what was expected and found") {
  const TemporaryFolder folder;
  PhantomOptions o = quick(folder.path(), 1);
  o.in_plane_mm = 0.01;
  auto refused = write_phantom(o, [](const std::string&) {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::out_of_range);
  o = quick(folder.path(), 1);
  o.lesion_level = "T7";
  refused = write_phantom(o, [](const std::string&) {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find("T7") != std::string::npos);
  CHECK_FALSE(fs::exists(folder.path() / "plan.toml"));
}

TEST_CASE("a folder that cannot be made is an error that names it") {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "in the way";
  const auto refused =
      write_phantom(quick(folder.path() / "file" / "phantom", 1), [](const std::string&) {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::io);
  CHECK(refused.error().detail.find("phantom") != std::string::npos);
}

TEST_CASE("every mesh is closed, manifold and wound outward") {
  for (const NamedMesh& m : meshes()) {
    INFO(m.name);
    REQUIRE(m.mesh.triangles.size() > 100);
    const Status checked = check_mesh(m.mesh);
    INFO((checked ? "" : checked.error().detail));
    CHECK(checked);
    CHECK(volume_mm3(m.mesh) > 0.0);
  }
}

TEST_CASE("meshes of several patients and lesion levels are closed and hold one lesion") {
  for (const std::uint64_t seed : {2, 3, 4, 5}) {
    const Patient other(seed, 1 + seed % 5);
    for (const NamedMesh& m : make_meshes(other, false, 1.5)) {
      INFO("seed " << seed << ' ' << m.name);
      const Status checked = check_mesh(m.mesh);
      INFO((checked ? "" : checked.error().detail));
      CHECK(checked);
      if (m.name == "tumour") CHECK(volume_mm3(m.mesh) > 2000.0);
    }
  }
}

TEST_CASE("mesh vertices lie on the surface the CT was made from") {
  for (const NamedMesh& m : meshes()) {
    INFO(m.name);
    std::vector<double> off;
    for (const Eigen::Vector3d& v : m.mesh.vertices_mm) off.push_back(std::abs(m.field(v)));
    std::sort(off.begin(), off.end());
    CHECK(off[off.size() / 2] < 1e-4);  // float rounding of coordinates of 400 mm: 3e-5
    // At creases of thin structures a vertex may stay where the grid put it: a fifth of an edge.
    CHECK(off[off.size() * 99 / 100] < 0.2 * coarse);
  }
}

TEST_CASE("the label map and the meshes agree to a voxel's diagonal") {
  const Scan& s = quick_scan();
  const double diagonal = s.grid.spacing_mm.norm();
  const std::map<std::string, int> labelled{
      {"tumour", lesion}, {"dura", thecal_sac}, {"bone_L1", 31}, {"bone_L5", 27}};
  for (const auto& [name, label] : labelled) {
    INFO(name);
    const TriangleMesh& mesh = mesh_named(name).mesh;
    std::size_t boundary = 0, far = 0;
    for (std::size_t z = 1; z + 1 < s.grid.size[2]; z += 2)
      for (std::size_t y = 1; y + 1 < s.grid.size[1]; ++y)
        for (std::size_t x = 1; x + 1 < s.grid.size[0]; ++x) {
          const auto is = [&](std::size_t i, std::size_t j, std::size_t k) {
            return s.labels.voxels[s.grid.index(i, j, k)] == label;
          };
          if (!is(x, y, z) ||
              (is(x - 1, y, z) && is(x + 1, y, z) && is(x, y - 1, z) && is(x, y + 1, z)))
            continue;
          ++boundary;
          if (boundary % 7 != 0) continue;
          double nearest = 1e9;
          for (const Eigen::Vector3d& v : mesh.vertices_mm)
            nearest = std::min(nearest, (v - s.grid.center(x, y, z)).squaredNorm());
          if (std::sqrt(nearest) > diagonal) ++far;
        }
    CHECK(boundary > 20);
    CHECK(far == 0);
  }
}

TEST_CASE("vertebrae carry the label values that the plan states") {
  std::map<int, std::size_t> count;
  for (const std::uint8_t l : quick_scan().labels.voxels) ++count[l];
  for (const int label : {27, 28, 29, 30, 31}) CHECK(count[label] > 6000);  // 31 cm3
  for (const int label : {int{sacrum}, int{lesion}, int{thecal_sac}, int{phantom::aorta},
                          first_disc + 3, first_root_left + 3, first_root_right + 3})
    CHECK(count[label] > 10);
}

TEST_CASE("Hounsfield units are those of the tissues") {
  const Patient& p = patient();
  const Spine& spine = p.spine();
  const auto spongy = hounsfield_where(
      [&](const Vec& q) { return spine.body(2, q) < -4.0 && spine.bone(2, q) < -4.0; });
  CHECK(spongy.count > 1000);
  CHECK(spongy.mean == Approx(165).margin(45));
  CHECK(spongy.deviation > 25.0);  // texture, not a flat value
  const auto compact = hounsfield_where([&](const Vec& q) {
    return std::abs(spine.bone(2, q) + 0.8) < 0.4 && spine.body(2, q) > 8.0;
  });
  CHECK(compact.mean > 450.0);
  CHECK(compact.mean < 1300.0);
  const auto disc = hounsfield_where([&](const Vec& q) {
    return spine.disc(2, q) < -3.0 && spine.nearest_bone(q).distance_mm > 3.0;
  });
  CHECK(disc.mean == Approx(80).margin(15));
  const auto tumour = hounsfield_where([&](const Vec& q) { return p.lesion(q) < -2.5; });
  CHECK(tumour.mean == Approx(52).margin(20));
  const auto outside = hounsfield_where([&](const Vec& q) { return p.skin(q) > 8.0; });
  CHECK(outside.mean == Approx(-1000).margin(5));
  CHECK(outside.deviation == Approx(13.0).margin(4.0));
  const auto under_skin = hounsfield_where([&](const Vec& q) {
    const double d = p.skin(q);
    return d < -3.5 && d > -5.5;
  });
  CHECK(under_skin.mean == Approx(-100).margin(12));
  const auto blood = hounsfield_where([&](const Vec& q) { return p.aorta(q) < -3.0; });
  CHECK(blood.mean == Approx(150).margin(8));
  const auto sac = hounsfield_where([&](const Vec& q) { return p.thecal_sac(q) < -2.5; });
  CHECK(sac.mean > 5.0);
  CHECK(sac.mean < 40.0);
}

TEST_CASE("the noise of the CT is correlated between neighbours, as a smooth kernel makes it") {
  const Scan& s = quick_scan();
  double product = 0.0, square = 0.0;
  for (std::size_t z = 0; z < s.grid.size[2]; z += 3)
    for (std::size_t y = 0; y < 12; ++y)  // in front of the belly: air
      for (std::size_t x = 0; x < 12; ++x) {
        const double a = s.ct.voxels[s.grid.index(x, y, z)] + 1000.0;
        const double b = s.ct.voxels[s.grid.index(x + 1, y, z)] + 1000.0;
        product += a * b, square += a * a;
      }
  CHECK(product / square == Approx(2.0 / 3.0).margin(0.12));  // of the kernel 0.5, 1, 0.5
}

TEST_CASE("the canal is free: no bone, root or lesion reaches into the thecal sac") {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    const Patient p(seed, 3);
    const TriangleMesh sac =
        mesh_of([&](const Vec& q) { return p.thecal_sac(q); }, p.sac_box(), 2.5);
    double bone = 1e9, tumour = 1e9;
    for (const Eigen::Vector3d& v : sac.vertices_mm) {
      bone = std::min(bone, p.spine().nearest_bone(v).distance_mm);
      tumour = std::min(tumour, p.lesion(v));
    }
    INFO("seed " << seed);
    CHECK(bone > 0.3);
    CHECK(tumour > 0.5);
  }
}

TEST_CASE("neighbouring vertebrae do not touch, and facet joints are near joints") {
  const Spine& spine = patient().spine();
  for (std::size_t level = 1; level < 5; ++level) {
    double nearest = 1e9;
    for (const Eigen::Vector3d& v : mesh_named("bone_L" + std::to_string(level)).mesh.vertices_mm)
      nearest = std::min(nearest, spine.bone(level + 1, v));
    INFO("L" << level);
    CHECK(nearest > 0.5);
    CHECK(nearest < 3.0);
  }
}

TEST_CASE("the nerve roots pass through the foramen without touching bone") {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    const Patient p(seed, 3);
    for (const int side : {1, -1}) {
      const TriangleMesh root =
          mesh_of([&](const Vec& q) { return p.root(3, side, q); }, p.root_box(3, side), 1.0);
      double bone = 1e9;
      for (const Eigen::Vector3d& v : root.vertices_mm)
        bone = std::min(bone, p.spine().nearest_bone(v).distance_mm);
      INFO("seed " << seed << " side " << side);
      CHECK(bone > 0.0);
    }
  }
}

TEST_CASE("the spine is lordotic, its sizes those of adults, L5 a wedge") {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6, 7, 8}) {
    const Anatomy a = make_anatomy(seed);
    const auto& v = a.vertebrae;
    const double lordosis = std::acos(v[1].axes.col(2).dot(v[s1_level].axes.col(2))) * 57.29578;
    INFO("seed " << seed);
    CHECK(lordosis > 30.0);
    CHECK(lordosis < 65.0);
    CHECK(v[3].center_mm.y() < v[1].center_mm.y());  // L3 lies in front
    CHECK(v[5].size.anterior_height_mm > v[5].size.posterior_height_mm + 3.0);
    for (std::size_t i = 1; i < s1_level; ++i) {
      CHECK(v[i].axes.determinant() == Approx(1.0));
      CHECK(v[i].center_mm.z() > v[i + 1].center_mm.z() + 25.0);
      CHECK(v[i].size.pedicle_width_mm > 7.0);
    }
  }
}

TEST_CASE("the planned way stays inside the pedicle with a margin and ends in the lesion") {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    for (std::size_t level = 1; level <= 5; ++level) {
      const Patient p(seed, level);
      const PedicleWay& way = p.way();
      INFO("seed " << seed << " level " << level);
      CHECK(p.lesion(way.target_mm) < -4.0);
      CHECK(std::abs(p.spine().bone(level, way.entry_mm)) < 0.01);
      CHECK(std::abs(p.skin(way.skin_mm)) < 0.01);
      const Vec along = (way.target_mm - way.entry_mm).normalized();
      const double length = (way.target_mm - way.entry_mm).norm();
      CHECK(length > 25.0);
      CHECK(length < 60.0);
      CHECK((way.entry_mm - way.skin_mm).normalized().dot(along) > 0.9999);
      // Against the bone's surface, exactly: once the tip is a pedicle's half width deep, a needle
      // of 3 mm and a millimetre all round stay in bone.
      const auto bone = SurfaceDistance::build(mesh_of(
          [&](const Vec& q) { return p.spine().bone(level, q); }, p.spine().box(level), 2.0));
      REQUIRE(bone);
      SurfaceDistance::Hint hint;
      double margin = 1e9;
      for (double t = 7.0; t < length; t += 0.5)
        margin =
            std::min(margin, -bone.value().from_point({way.entry_mm + t * along}, hint).signed_mm);
      CHECK(margin > 2.5);
      double to_dura = 1e9;
      for (double t = 0.0; t < length; t += 0.5)
        to_dura = std::min(to_dura, p.thecal_sac(way.entry_mm + t * along));
      CHECK(to_dura > 4.0);
    }
  }
}

TEST_CASE("H15: no exchange of fiducials fits as well as the right one") {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const Patient p(seed, 3);
    std::vector<Vec> right;
    for (const Bead& m : p.markers()) right.push_back(m.center_mm);
    REQUIRE(right.size() == 8);
    std::vector<std::size_t> order(right.size());
    std::iota(order.begin(), order.end(), 0U);
    double best = 1e9;
    while (std::next_permutation(order.begin(), order.end())) {
      std::vector<Vec> exchanged;
      for (const std::size_t i : order) exchanged.push_back(right[i]);
      best = std::min(best, best_fit_rms_mm(right, exchanged));
    }
    INFO("seed " << seed);
    CHECK(best > 4.0);
  }
}

TEST_CASE("fiducials are seen in the CT where the list says") {
  const Scan& s = quick_scan();
  for (const Bead& m : patient().markers()) {
    INFO(m.label);
    std::array<std::size_t, 3> at{};
    for (std::size_t i = 0; i < 3; ++i) {
      const auto axis = static_cast<Eigen::Index>(i);
      at[i] = static_cast<std::size_t>(
          std::round((m.center_mm[axis] - s.grid.origin_mm[axis]) / s.grid.spacing_mm[axis]));
    }
    CHECK(s.ct.voxels[s.grid.index(at[0], at[1], at[2])] > 600);
    CHECK(patient().scanned().contains(m.center_mm));
  }
}
