#include "drivers/dicom_request.hpp"

#include <catch2/catch.hpp>

#include "dicom_rig.hpp"
#include "tests/loopback.hpp"

using namespace trocar;
using namespace trocar::test;
using namespace std::chrono_literals;

namespace {

// What is made of a sender that says these bytes, and then goes or stays.
std::optional<DicomRefusal> made_of(const std::string& bytes, bool goes = false) {
  const LoopbackListener here;
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in at = LoopbackListener::address(here.port());
  REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  Peer sender(fd);
  const Peer receiver = here.accept();
  if (!bytes.empty()) sender.say(bytes);
  if (goes) sender.close();
  const auto why = await_association_request(receiver.fd(), 100ms);
  // Nothing of a whole request is taken: DCMTK reads it from the beginning.
  if (!why) CHECK(receiver.hear(bytes.size()) == bytes);
  return why;
}

}  // namespace

TEST_CASE("a whole request is waited for and left where it is") {
  CHECK_FALSE(made_of(association_request()));
  CHECK_FALSE(made_of(association_request() + "and more"));
}

TEST_CASE("what does not begin as a request is no DICOM, after one byte") {
  CHECK(made_of("G") == DicomRefusal::not_dicom);
  CHECK(made_of(std::string(1, '\0')) == DicomRefusal::not_dicom);
  CHECK(made_of("\x02") == DicomRefusal::not_dicom);  // an answer
}

TEST_CASE("a request that says it is huge is none") {
  CHECK(made_of(std::string("\1\0\x7F\xFF\xFF\xFF", 6)) == DicomRefusal::not_dicom);
  CHECK(made_of(std::string("\1\0\xFF\xFF\xFF\xFF", 6)) == DicomRefusal::not_dicom);
}

TEST_CASE("a request that is not whole in time is too slow, wherever it stops") {
  const std::string whole = association_request();
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{5}, std::size_t{6},
                                 std::size_t{70}, whole.size() - 1}) {
    INFO(size);
    CHECK(made_of(whole.substr(0, size)) == DicomRefusal::request_too_slow);
  }
}

TEST_CASE("a sender that goes before its request is whole has broken off") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{50}}) {
    INFO(size);
    CHECK(made_of(association_request().substr(0, size), true) == DicomRefusal::aborted);
  }
}
