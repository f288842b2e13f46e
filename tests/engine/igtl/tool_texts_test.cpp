#include "engine/igtl/tool_texts.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <sstream>

#include "tests/engine/igtl/guidance_for_test.hpp"

using namespace trocar;

namespace {

using Texts = std::map<std::string, std::string>;

ToolTexts needle_texts() { return {"Needle", names_for_test().structures}; }

// The words of the line, each "key=value".
Texts words_of(const ToolTexts& texts) {
  Texts out;
  std::istringstream line{std::string(texts.line())};
  for (std::string word; line >> word;) {
    const auto equals = word.find('=');
    REQUIRE(equals != std::string::npos);
    CHECK(out.emplace(word.substr(0, equals), word.substr(equals + 1)).second);  // once each
  }
  return out;
}
Texts metadata_of(const ToolTexts& texts) {
  Texts out;
  for (const auto& m : texts.metadata()) {
    CHECK(out.emplace(std::string(m.key), std::string(m.value)).second);
  }
  return out;
}

}  // namespace

TEST_CASE("line and metadata say the same numbers of one snapshot") {
  ToolTexts texts = needle_texts();
  const Guidance g = guidance_for_test(41);
  texts.write(g.tools[0], g);
  Texts line = words_of(texts);
  Texts meta = metadata_of(texts);
  CHECK(line["sequence"] == "41");
  CHECK(line["sequence"] == meta["Sequence"]);
  CHECK(line["acquired_s"] == meta["AcquisitionTimeS"]);
  CHECK(line["device_frame"] == meta["DeviceFrame"]);
  CHECK(line["age_ms"] == meta["AgeMs"]);
  CHECK(line["epoch"] == meta["Epoch"]);
  CHECK(line["status"] == meta["TransformStatus"]);
  CHECK(line["tip_bound_95_mm"] == meta["TipBoundMm"]);
  CHECK(line["Tumour.tip_mm"] == meta["Tumour.DistanceMm"]);
  CHECK(line["Tumour.tip_bound_95_mm"] == meta["Tumour.BoundMm"]);
  CHECK(line["Tumour.zone"] == meta["Tumour.Zone"]);
  CHECK(line["Dura.withheld"] == meta["Dura.Withheld"]);
}

TEST_CASE("every length has mm, every angle deg, every time ms or s in its key") {
  ToolTexts texts = needle_texts();
  Guidance g = guidance_for_test();
  g.tools[0].trajectory = TrajectoryError{0.5, 1.25, 0.5235987755982988, 30};
  texts.write(g.tools[0], g);
  for (const auto& [key, value] : words_of(texts)) {
    if (value.find('.') == std::string::npos) continue;  // no measured number
    INFO(key);
    CHECK((key.ends_with("_mm") || key.ends_with("_deg") || key.ends_with("_ms") ||
           key.ends_with("_s")));
  }
  CHECK(words_of(texts)["trajectory.angle_deg"] == "30.00");
  CHECK(words_of(texts)["trajectory.depth_to_target_mm"] == "30.00");
}

TEST_CASE("a number that is withheld leaves no key in the line and none of the last value behind") {
  ToolTexts texts = needle_texts();
  Guidance g = guidance_for_test();
  texts.write(g.tools[0], g);
  REQUIRE(words_of(texts).contains("Tumour.tip_mm"));
  g.tools[0].pose = Withheld::too_old;
  g.tools[0].structures[0].distance = Withheld::too_old;
  texts.write(g.tools[0], g);
  const Texts line = words_of(texts);
  CHECK_FALSE(line.contains("Tumour.tip_mm"));
  CHECK_FALSE(line.contains("tip_bound_95_mm"));
  CHECK(line.at("withheld") == "too_old");
  CHECK(line.at("Tumour.withheld") == "too_old");
  const Texts meta = metadata_of(texts);
  CHECK(meta.at("Tumour.DistanceMm") == "none");
  CHECK(meta.at("Tumour.Zone") == "none");
  CHECK(meta.at("TipBoundMm") == "none");
}

TEST_CASE("and when it is there again its reason is gone") {
  ToolTexts texts = needle_texts();
  Guidance g = guidance_for_test();
  Guidance lost = g;
  lost.tools[0].pose = Withheld::link_lost;
  lost.tools[0].structures[0].distance = Withheld::link_lost;
  texts.write(lost.tools[0], lost);
  texts.write(g.tools[0], g);
  CHECK_FALSE(words_of(texts).contains("withheld"));
  CHECK_FALSE(words_of(texts).contains("Tumour.withheld"));
  CHECK(metadata_of(texts).at("Withheld") == "none");
  CHECK(metadata_of(texts).at("Tumour.Withheld") == "none");
}

TEST_CASE("a structure is found by its id, whatever order the guidance lists it in") {
  ToolTexts texts = needle_texts();
  Guidance g = guidance_for_test();
  auto& structures = g.tools[0].structures;
  std::swap(structures[0], structures[1]);
  texts.write(g.tools[0], g);
  CHECK(words_of(texts).at("Tumour.tip_mm") == "9.95");
  CHECK(words_of(texts).at("Dura.withheld") == "bound_too_large");
}

TEST_CASE("a structure that the guidance does not mention has no data") {
  ToolTexts texts = needle_texts();
  Guidance g = guidance_for_test();
  g.tools[0].structures.clear();
  texts.write(g.tools[0], g);
  CHECK(words_of(texts).at("Tumour.withheld") == "no_data");
  CHECK(metadata_of(texts).at("Dura.Withheld") == "no_data");
}

TEST_CASE("the device's reason is said only of a tool that is not visible") {
  ToolTexts texts{"Probe", names_for_test().structures};
  const Guidance g = guidance_for_test();
  texts.write(g.tools[1], g);
  CHECK(words_of(texts).at("missing") == "too_few_markers");
  Guidance lost = g;
  lost.tools[1].pose = Withheld::link_lost;
  texts.write(lost.tools[1], lost);
  CHECK_FALSE(words_of(texts).contains("missing"));
}

TEST_CASE("a plan without a trajectory is silent about it, a withheld one says why") {
  ToolTexts texts = needle_texts();
  Guidance g = guidance_for_test();
  texts.write(g.tools[0], g);
  CHECK(texts.line().find("trajectory") == std::string_view::npos);
  g.tools[0].trajectory = Withheld::not_registered;
  texts.write(g.tools[0], g);
  CHECK(words_of(texts).at("trajectory.withheld") == "not_registered");
}
