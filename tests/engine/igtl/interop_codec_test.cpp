// Debian's libopenigtlink 1.11 and our codec, each way: poses and texts.
#include <igtlPositionMessage.h>
#include <igtlQuaternionTrackingDataMessage.h>
#include <igtlStatusMessage.h>
#include <igtlStringMessage.h>
#include <igtlTrackingDataMessage.h>
#include <igtlTransformMessage.h>

#include "tests/engine/igtl/interop_for_test.hpp"

using namespace trocar::igtl;
using Place = std::array<float, 3>;

namespace {

// Its translation is 10, 11, 12.
void set_matrix(igtl::Matrix4x4& m) {
  for (int column = 0; column < 4; ++column) {
    for (int row = 0; row < 3; ++row) m[row][column] = static_cast<float>(1 + 3 * column + row);
  }
  for (int column = 0; column < 4; ++column) m[3][column] = column == 3 ? 1.F : 0.F;
}
const Columns one_to_twelve = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

void check_matrix(const igtl::Matrix4x4& m) {
  igtl::Matrix4x4 expected;
  set_matrix(expected);
  for (int row = 0; row < 4; ++row) {
    for (int column = 0; column < 4; ++column) CHECK(m[row][column] == expected[row][column]);
  }
}

}  // namespace

TEST_CASE("libopenigtlink and we agree on TRANSFORM") {
  auto theirs = igtl::TransformMessage::New();
  igtl::Matrix4x4 m;
  set_matrix(m);
  theirs->SetMatrix(m);
  const auto b = body_from<TransformBody>(*theirs, "TRANSFORM");
  CHECK(b.columns == one_to_twelve);
  auto back = to_theirs<igtl::TransformMessage>("TRANSFORM", b);
  igtl::Matrix4x4 read;
  back->GetMatrix(read);
  check_matrix(read);
}

TEST_CASE("libopenigtlink and we agree on TDATA") {
  auto theirs = igtl::TrackingDataMessage::New();
  for (const char* name : {"Needle", "ANameOf19Characters"}) {
    auto e = igtl::TrackingDataElement::New();
    e->SetName(name);
    e->SetType(igtl::TrackingDataElement::TYPE_5D);
    igtl::Matrix4x4 m;
    set_matrix(m);
    e->SetMatrix(m);
    theirs->AddTrackingDataElement(e);
  }
  const auto b = body_from<TrackingBody>(*theirs, "TDATA");
  REQUIRE(b.elements.size() == 2);
  CHECK(b.elements[0].name == "Needle");
  CHECK(b.elements[0].kind == 4);
  CHECK(b.elements[0].columns == one_to_twelve);
  CHECK(b.elements[1].name == "ANameOf19Characters");
  auto back = to_theirs<igtl::TrackingDataMessage>("TDATA", b);
  REQUIRE(back->GetNumberOfTrackingDataElements() == 2);
  igtl::TrackingDataElement::Pointer e;
  back->GetTrackingDataElement(1, e);
  CHECK(e->GetName() == std::string("ANameOf19Characters"));
  CHECK(e->GetType() == igtl::TrackingDataElement::TYPE_5D);
  igtl::Matrix4x4 read;
  e->GetMatrix(read);
  check_matrix(read);
}

TEST_CASE(
    "libopenigtlink reads a TDATA name that fills its field because ours is a letter shorter") {
  // It sets and packs one of 20 letters, and reads that as an empty one.
  auto e = igtl::TrackingDataElement::New();
  e->SetName("ANameOfTwentyLetters");
  e->SetType(igtl::TrackingDataElement::TYPE_6D);
  igtl::Matrix4x4 m;
  set_matrix(m);
  e->SetMatrix(m);
  auto theirs = igtl::TrackingDataMessage::New();
  theirs->AddTrackingDataElement(e);
  const auto all = decode_all(packed(*theirs));
  const auto& b = std::get<TrackingBody>(all.at(0).body);
  CHECK(b.elements.at(0).name == "ANameOfTwentyLetters");
  auto back = to_theirs<igtl::TrackingDataMessage>("TDATA", b);
  back->GetTrackingDataElement(0, e);
  CHECK(e->GetName() == std::string("ANameOfTwentyLetter"));
}

TEST_CASE("libopenigtlink and we agree on QTDATA") {
  auto theirs = igtl::QuaternionTrackingDataMessage::New();
  auto element = igtl::QuaternionTrackingDataElement::New();
  element->SetName("Needle");
  element->SetType(igtl::QuaternionTrackingDataElement::TYPE_3D);
  element->SetPosition(1, 2, 3);
  element->SetQuaternion(0.1F, 0.2F, 0.3F, 0.9F);
  theirs->AddQuaternionTrackingDataElement(element);
  const auto b = body_from<QuaternionTrackingBody>(*theirs, "QTDATA");
  REQUIRE(b.elements.size() == 1);
  CHECK(b.elements[0].name == "Needle");
  CHECK(b.elements[0].kind == 3);
  CHECK(b.elements[0].position == Place{1, 2, 3});
  CHECK(b.elements[0].quaternion == std::array<float, 4>{0.1F, 0.2F, 0.3F, 0.9F});
  auto back = to_theirs<igtl::QuaternionTrackingDataMessage>("QTDATA", b);
  REQUIRE(back->GetNumberOfQuaternionTrackingDataElements() == 1);
  igtl::QuaternionTrackingDataElement::Pointer e;
  back->GetQuaternionTrackingDataElement(0, e);
  std::array<float, 4> q{};
  e->GetQuaternion(q.data());
  CHECK(e->GetName() == std::string("Needle"));
  CHECK(q == b.elements[0].quaternion);
}

// Its POSITION_ONLY and WITH_QUATERNION3 cannot be packed here: whatever the length, the library
// turns the bytes of seven numbers round, and so writes beyond its memory. It reads all three.
TEST_CASE("libopenigtlink and we agree on POSITION, and it reads our two shorter ones") {
  auto theirs = igtl::PositionMessage::New();
  theirs->SetPosition(1, 2, 3);
  theirs->SetQuaternion(0, 0.6F, 0, 0.8F);
  auto b = body_from<PositionBody>(*theirs, "POSITION");
  CHECK(b.numbers == 7);
  CHECK(b.position == Place{1, 2, 3});
  CHECK(b.quaternion == std::array<float, 4>{0, 0.6F, 0, 0.8F});
  for (const std::uint8_t numbers : std::array<std::uint8_t, 3>{3, 6, 7}) {
    b.numbers = numbers;
    auto back = to_theirs<igtl::PositionMessage>("POSITION", b);
    Place place{};
    std::array<float, 4> q{};
    back->GetPosition(place.data());
    back->GetQuaternion(q.data());
    CHECK(place == b.position);
    CHECK(q[1] == (numbers == 3 ? 0.F : 0.6F));
    CHECK(q[3] == Approx(numbers == 3 ? 1.0 : 0.8));
  }
}

TEST_CASE("libopenigtlink and we agree on STRING and STATUS") {
  auto text = igtl::StringMessage::New();
  text->SetEncoding(utf_8);
  text->SetString("tip_mm=-0.05");
  const auto s = body_from<StringBody>(*text, "STRING");
  CHECK(s.encoding == utf_8);
  CHECK(s.text == "tip_mm=-0.05");
  auto text_back = to_theirs<igtl::StringMessage>("STRING", s);
  CHECK(text_back->GetString() == s.text);
  CHECK(text_back->GetEncoding() == utf_8);

  auto status = igtl::StatusMessage::New();
  status->SetCode(igtl::StatusMessage::STATUS_NOT_READY);
  status->SetSubCode(-7);
  status->SetErrorName("unregistered");
  status->SetStatusString("state=unregistered");
  const auto b = body_from<StatusBody>(*status, "STATUS");
  CHECK(b.code == status_not_ready);
  CHECK(b.subcode == -7);
  CHECK(b.error_name == "unregistered");
  CHECK(b.message == "state=unregistered");
  auto back = to_theirs<igtl::StatusMessage>("STATUS", b);
  CHECK(back->GetCode() == 13);
  CHECK(back->GetSubCode() == -7);
  CHECK(back->GetErrorName() == b.error_name);
  CHECK(back->GetStatusString() == b.message);
}

TEST_CASE("libopenigtlink fills an error name of 20 letters; we read it, and send 19 and a zero") {
  auto status = igtl::StatusMessage::New();
  status->SetCode(igtl::StatusMessage::STATUS_OK);
  status->SetSubCode(0);
  status->SetErrorName("ANameOfTwentyLetters");
  status->SetStatusString("why");
  const auto all = decode_all(packed(*status));
  const auto& b = std::get<StatusBody>(all.at(0).body);
  CHECK(b.error_name == "ANameOfTwentyLetters");
  CHECK(b.message == "why");
  auto back = to_theirs<igtl::StatusMessage>("STATUS", b);
  CHECK(back->GetErrorName() == std::string("ANameOfTwentyLetter"));
  CHECK(back->GetStatusString() == std::string("why"));
}
