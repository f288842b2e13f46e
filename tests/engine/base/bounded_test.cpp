#include "engine/base/bounded.hpp"

#include <catch2/catch.hpp>

using namespace trocar;

TEST_CASE("a bounded list grows to its capacity and refuses one more") {
  Bounded<int, 2> list;
  CHECK(list.empty());
  CHECK(list.push_back(1));
  CHECK(list.push_back(2));
  CHECK_FALSE(list.push_back(3));
  CHECK(list.size() == 2);
  int sum = 0;
  for (const int n : list) sum += n;
  CHECK(sum == 3);
  list.clear();
  CHECK(list.empty());
}
