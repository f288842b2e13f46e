// Debian's libopenigtlink 1.11 and our codec, each way: what asks, what answers, and what binds
// messages together.
#include <igtlBindMessage.h>
#include <igtlCapabilityMessage.h>
#include <igtlColorTableMessage.h>
#include <igtlImageMessage.h>
#include <igtlImageMetaMessage.h>
#include <igtlLabelMetaMessage.h>
#include <igtlPointMessage.h>
#include <igtlPolyDataMessage.h>
#include <igtlQuaternionTrackingDataMessage.h>
#include <igtlStatusMessage.h>
#include <igtlStringMessage.h>
#include <igtlTrackingDataMessage.h>
#include <igtlTrajectoryMessage.h>
#include <igtlTransformMessage.h>

#include "engine/igtl/body_codec.hpp"
#include "tests/engine/igtl/interop_for_test.hpp"

using namespace trocar::igtl;

namespace {

template <class T>
void check_query(std::string_view type) {
  INFO(type);
  auto theirs = T::New();
  CHECK(std::holds_alternative<Other>(from_theirs(*theirs, type).body));
  to_theirs<T>(type, Other{});
}

template <class T>
void check_start(std::string_view type) {
  auto theirs = T::New();
  theirs->SetResolution(50);
  theirs->SetCoordinateName("Patient");
  const auto b = body_from<StartBody>(*theirs, type);
  CHECK(b.resolution_ms == 50);
  CHECK(b.frame == "Patient");
  auto back = to_theirs<T>(type, b);
  CHECK(back->GetResolution() == 50);
  CHECK(back->GetCoordinateName() == b.frame);
}

template <class T>
void check_reply(std::string_view type) {
  for (const std::uint8_t status : {T::STATUS_SUCCESS, T::STATUS_ERROR}) {
    auto theirs = T::New();
    theirs->SetStatus(status);
    const auto b = body_from<ReplyBody>(*theirs, type);
    CHECK(b.status == status);
    CHECK(to_theirs<T>(type, b)->GetStatus() == status);
  }
}

igtl::StringMessage::Pointer text(const std::string& device, const std::string& content) {
  auto m = igtl::StringMessage::New();
  m->SetDeviceName(device.c_str());
  m->SetString(content.c_str());
  m->Pack();
  return m;
}

}  // namespace

TEST_CASE("libopenigtlink and we agree on queries, which have no content") {
  check_query<igtl::GetTransformMessage>("GET_TRANS");
  check_query<igtl::GetStatusMessage>("GET_STATUS");
  check_query<igtl::GetImageMessage>("GET_IMAGE");
  check_query<igtl::GetImageMetaMessage>("GET_IMGMETA");
  check_query<igtl::GetLabelMetaMessage>("GET_LBMETA");
  check_query<igtl::GetPointMessage>("GET_POINT");
  check_query<igtl::GetTrajectoryMessage>("GET_TRAJ");
  check_query<igtl::GetPolyDataMessage>("GET_POLYDATA");
  check_query<igtl::GetColorTableMessage>("GET_COLORT");
  // The protocol's name has 14 letters and its field 12: the library's has 11.
  check_query<igtl::GetCapabilityMessage>("GET_CAPABIL");
  check_query<igtl::StopTrackingDataMessage>("STP_TDATA");
  check_query<igtl::StopQuaternionTrackingDataMessage>("STP_QTDATA");
  check_query<igtl::StopBindMessage>("STP_BIND");
}

TEST_CASE("libopenigtlink and we agree on STT_ and RTS_") {
  check_start<igtl::StartTrackingDataMessage>("STT_TDATA");
  check_start<igtl::StartQuaternionTrackingDataMessage>("STT_QTDATA");
  check_reply<igtl::RTSTrackingDataMessage>("RTS_TDATA");
  check_reply<igtl::RTSQuaternionTrackingDataMessage>("RTS_QTDATA");
  check_reply<igtl::RTSBindMessage>("RTS_BIND");
}

TEST_CASE("libopenigtlink's GET_BIND and STT_BIND pass in step; what they ask for is not spoken") {
  auto get = igtl::GetBindMessage::New();
  get->AppendChildMessage("STRING", "abc");
  CHECK(std::holds_alternative<Other>(decode_all(packed(*get)).at(0).body));
  auto start = igtl::StartBindMessage::New();
  start->AppendChildMessage("STRING", "ab");
  CHECK(std::holds_alternative<Other>(decode_all(packed(*start)).at(0).body));
}

TEST_CASE("libopenigtlink and we agree on CAPABILITY, with a type that fills its field") {
  auto theirs = igtl::CapabilityMessage::New();
  theirs->SetTypes({"TRANSFORM", "GET_POLYDATA"});
  const auto b = body_from<CapabilityBody>(*theirs, "CAPABILITY");
  CHECK(b.types == std::vector<std::string>{"TRANSFORM", "GET_POLYDATA"});
  auto back = to_theirs<igtl::CapabilityMessage>("CAPABILITY", b);
  CHECK(back->GetTypes() == b.types);
}

// The library counts the zero that fills a row of odd length, and takes no row of odd size: it says
// that it unpacked the body, has no children, and a memory fault follows.
TEST_CASE("libopenigtlink and we agree on BIND, with rows and contents of odd and even length") {
  for (const std::string device : {"A", "AB", "ABC"}) {
    for (const std::string content : {"x", "xy"}) {
      INFO(device << ' ' << content);
      auto first = text(device, content);
      auto second = text("Z", "q");
      auto theirs = igtl::BindMessage::New();
      theirs->Init();
      theirs->AppendChildMessage(first);
      theirs->AppendChildMessage(second);
      const auto b = body_from<BindBody>(*theirs, "BIND");
      REQUIRE(b.children.size() == 2);
      CHECK(b.children[0].type == "STRING");
      CHECK(b.children[0].device == device);
      CHECK(b.children[0].content.size() == 4 + content.size());
      CHECK(as_text(b.children[0].content).substr(4) == content);
      CHECK(b.children[1].device == "Z");
      auto back = to_theirs<igtl::BindMessage>("BIND", b);
      REQUIRE(back->GetNumberOfChildMessages() == 2);
      auto child = igtl::StringMessage::New();
      back->GetChildMessage(0, child);
      child->Unpack();
      CHECK(child->GetDeviceName() == device);
      CHECK(child->GetString() == content);
    }
  }
}

TEST_CASE("a BIND within a BIND is one to libopenigtlink, too") {
  auto deep = text("Deep", "down");
  auto inner = igtl::BindMessage::New();
  inner->Init();
  inner->SetDeviceName("Inner");
  inner->AppendChildMessage(deep);
  inner->Pack();
  auto outer = igtl::BindMessage::New();
  outer->Init();
  outer->AppendChildMessage(inner);
  const auto b = body_from<BindBody>(*outer, "BIND");
  REQUIRE(b.children.size() == 1);
  CHECK(b.children[0].type == "BIND");
  BindBody within;
  REQUIRE(read(b.children[0].content, within));
  CHECK(within.children.at(0).device == "Deep");
  CHECK(as_text(within.children[0].content).substr(4) == "down");
}
