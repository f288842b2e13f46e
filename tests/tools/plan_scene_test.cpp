#include "tools/trocar/plan_scene.hpp"

#include <catch2/catch.hpp>

#include "engine/igtl/scene_messages.hpp"
#include "engine/model/ct_volume.hpp"
#include "tests/tools/operating_room.hpp"
#include "tools/trocar/or_setup.hpp"
#include "tools/trocar/session_start.hpp"

using namespace trocar;

namespace {

struct Scene {
  OperatingRoom room;
  OrSetup setup = read_or_setup(room.file("run.toml"));
  StreamScene scene = scene_of(setup.plan, setup.names);

  [[nodiscard]] const SceneVolume& volume(const std::string& device) const {
    for (const SceneVolume& v : scene.volumes) {
      if (v.device == device) return v;
    }
    FAIL("no volume " << device);
    throw 0;
  }
};

const Scene& shared_scene() {
  static const Scene s;
  return s;
}

}  // namespace

TEST_CASE("the plan's surfaces, fiducials and trajectory are in the scene") {
  const Scene& s = shared_scene();
  CHECK(s.scene.surfaces.size() == s.setup.plan.structures.size());
  const auto count = [&](const std::string& list) {
    return std::count_if(s.scene.points.begin(), s.scene.points.end(),
                         [&](const ScenePoint& p) { return p.list == list; });
  };
  CHECK(count("Fiducials") == static_cast<std::ptrdiff_t>(s.setup.plan.fiducials.size()));
  CHECK(count("Targets") == 2);
  CHECK_FALSE(s.scene.labels.empty());
}

TEST_CASE("H8: a voxel of the CT is sent where it lies, and with its own value") {
  const Scene& s = shared_scene();
  const SceneVolume& v = s.volume("CT");
  const auto ct = read_ct(s.setup.plan.ct_path);
  REQUIRE(ct);
  const auto voxels = v.load();
  REQUIRE(voxels);
  REQUIRE(voxels.value().size() == 2 * ct.value().volume->hounsfield.size());
  const std::array<int, 3> at = {v.size[0] / 3, v.size[1] / 2, v.size[2] / 4};
  const std::size_t offset =
      CtVolume::voxel_offset(ct.value().volume->geometry, at[0], at[1], at[2]);
  std::int16_t sent = 0;
  std::memcpy(&sent, voxels.value().data() + 2 * offset, sizeof sent);
  CHECK(sent == ct.value().volume->at(at[0], at[1], at[2]));
  // As a display works it out: from the centre, along the axes.
  const igtl::ImageHeader h = igtl::ImageHeader(image_header(v));
  Eigen::Vector3d ras;
  for (int row = 0; row < 3; ++row) {
    const auto r = static_cast<std::size_t>(row);
    ras[row] = static_cast<double>(h.columns[9 + r]);
    for (std::size_t k = 0; k < 3; ++k) {
      ras[row] += static_cast<double>(h.columns[3 * k + r]) * (at[k] - (h.size[k] - 1) / 2.0);
    }
  }
  const Eigen::Vector3d index(at[0], at[1], at[2]);
  const Point<Preop> lps = ct.value().volume->geometry.at(index);
  CHECK((ras - Eigen::Vector3d(-lps.mm.x(), -lps.mm.y(), lps.mm.z())).norm() < 1e-3);
}

TEST_CASE("H10: a CT that is no longer the one read at start is refused") {
  const Scene own;
  own.room.write("ct.nrrd", "no longer a CT");
  CHECK_FALSE(own.volume("CT").load());
  CHECK(own.volume("Labels").load());
}

TEST_CASE("H10: a replay does not offer a CT that it does not have") {
  const Scene& s = shared_scene();
  const auto kept = decode_setup(encode(session_setup_of(s.setup, {})));
  REQUIRE(kept);
  const StreamScene replayed = scene_of(kept.value().plan, s.setup.names);
  CHECK(replayed.volumes.empty());
  CHECK(replayed.labels.empty());
  CHECK(replayed.points.size() == s.scene.points.size());
  CHECK(replayed.surfaces.size() == s.scene.surfaces.size());
}
