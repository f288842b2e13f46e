#include "engine/base/result.hpp"

#include <catch2/catch.hpp>
#include <memory>

using namespace trocar;

namespace {
Result<int> half(int n) {
  if (n % 2 != 0)
    return Error{Code::out_of_range, "expected an even number, found " + std::to_string(n)};
  return n / 2;
}
}  // namespace

TEST_CASE("a result holds either the value or the reason there is none") {
  REQUIRE(half(8));
  CHECK(half(8).value() == 4);
  const auto refused = half(3);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::out_of_range);
  CHECK(refused.error().detail == "expected an even number, found 3");
}

TEST_CASE("a result gives up a value that can only be moved") {
  Result<std::unique_ptr<int>> made(std::make_unique<int>(5));
  REQUIRE(made);
  const std::unique_ptr<int> taken = std::move(made).value();
  CHECK(*taken == 5);
}

TEST_CASE("a status says done or why not") {
  CHECK(Status(Done{}));
  CHECK_FALSE(Status(Error{Code::io, "disk full"}));
}
