#include "engine/igtl/stream_names.hpp"

#include <catch2/catch.hpp>

using namespace trocar;

namespace {

std::string refusal(const std::vector<std::string>& tools,
                    const std::vector<StreamNames::StructureNames>& structures) {
  const auto names = StreamNames::check(tools, structures);
  return names ? "" : names.error().detail;
}

}  // namespace

TEST_CASE("names follow the convention <From>To<Reference>") {
  const auto names = StreamNames::check({"", "Needle"}, {{"Tumour", "L3"}});
  REQUIRE(names);
  CHECK(names.value().tools[0].tool.empty());
  CHECK(names.value().tools[1].transform == "NeedleToRas");
  CHECK(names.value().tools[1].distance == "NeedleDistance");
  CHECK(names.value().structures[0].vertebra == "L3");
}

TEST_CASE("a device name of 19 bytes is allowed, one of 20 is refused at start") {
  CHECK(refusal({"ElevenBytes"}, {}).empty());
  CHECK(refusal({"TwelveBytes_"}, {}).find("at most 19 bytes") != std::string::npos);
  CHECK(refusal({}, {{"NineteenBytesLong_1", "L3"}}).empty());
  CHECK_FALSE(refusal({}, {{"NineteenBytesLong_12", "L3"}}).empty());
}

TEST_CASE("two things with one name are refused, also across kinds") {
  CHECK(refusal({"Needle", "Needle"}, {}).find("used once") != std::string::npos);
  CHECK_FALSE(refusal({}, {{"Dura", "L3"}, {"Dura", "L4"}}).empty());
  CHECK_FALSE(refusal({"A"}, {{"AToRas", "L3"}}).empty());
  CHECK_FALSE(refusal({}, {{"Trocar", "L3"}}).empty());
  CHECK_FALSE(refusal({}, {{"TrocarState", "L3"}}).empty());
}

TEST_CASE("a name that would make a key with Index is refused, in any letter case") {
  CHECK(refusal({}, {{"Index", "L3"}}).find("phantom element") != std::string::npos);
  CHECK_FALSE(refusal({"INDEXer"}, {}).empty());
  CHECK_FALSE(refusal({}, {{"myindex", "L3"}}).empty());
}

TEST_CASE("characters that break a key=value line or a display are refused") {
  for (const std::string bad : {" ", "a b", "a=b", "a.b", "Tum\xC3\xB6r", "a\n", "a/b"}) {
    CHECK_FALSE(refusal({bad}, {}).empty());
    CHECK_FALSE(refusal({}, {{bad, "L3"}}).empty());
    CHECK_FALSE(refusal({}, {{"Tumour", bad}}).empty());
  }
  CHECK_FALSE(refusal({}, {{"", "L3"}}).empty());
}

TEST_CASE("more tools or structures than a guidance can hold are refused") {
  CHECK_FALSE(refusal(std::vector<std::string>(13), {}).empty());
  CHECK_FALSE(refusal({}, std::vector<StreamNames::StructureNames>(17, {"A", "B"})).empty());
}
