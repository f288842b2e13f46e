#include "engine/igtl/image_messages.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>

#include "engine/igtl/message_encoder.hpp"
#include "tests/engine/igtl/messages_for_test.hpp"

using namespace trocar;
using namespace trocar::igtl;

namespace {

// 2 x 1 pixels of 16 bits, 0.5 mm apart along R, 1 mm rows along A.
ImageBody body_for_test() {
  ImageBody b;
  b.header.scalar = Scalar::uint16;
  b.header.size = b.header.part = {2, 1, 1};
  b.header.columns = {0.5F, 0, 0, 0, 1, 0, 0, 0, 2, 10, 20, 30};
  b.pixels = {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
  return b;
}

std::string refusal(ImageBody b) {
  const auto frame = image_frame_of(std::move(b), "US");
  return frame ? "accepted" : frame.error().detail;
}

}  // namespace

TEST_CASE("an image goes out and comes in the same") {
  const auto frame = image_frame_of(body_for_test(), "US");
  REQUIRE(frame);
  Buffer out;
  append_image_frame(out, frame.value(), 5, 2);
  const Message m = decode_all(out)[0];
  CHECK(m.header.device == "US");
  CHECK(m.header.timestamp == 5);
  const auto& back = std::get<ImageBody>(m.body);
  CHECK(back.header.columns == body_for_test().header.columns);
  CHECK(back.header.scalar == Scalar::uint16);
  CHECK(back.pixels == body_for_test().pixels);
}

TEST_CASE("pixels of a big-endian sender are turned round, each on its own") {
  ImageBody b = body_for_test();
  b.header.endian = 1;
  const auto frame = image_frame_of(std::move(b), "US");
  CHECK(*frame.value().pixels ==
        std::vector<std::byte>{std::byte{2}, std::byte{1}, std::byte{4}, std::byte{3}});
}

TEST_CASE("an image of each scalar type, byte order and number of components keeps its values") {
  for (const Scalar scalar : {Scalar::int8, Scalar::uint8, Scalar::int16, Scalar::uint16,
                              Scalar::int32, Scalar::uint32, Scalar::float32, Scalar::float64}) {
    for (const std::uint8_t components : {std::uint8_t{1}, std::uint8_t{3}}) {
      ImageBody little = body_for_test();
      little.header.scalar = scalar;
      little.header.components = components;
      little.pixels.resize(little.header.pixel_bytes());
      for (std::size_t i = 0; i < little.pixels.size(); ++i) little.pixels[i] = std::byte(i + 1);
      ImageBody big = little;
      big.header.endian = 1;
      const auto each = static_cast<std::ptrdiff_t>(bytes_of(scalar));
      for (auto at = big.pixels.begin(); at != big.pixels.end(); at += each) {
        std::reverse(at, at + each);
      }
      for (ImageBody said : {little, big}) {
        const auto frame = image_frame_of(std::move(said), "US");
        REQUIRE(frame);
        Buffer out;
        append_image_frame(out, frame.value(), 0, 1);
        const Message m = decode_all(out)[0];
        const auto& back = std::get<ImageBody>(m.body);
        CHECK(back.header.scalar == scalar);
        CHECK(back.header.components == components);
        CHECK(back.header.endian == 2);
        CHECK(back.pixels == little.pixels);
      }
    }
  }
}

TEST_CASE("H8: an image that says LPS is turned to RAS, axes and centre alike") {
  ImageBody b = body_for_test();
  b.header.coordinates = 2;
  const auto frame = image_frame_of(std::move(b), "US");
  REQUIRE(frame);
  CHECK(frame.value().centre_mm == Eigen::Vector3d(-10, -20, 30));
  CHECK(frame.value().steps_mm.col(0) == Eigen::Vector3d(-0.5, 0, 0));
  CHECK(frame.value().steps_mm.col(2) == Eigen::Vector3d(0, 0, 2));
}

TEST_CASE("an image whose axes can be none is refused for what they are") {
  ImageBody skewed = body_for_test();
  skewed.header.columns[3] = 0.5F;
  CHECK(refusal(skewed) ==
        "IMAGE of 'US': expected the axes of an image, found axes that are not at right angles");
  ImageBody flat = body_for_test();
  flat.header.columns[0] = 0;
  CHECK(refusal(flat).find("an axis of no length") != std::string::npos);
  ImageBody nan = body_for_test();
  nan.header.columns[9] = std::numeric_limits<float>::quiet_NaN();
  CHECK(refusal(nan).find("not finite") != std::string::npos);
  ImageBody part = body_for_test();
  part.header.size = {4, 1, 1};
  CHECK(refusal(part).find("a whole image, found a part") != std::string::npos);
}
