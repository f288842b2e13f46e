#include "engine/model/dicom_object_readers.hpp"

#include <catch2/catch.hpp>

using namespace trocar;
using namespace trocar::dicom_object;

namespace {

const std::vector<Listed> listed{{1, "GTV"}, {4, "Myelon"}, {7, "GTV"}};

std::string refusal(const ObjectItem& item, Code code) {
  const auto chosen = choose(listed, item, "ROI");
  REQUIRE_FALSE(chosen);
  CHECK(chosen.error().code == code);
  return chosen.error().detail;
}

}  // namespace

TEST_CASE("an item is chosen by number or by name") {
  CHECK(choose(listed, {7, ""}, "ROI").value() == 2);
  CHECK(choose(listed, {{}, "Myelon"}, "ROI").value() == 1);
}

TEST_CASE("a name twice is ambiguous, what is not there is answered with what is") {
  CHECK(refusal({{}, "GTV"}, Code::ambiguous) ==
        "expected one ROI \"GTV\", found two: name it by "
        "number");
  CHECK(refusal({2, ""}, Code::not_found) ==
        "expected ROI 2, found only 1 \"GTV\", 4 \"Myelon\", 7 \"GTV\"");
  CHECK_FALSE(choose({}, {2, ""}, "segment"));
}

TEST_CASE("a number twice cannot be chosen, and nobody is told to use the number") {
  const auto chosen = choose({{1, "GTV"}, {1, "PTV"}}, {1, ""}, "ROI");
  REQUIRE_FALSE(chosen);
  CHECK(chosen.error().detail ==
        "expected one ROI 1, found two of that number: the file is damaged");
}

TEST_CASE("numbers are read as DICOM writes them") {
  const auto n = numbers_in(" 1.5\\-2\\+3e1 \\0.25", "ContourData");
  REQUIRE(n);
  CHECK(n.value() == std::vector<double>{1.5, -2, 30, 0.25});
}

TEST_CASE("what is no finite number is refused, with its place") {
  for (const char* text :
       {"1\\nan\\3", "1\\inf\\3", "1\\\\3", "1\\2,5\\3", "1\\1e999\\3", "1\\x\\3"}) {
    const auto n = numbers_in(text, "ContourData");
    REQUIRE_FALSE(n);
    CHECK(n.error().detail.find("as number 2") != std::string::npos);
  }
  CHECK_FALSE(numbers_in("", "ContourData"));
}
