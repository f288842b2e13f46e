#include "tools/trocar/level_names.hpp"

#include <catch2/catch.hpp>

using namespace trocar;

TEST_CASE("levels go by TotalSegmentator's numbers, both ways") {
  CHECK(label_named("L1") == 31);
  CHECK(label_named("L5") == 27);
  CHECK(label_named("T12") == 32);
  CHECK(label_named("T1") == 43);
  CHECK(label_named("C7") == 44);
  CHECK(label_named("C1") == 50);
  for (int label = 27; label <= 50; ++label) CHECK(label_named(name_of_label(label)) == label);
}

TEST_CASE("a number is a label, and one without a name stays a number") {
  CHECK(label_named("31") == 31);
  CHECK(label_named("200") == 200);
  CHECK(name_of_label(200) == "200");
  CHECK(name_of_label(26) == "26");
}

TEST_CASE("anything else is no level") {
  for (const char* text :
       {"", "L", "L0", "L6", "T13", "l1", "L1 ", "1L", "-3", "0", "70000", "X2"}) {
    INFO(text);
    CHECK_FALSE(label_named(text));
  }
}
