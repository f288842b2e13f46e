#include "drivers/dicom_port_config.hpp"

#include <catch2/catch.hpp>

using namespace trocar;

namespace {

bool admitted(const std::vector<DicomPeer>& peers, const char* title, const char* address) {
  return admits(peers, title, IpAddress::parse(address).value());
}

}  // namespace

TEST_CASE("without peers any title may send, from this host alone") {
  CHECK(admitted({}, "ANY", "127.0.0.1"));
  CHECK(admitted({}, "ANY", "::1"));
  CHECK_FALSE(admitted({}, "ANY", "10.1.2.3"));
}

TEST_CASE("a peer is a title and an address, both") {
  const std::vector<DicomPeer> peers{{"SCANNER", IpRange::parse("10.1.0.0/16").value()}};
  CHECK(admitted(peers, "SCANNER", "10.1.2.3"));
  CHECK_FALSE(admitted(peers, "SCANNER", "10.2.2.3"));
  CHECK_FALSE(admitted(peers, "scanner", "10.1.2.3"));
  CHECK_FALSE(admitted(peers, "SCANNER", "127.0.0.1"));
}

TEST_CASE("a peer without a title is any sender of its addresses") {
  const std::vector<DicomPeer> peers{{"", IpRange::parse("10.1.0.0/16").value()}};
  CHECK(admitted(peers, "ANY", "10.1.2.3"));
  CHECK_FALSE(admitted(peers, "ANY", "10.2.2.3"));
}
