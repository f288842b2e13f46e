#include "tools/trocar/igtl_inspect.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "engine/igtl/message_encoder.hpp"

using namespace trocar;
using namespace trocar::igtl;

namespace {

struct Inspected {
  std::vector<nlohmann::json> lines;
  IgtlInspection result;
};

Inspected inspect(const Buffer& bytes, bool full = false) {
  Inspected out;
  out.result = inspect_igtl(bytes, "f.bin", full, [&](const std::string& line) {
    out.lines.push_back(nlohmann::json::parse(line));
  });
  return out;
}

constexpr std::array<float, 12> identity = {1, 0, 0, 0, 1, 0, 0, 0, 1, 5, 6, 7};

}  // namespace

TEST_CASE("each message of a stream is a line with its place, its fields and its verdict") {
  Buffer bytes;
  const std::array<MetadatumView, 1> metadata = {{{"TransformStatus", "OK"}}};
  append_transform(bytes, {2, "NeedleToRas", 3ULL << 31U, 9, metadata}, identity);
  append_string(bytes, {1, "Note"}, "hello");
  append_query(bytes, {1, "x"}, "VIDEOMETA");
  const Inspected i = inspect(bytes);
  REQUIRE(i.lines.size() == 3);
  CHECK(i.result.refused == 0);
  CHECK(i.lines[0]["type"] == "TRANSFORM");
  CHECK(i.lines[0]["timestamp_s"] == 1.5);
  CHECK(i.lines[0]["id"] == 9);
  CHECK(i.lines[0]["metadata"]["TransformStatus"] == "OK");
  CHECK(i.lines[0]["columns"][9] == 5.0);
  CHECK(i.lines[0]["verdict"] == "ok");
  CHECK(i.lines[1]["text"] == "hello");
  CHECK(i.lines[1]["timestamp_s"] == nullptr);
  CHECK(i.lines[1]["offset"] == i.lines[0]["body_bytes"].get<int>() + 58);
  CHECK(i.lines[2]["spoken"] == false);
}

TEST_CASE("a refused message does not end the walk, what is no message does") {
  Buffer bytes;
  append_string(bytes, {1, "Damaged"}, "hello");
  bytes.back() ^= std::byte{1};
  append_string(bytes, {1, "Sound"}, "hello");
  const Buffer garbage(100, std::byte{'G'});
  bytes.insert(bytes.end(), garbage.begin(), garbage.end());
  const Inspected i = inspect(bytes);
  REQUIRE(i.lines.size() == 3);
  CHECK(i.lines[0]["verdict"] == "STRING of 'Damaged': body is damaged");
  CHECK(i.lines[1]["verdict"] == "ok");
  CHECK(i.lines[2]["bytes_left"] == 100);
  CHECK(i.result.refused == 2);
}

TEST_CASE(
    "a file that ends within a message says how much is missing, whatever the header claims") {
  Buffer bytes;
  append_query(bytes, {1, "Evil"}, "IMAGE");
  store_be(bytes.data() + 42, ~std::uint64_t{0});
  CHECK(inspect(bytes).lines[0]["verdict"] ==
        "expected a body of 18446744073709551615 bytes, found 0");
  bytes.resize(20);
  CHECK(inspect(bytes).lines[0]["verdict"] == "expected a header of 58 bytes, found 20");
  CHECK(inspect({}).result.refused == 1);
}

TEST_CASE(
    "poses that navigation would not use are refused, and shown without numbers that are none") {
  const auto verdict = [](std::size_t element, float value) {
    auto columns = identity;
    columns[element] = value;
    Buffer bytes;
    append_transform(bytes, {1, "T"}, columns);
    return inspect(bytes).lines[0];
  };
  CHECK(verdict(0, -1)["verdict"] == "the matrix is mirrored");
  CHECK(verdict(0, 2)["verdict"] == "the matrix is no rotation to 1e-3");
  const auto nan = verdict(9, std::numeric_limits<float>::quiet_NaN());
  CHECK(nan["verdict"] == "the matrix is not finite");
  CHECK(nan["columns"][9] == nullptr);
}

TEST_CASE("pixels and points are counted, or shown when asked for") {
  Buffer bytes;
  ImageHeader header;
  header.size = header.part = {2, 1, 1};
  append_image(bytes, {1, "US"}, header, std::vector<std::byte>(4));
  CHECK(inspect(bytes).lines[0]["pixel_bytes"] == 4);
  CHECK(inspect(bytes, true).lines[0]["pixel_bytes"] == std::vector<int>{0, 0, 0, 0});
}

TEST_CASE("a quaternion that is not of length 1 is doubted, one that is zero is refused") {
  const auto line = [](const std::array<float, 4>& quaternion) {
    Message m;
    m.header = {1, "POSITION", "P", 0, 0, 0};
    m.body = PositionBody{{1, 2, 3}, quaternion, 7};
    Buffer bytes;
    append_message(bytes, m);
    return inspect(bytes).lines[0];
  };
  CHECK(line({0, 0.6F, 0.577F, 0.6F})["verdict"] == "ok");
  CHECK(line({0, 0.6F, 0.577F, 0.6F})["doubt"] == "the quaternion is not of length 1");
  CHECK_FALSE(line({0, 0, 0, 1}).contains("doubt"));
  CHECK(line({0, 0, 0, 0})["verdict"] == "the quaternion is zero");
}
