// Debian's libopenigtlink 1.11 and our codec, each way: rows of elements.
#include <igtlImageMessage.h>
#include <igtlImageMetaMessage.h>
#include <igtlLabelMetaMessage.h>
#include <igtlPointMessage.h>
#include <igtlTimeStamp.h>
#include <igtlTrajectoryMessage.h>

#include "tests/engine/igtl/interop_for_test.hpp"

using namespace trocar::igtl;
using Place = std::array<float, 3>;
using Size = std::array<std::uint16_t, 3>;

TEST_CASE("libopenigtlink and we agree on POINT") {
  auto theirs = igtl::PointMessage::New();
  auto element = igtl::PointElement::New();
  element->SetName("Tip");
  element->SetGroupName("Screws");
  element->SetRGBA(1, 2, 3, 4);
  element->SetPosition(5, 6, 7);
  element->SetRadius(8);
  element->SetOwner("CT");
  theirs->AddPointElement(element);
  const auto b = body_from<PointBody>(*theirs, "POINT");
  REQUIRE(b.elements.size() == 1);
  const auto& ours = b.elements[0];
  CHECK(ours.name == "Tip");
  CHECK(ours.group == "Screws");
  CHECK(ours.rgba == Rgba{1, 2, 3, 4});
  CHECK(ours.position == Place{5, 6, 7});
  CHECK(ours.radius == 8.F);
  CHECK(ours.owner == "CT");
  auto back = to_theirs<igtl::PointMessage>("POINT", b);
  REQUIRE(back->GetNumberOfPointElement() == 1);
  igtl::PointElement::Pointer e;
  back->GetPointElement(0, e);
  Place place{};
  Rgba rgba{};
  e->GetPosition(place.data());
  e->GetRGBA(rgba.data());
  CHECK(e->GetName() == ours.name);
  CHECK(e->GetGroupName() == ours.group);
  CHECK(rgba == ours.rgba);
  CHECK(place == ours.position);
  CHECK(e->GetRadius() == 8.F);
  CHECK(e->GetOwner() == ours.owner);
}

// The library packs the reserved byte as it found it in memory.
TEST_CASE("libopenigtlink and we agree on TRAJ") {
  auto theirs = igtl::TrajectoryMessage::New();
  auto element = igtl::TrajectoryElement::New();
  element->SetName("L4");
  element->SetGroupName("Screws");
  element->SetType(igtl::TrajectoryElement::TYPE_TARGET_ONLY);
  element->SetRGBA(1, 2, 3, 4);
  element->SetEntryPosition(5, 6, 7);
  element->SetTargetPosition(8, 9, 10);
  element->SetRadius(11);
  element->SetOwner("CT");
  theirs->AddTrajectoryElement(element);
  const auto b = body_from<TrajectoryBody>(*theirs, "TRAJ");
  REQUIRE(b.elements.size() == 1);
  const auto& ours = b.elements[0];
  CHECK(ours.name == "L4");
  CHECK(ours.group == "Screws");
  CHECK(ours.kind == 2);
  CHECK(ours.rgba == Rgba{1, 2, 3, 4});
  CHECK(ours.entry == Place{5, 6, 7});
  CHECK(ours.target == Place{8, 9, 10});
  CHECK(ours.radius == 11.F);
  CHECK(ours.owner == "CT");
  auto back = to_theirs<igtl::TrajectoryMessage>("TRAJ", b);
  REQUIRE(back->GetNumberOfTrajectoryElement() == 1);
  igtl::TrajectoryElement::Pointer e;
  back->GetTrajectoryElement(0, e);
  Place entry{};
  Place target{};
  e->GetEntryPosition(entry.data());
  e->GetTargetPosition(target.data());
  CHECK(e->GetName() == ours.name);
  CHECK(e->GetType() == 2);
  CHECK(entry == ours.entry);
  CHECK(target == ours.target);
  CHECK(e->GetRadius() == 11.F);
  CHECK(e->GetOwner() == ours.owner);
}

// Its time stamps are nanoseconds inside, 4.3 of the wire's units: a few are lost each way.
TEST_CASE("libopenigtlink and we agree on IMGMETA") {
  const auto near = Approx(static_cast<double>(one_and_a_half_seconds)).epsilon(0).margin(10);
  auto theirs = igtl::ImageMetaMessage::New();
  auto element = igtl::ImageMetaElement::New();
  element->SetName("Spine");
  element->SetDeviceName("CT1");
  element->SetModality("CT");
  element->SetPatientName("Doe^J");
  element->SetPatientID("42");
  auto time = igtl::TimeStamp::New();
  time->SetTime(static_cast<igtlUint64>(one_and_a_half_seconds));
  element->SetTimeStamp(time);
  element->SetSize(512, 256, 99);
  element->SetScalarType(igtl::ImageMessage::TYPE_INT16);
  theirs->AddImageMetaElement(element);
  const auto b = body_from<ImageMetaBody>(*theirs, "IMGMETA");
  REQUIRE(b.elements.size() == 1);
  const auto& ours = b.elements[0];
  CHECK(ours.name == "Spine");
  CHECK(ours.device == "CT1");
  CHECK(ours.modality == "CT");
  CHECK(ours.patient_name == "Doe^J");
  CHECK(ours.patient_id == "42");
  CHECK(static_cast<double>(ours.timestamp) == near);
  CHECK(ours.size == Size{512, 256, 99});
  CHECK(ours.scalar == 4);
  auto back = to_theirs<igtl::ImageMetaMessage>("IMGMETA", b);
  REQUIRE(back->GetNumberOfImageMetaElement() == 1);
  igtl::ImageMetaElement::Pointer e;
  back->GetImageMetaElement(0, e);
  Size size{};
  e->GetSize(size.data());
  e->GetTimeStamp(time);
  CHECK(e->GetName() == ours.name);
  CHECK(e->GetDeviceName() == ours.device);
  CHECK(e->GetModality() == ours.modality);
  CHECK(e->GetPatientName() == ours.patient_name);
  CHECK(e->GetPatientID() == ours.patient_id);
  CHECK(static_cast<double>(time->GetTimeStampUint64()) == near);
  CHECK(size == ours.size);
  CHECK(e->GetScalarType() == 4);
}

TEST_CASE("libopenigtlink and we agree on LBMETA") {
  auto theirs = igtl::LabelMetaMessage::New();
  auto element = igtl::LabelMetaElement::New();
  element->SetName("Dura");
  element->SetDeviceName("CT1-seg");
  element->SetLabel(200);
  element->SetRGBA(1, 2, 3, 4);
  element->SetSize(512, 256, 99);
  element->SetOwner("CT1");
  theirs->AddLabelMetaElement(element);
  const auto b = body_from<LabelMetaBody>(*theirs, "LBMETA");
  REQUIRE(b.elements.size() == 1);
  const auto& ours = b.elements[0];
  CHECK(ours.name == "Dura");
  CHECK(ours.device == "CT1-seg");
  CHECK(ours.label == 200);
  CHECK(ours.rgba == Rgba{1, 2, 3, 4});
  CHECK(ours.size == Size{512, 256, 99});
  CHECK(ours.owner == "CT1");
  auto back = to_theirs<igtl::LabelMetaMessage>("LBMETA", b);
  REQUIRE(back->GetNumberOfLabelMetaElement() == 1);
  igtl::LabelMetaElement::Pointer e;
  back->GetLabelMetaElement(0, e);
  Size size{};
  e->GetSize(size.data());
  CHECK(e->GetName() == ours.name);
  CHECK(e->GetDeviceName() == ours.device);
  CHECK(e->GetLabel() == 200);
  CHECK(size == ours.size);
  CHECK(e->GetOwner() == ours.owner);
}
