#include "engine/igtl/ip_address.hpp"

#include <catch2/catch.hpp>

using namespace trocar;

namespace {

IpAddress at(const std::string& text) { return IpAddress::parse(text).value(); }
bool in(const std::string& range, const std::string& address) {
  return IpRange::parse(range).value().holds(at(address));
}

}  // namespace

TEST_CASE("an address is the same whichever way it came in") {
  CHECK(at("10.1.2.3") == at("::ffff:10.1.2.3"));
  CHECK(at("::ffff:10.1.2.3").text() == "10.1.2.3");
  CHECK(at("fd00::1").text() == "fd00::1");
  CHECK(at("127.9.9.9").is_loopback());
  CHECK(at("::1").is_loopback());
  CHECK_FALSE(at("::2").is_loopback());
  CHECK_FALSE(at("0.0.0.0").is_loopback());
}

TEST_CASE("what is no address is refused") {
  for (const char* text :
       {"", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "fe80::1%eth0", "::g"})
    CHECK_FALSE(IpAddress::parse(text));
}

TEST_CASE("a range holds the addresses that share its first bits, and no others") {
  CHECK(in("10.1.0.0/16", "10.1.255.255"));
  CHECK_FALSE(in("10.1.0.0/16", "10.2.0.0"));
  CHECK(in("10.1.2.128/25", "10.1.2.200"));
  CHECK_FALSE(in("10.1.2.128/25", "10.1.2.127"));
  CHECK(in("192.168.1.7", "192.168.1.7"));
  CHECK_FALSE(in("192.168.1.7", "192.168.1.8"));
  CHECK(in("0.0.0.0/0", "8.8.8.8"));
  CHECK_FALSE(in("0.0.0.0/0", "fd00::1"));
  CHECK(in("::/0", "8.8.8.8"));
  CHECK(in("fd00::/8", "fdff::1"));
  CHECK_FALSE(in("fd00::/8", "fe00::1"));
}

TEST_CASE("a range that is none, or says more than its prefix, is refused") {
  for (const char* text :
       {"10.1.0.0/33", "10.1.0.0/", "10.1.0.0/-1", "10.1.0.0/8x", "fd00::/129", "/8"})
    CHECK_FALSE(IpRange::parse(text));
  CHECK(IpRange::parse("10.1.2.3/16").error().detail ==
        "expected zeros behind the prefix (10.1.0.0/16), found '10.1.2.3/16'");
}
