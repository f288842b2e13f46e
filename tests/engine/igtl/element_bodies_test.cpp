#include "tests/engine/igtl/bodies_for_test.hpp"

using namespace trocar::igtl;

namespace {

// A text that fills its field of `size` bytes: no zero ends it.
std::string full(std::size_t size, char c) { return std::string(size, c); }

Bytes point(std::string_view name, std::string_view group, std::string_view owner) {
  Bytes b;
  b.text(name, 64).text(group, 32);
  b << u8{1} << u8{2} << u8{3} << u8{4};
  return b.rising(5, 4).text(owner, 20);
}
Bytes trajectory(std::string_view name, std::string_view group, std::string_view owner) {
  Bytes b;
  b.text(name, 64).text(group, 32);
  b << u8{3} << u8{9} << u8{1} << u8{2} << u8{3} << u8{4};
  return b.rising(5, 7).text(owner, 20);
}
Bytes image_meta(const std::array<std::string, 5>& texts) {
  Bytes b;
  b.text(texts[0], 64).text(texts[1], 20).text(texts[2], 32).text(texts[3], 64).text(texts[4], 64);
  return b << u64{0x0000000180000000} << u16{512} << u16{256} << u16{0xFFFF} << u8{4} << u8{7};
}
Bytes label_meta(std::string_view name, std::string_view device, std::string_view owner) {
  Bytes b;
  b.text(name, 64).text(device, 20);
  b << u8{200} << u8{7} << u8{1} << u8{2} << u8{3} << u8{4} << u16{512} << u16{256} << u16{99};
  return b.text(owner, 20);
}

// Two elements are taken, one is, none is; a part of one is not.
template <class B>
void check_only_whole_elements(const Bytes& one, std::size_t bytes) {
  REQUIRE(one.all.size() == bytes);
  Bytes two = one;
  ByteWriter(two.all).bytes(one.all);
  CHECK(written(read_whole<B>(two)) == two.all);
  for (std::size_t size = 0; size <= two.all.size(); ++size) {
    const Buffer cut(two.all.begin(), two.all.begin() + static_cast<long>(size));
    CHECK(refuses<B>(Bytes{cut}) == (size % bytes != 0));
  }
  CHECK(refusal_of<B>(Bytes() << u8{0}) ==
        "expected elements of " + std::to_string(bytes) + " bytes, found 1");
}

}  // namespace

TEST_CASE("each POINT has name, group, colour, place, radius and owner") {
  const auto p = read_whole<PointBody>(point("Tip", "Screws", "CT"));
  REQUIRE(p.elements.size() == 1);
  CHECK(p.elements[0].name == "Tip");
  CHECK(p.elements[0].group == "Screws");
  CHECK(p.elements[0].rgba == Rgba{1, 2, 3, 4});
  CHECK(p.elements[0].position == std::array<float, 3>{5, 6, 7});
  CHECK(p.elements[0].radius == 8.F);
  CHECK(p.elements[0].owner == "CT");
  check_only_whole_elements<PointBody>(point("Tip", "Screws", "CT"), 136);
}

TEST_CASE("the texts of a POINT may fill their fields, and are sent with a zero at their end") {
  const auto p = read_whole<PointBody>(point(full(64, 'n'), full(32, 'g'), full(20, 'o')));
  CHECK(p.elements[0].name == full(64, 'n'));
  CHECK(p.elements[0].group == full(32, 'g'));
  CHECK(p.elements[0].rgba == Rgba{1, 2, 3, 4});
  CHECK(p.elements[0].owner == full(20, 'o'));
  const auto back = read_whole<PointBody>(Bytes{written(p)});
  CHECK(back.elements[0].name == full(63, 'n'));
  CHECK(back.elements[0].group == full(31, 'g'));
  CHECK(back.elements[0].owner == full(19, 'o'));
}

TEST_CASE("each TRAJ has name, group, kind, colour, entry, target, radius and owner") {
  const auto t = read_whole<TrajectoryBody>(trajectory("L4", "Screws", "CT"));
  REQUIRE(t.elements.size() == 1);
  CHECK(t.elements[0].name == "L4");
  CHECK(t.elements[0].group == "Screws");
  CHECK(t.elements[0].kind == 3);
  CHECK(t.elements[0].reserved == 9);
  CHECK(t.elements[0].rgba == Rgba{1, 2, 3, 4});
  CHECK(t.elements[0].entry == std::array<float, 3>{5, 6, 7});
  CHECK(t.elements[0].target == std::array<float, 3>{8, 9, 10});
  CHECK(t.elements[0].radius == 11.F);
  CHECK(t.elements[0].owner == "CT");
  check_only_whole_elements<TrajectoryBody>(trajectory("L4", "Screws", "CT"), 150);
  const auto filled =
      read_whole<TrajectoryBody>(trajectory(full(64, 'n'), full(32, 'g'), full(20, 'o')));
  CHECK(filled.elements[0].name == full(64, 'n'));
  CHECK(filled.elements[0].group == full(32, 'g'));
  CHECK(filled.elements[0].kind == 3);
  CHECK(filled.elements[0].owner == full(20, 'o'));
}

TEST_CASE("each IMGMETA says what an image is and whose") {
  const Bytes one = image_meta({"Spine", "CT1", "CT", "Doe^J", "42"});
  const auto m = read_whole<ImageMetaBody>(one);
  REQUIRE(m.elements.size() == 1);
  CHECK(m.elements[0].name == "Spine");
  CHECK(m.elements[0].device == "CT1");
  CHECK(m.elements[0].modality == "CT");
  CHECK(m.elements[0].patient_name == "Doe^J");
  CHECK(m.elements[0].patient_id == "42");
  CHECK(m.elements[0].timestamp == 0x0000000180000000);
  CHECK(m.elements[0].size == std::array<u16, 3>{512, 256, 0xFFFF});
  CHECK(m.elements[0].scalar == 4);
  CHECK(m.elements[0].reserved == 7);
  check_only_whole_elements<ImageMetaBody>(one, 260);
  const auto filled = read_whole<ImageMetaBody>(
      image_meta({full(64, 'n'), full(20, 'd'), full(32, 'm'), full(64, 'p'), full(64, 'i')}));
  CHECK(filled.elements[0].device == full(20, 'd'));
  CHECK(filled.elements[0].modality == full(32, 'm'));
  CHECK(filled.elements[0].patient_id == full(64, 'i'));
  CHECK(filled.elements[0].timestamp == 0x0000000180000000);
}

TEST_CASE("each LBMETA says which label is what, of which image") {
  const Bytes one = label_meta("Dura", "CT1-seg", "CT1");
  const auto m = read_whole<LabelMetaBody>(one);
  REQUIRE(m.elements.size() == 1);
  CHECK(m.elements[0].name == "Dura");
  CHECK(m.elements[0].device == "CT1-seg");
  CHECK(m.elements[0].label == 200);
  CHECK(m.elements[0].reserved == 7);
  CHECK(m.elements[0].rgba == Rgba{1, 2, 3, 4});
  CHECK(m.elements[0].size == std::array<u16, 3>{512, 256, 99});
  CHECK(m.elements[0].owner == "CT1");
  check_only_whole_elements<LabelMetaBody>(one, 116);
  const auto filled =
      read_whole<LabelMetaBody>(label_meta(full(64, 'n'), full(20, 'd'), full(20, 'o')));
  CHECK(filled.elements[0].name == full(64, 'n'));
  CHECK(filled.elements[0].device == full(20, 'd'));
  CHECK(filled.elements[0].label == 200);
  CHECK(filled.elements[0].owner == full(20, 'o'));
}

TEST_CASE("a CAPABILITY is a row of types; one of twelve letters fills its field") {
  Bytes b;
  b.text("TRANSFORM", 12).text("GET_POLYDATA");
  const auto c = read_whole<CapabilityBody>(b);
  CHECK(c.types == std::vector<std::string>{"TRANSFORM", "GET_POLYDATA"});
  CHECK(read_whole<CapabilityBody>({}).types.empty());
  Bytes one;
  check_only_whole_elements<CapabilityBody>(one.text("GET_POLYDATA"), 12);
}
