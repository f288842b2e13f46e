#include "engine/igtl/scene_messages.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/igtl/guidance_for_test.hpp"
#include "tests/engine/igtl/messages_for_test.hpp"
#include "tests/engine/igtl/scene_for_test.hpp"

using namespace trocar;
using namespace trocar::igtl;

namespace {

constexpr WallClock wall{Timestamp(), 1'700'000'000'000'000'000};

template <class Append>
Message message_of(Append append) {
  Buffer out;
  append(out);
  const auto all = decode_all(out);
  REQUIRE(all.size() == 1);
  return all[0];
}

}  // namespace

TEST_CASE("H13: what the input gate found is said in a line each, and that it found nothing") {
  StreamScene scene = scene_for_test();
  const auto text = [&](std::vector<std::string> warnings) {
    scene.warnings = std::move(warnings);
    const SceneMessages messages(scene, wall);
    return std::get<StringBody>(decode_all(*messages.welcome(1)[0])[0].body).text;
  };
  CHECK(text({}) == "none");
  CHECK(text({"issue=slice_spacing_large text=2.01 mm", "issue=gantry_tilt text=3\ndeg"}) ==
        "issue=slice_spacing_large text=2.01 mm\nissue=gantry_tilt text=3?deg");
}

TEST_CASE("H8: a structure's surface is sent in RAS with its triangles wound as they were") {
  const StreamScene scene = scene_for_test();
  const SceneMessages messages(scene, wall);
  const Message m = decode_all(*messages.structure("Dura", 2))[0];
  const auto& body = std::get<PolyDataBody>(m.body);
  CHECK(body.points[1] == std::array<float, 3>{-1, 0, 0});
  CHECK(body.polygons.words == std::vector<std::uint32_t>{3, 0, 1, 2});
  CHECK(*m.find("Vertebra") == "L3");
  CHECK(messages.structure("Cord", 2) == nullptr);
}

TEST_CASE("a structure without a surface is left out, the others keep their names") {
  StreamScene scene = scene_for_test();
  scene.surfaces[0] = nullptr;
  const SceneMessages messages(scene, wall);
  CHECK(messages.welcome(1).size() == 2);
  CHECK(messages.structure("Tumour", 1) == nullptr);
  CHECK(decode_all(*messages.structure("Dura", 1))[0].header.device == "Dura");
}

TEST_CASE("H8: points are sent in RAS, list by list") {
  const StreamScene scene = scene_for_test();
  const SceneMessages messages(scene, wall);
  CHECK(messages.point_lists() == std::vector<std::string>{"Fiducials", "Targets"});
  const Message m = message_of([&](Buffer& out) { messages.append_points(out, "Fiducials", 2); });
  CHECK(m.header.device == "Fiducials");
  const auto& elements = std::get<PointBody>(m.body).elements;
  REQUIRE(elements.size() == 2);
  CHECK(elements[0].name == "F1");
  CHECK(elements[0].position == std::array<float, 3>{-1, -2, 3});
}

TEST_CASE("H8: a volume's axes, steps and centre are those of its voxels, in RAS") {
  const StreamScene scene = scene_for_test();
  const ImageHeader h = image_header(scene.volumes[0]);
  CHECK(h.size == std::array<std::uint16_t, 3>{3, 2, 2});
  // i runs 0.5 mm to the patient's left, j 1 mm back, k 2 mm up, from LPS (10, 20, 30).
  CHECK(h.columns == Columns{-0.5F, 0, 0, 0, -1, 0, 0, 0, 2, -10.5F, -20.5F, 31});
  CHECK(h.coordinates == 1);
}

TEST_CASE("a volume is encoded for both header versions, voxel for voxel") {
  const StreamScene scene = scene_for_test();
  const auto made = encode_volume(scene.volumes[0], wall);
  REQUIRE(made);
  for (const std::uint16_t version : {std::uint16_t{1}, std::uint16_t{2}}) {
    const Message m = decode_all(*made.value()[version - 1U])[0];
    CHECK(m.header.version == version);
    CHECK(m.header.device == "CT");
    CHECK(std::get<ImageBody>(m.body).pixels == scene.volumes[0].load().value());
  }
}

TEST_CASE("a volume that cannot be had or does not fit is an error") {
  SceneVolume v = scene_for_test().volumes[0];
  v.load = [] { return Result<std::vector<std::byte>>(Error{Code::io, "the disk is gone"}); };
  CHECK(encode_volume(v, wall).error().detail == "the disk is gone");
  v.load = [] { return Result<std::vector<std::byte>>(std::vector<std::byte>(7)); };
  CHECK(encode_volume(v, wall).error().code == Code::inconsistent);
  v.size[1] = 65'536;
  CHECK(encode_volume(v, wall).error().code == Code::out_of_range);
}

TEST_CASE("what volumes and labels there are is told without the patient's name") {
  const StreamScene scene = scene_for_test();
  const SceneMessages messages(scene, wall);
  const Message images = message_of([&](Buffer& out) { messages.append_image_meta(out, 2); });
  const auto& listed = std::get<ImageMetaBody>(images.body).elements;
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].device == "CT");
  CHECK(listed[0].size == std::array<std::uint16_t, 3>{3, 2, 2});
  CHECK(listed[0].patient_name.empty());
  const Message labels = message_of([&](Buffer& out) { messages.append_label_meta(out, 2); });
  const auto& vertebrae = std::get<LabelMetaBody>(labels.body).elements;
  REQUIRE(vertebrae.size() == 1);
  CHECK(vertebrae[0].name == "L3");
  CHECK(vertebrae[0].label == 22);
  CHECK(vertebrae[0].device == "Labels");
}

TEST_CASE("every type that the capability names is at most twelve bytes, and none is named twice") {
  const StreamScene scene = scene_for_test();
  const SceneMessages messages(scene, wall);
  const Message m = message_of([&](Buffer& out) { messages.append_capability(out, 2); });
  auto types = std::get<CapabilityBody>(m.body).types;
  CHECK(types.size() > 20);
  for (const auto& t : types) CHECK_FALSE(t.empty());
  std::sort(types.begin(), types.end());
  CHECK(std::adjacent_find(types.begin(), types.end()) == types.end());
}
