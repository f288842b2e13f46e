#include "engine/data/tracker_frame.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace trocar;

TEST_CASE("every reason for a missing pose has a word of its own") {
  std::set<std::string_view> words;
  const int last = static_cast<int>(Missing::not_finite);
  for (int i = 0; i <= last; ++i) words.insert(to_string(static_cast<Missing>(i)));
  CHECK(words.size() == static_cast<std::size_t>(last) + 1);
  CHECK_FALSE(words.contains("?"));
}

TEST_CASE("a body without a pose says so, and is not a pose at the origin") {
  const Body body;
  CHECK(std::holds_alternative<Missing>(body.pose));
}
