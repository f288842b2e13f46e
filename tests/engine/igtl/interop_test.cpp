// Debian's libopenigtlink 1.11 as the display: a reader nobody here wrote.
#include <igtlClientSocket.h>
#include <igtlMessageHeader.h>
#include <igtlPolyDataMessage.h>
#include <igtlStatusMessage.h>
#include <igtlStringMessage.h>
#include <igtlTrackingDataMessage.h>
#include <igtlTransformMessage.h>

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "tests/engine/igtl/server_stage.hpp"

using namespace trocar;

namespace {

// Receives the body that belongs to `header` and unpacks it with the CRC checked.
template <class MessageType>
typename MessageType::Pointer receive_body(::igtl::ClientSocket* socket,
                                           ::igtl::MessageHeader* header) {
  auto message = MessageType::New();
  message->SetMessageHeader(header);
  message->AllocatePack();
  socket->Receive(message->GetPackBodyPointer(), message->GetPackBodySize());
  REQUIRE((message->Unpack(1) & ::igtl::MessageHeader::UNPACK_BODY) != 0);
  return message;
}

StreamScene scene_with_surface() {
  StreamScene scene = scene_for_test();
  auto mesh = std::make_shared<TriangleMesh>();
  mesh->vertices_mm = {{1, 2, 3}, {4, 5, 6}, {7, 8, 10}};
  mesh->triangles = {{0, 1, 2}};
  scene.surfaces = {mesh, mesh};
  return scene;
}

::igtl::ClientSocket::Pointer connected(const test::ServerStage& stage) {
  auto socket = ::igtl::ClientSocket::New();
  REQUIRE(socket->ConnectToServer("127.0.0.1", stage.server->port()) == 0);
  socket->SetReceiveTimeout(20'000);
  return socket;
}

}  // namespace

TEST_CASE("libopenigtlink 1.11 reads our structures, heartbeat, poses and distances") {
  test::ServerStage stage(test::ServerStage::patient(), scene_with_surface());
  const auto socket = connected(stage);
  stage.publish(7);

  std::set<std::string> seen;
  while (!(seen.contains("ProbeClosest") && seen.contains("Trocar"))) {
    auto header = ::igtl::MessageHeader::New();
    header->InitPack();
    REQUIRE(socket->Receive(header->GetPackPointer(), header->GetPackSize()) ==
            header->GetPackSize());
    header->Unpack();
    const std::string device = header->GetDeviceName();
    const std::string type = header->GetDeviceType();
    seen.insert(device);
    if (type == "TRANSFORM") {
      const auto m = receive_body<::igtl::TransformMessage>(socket, header);
      ::igtl::Matrix4x4 matrix;
      m->GetMatrix(matrix);
      if (device == "NeedleToRas") {
        CHECK(matrix[0][3] == -1.F);
        CHECK(matrix[1][3] == -2.F);
        CHECK(matrix[2][3] == 3.F);
        CHECK(matrix[0][0] == -1.F);
      }
    } else if (type == "STRING") {
      const auto m = receive_body<::igtl::StringMessage>(socket, header);
      const std::string text = m->GetString();
      if (device == "NeedleDistance") CHECK(text.find("Tumour.tip_mm=9.95 ") != text.npos);
    } else if (type == "STATUS") {
      const auto m = receive_body<::igtl::StatusMessage>(socket, header);
      CHECK(std::string(m->GetStatusString()).find("state=") == 0);
    } else {
      REQUIRE(type == "POLYDATA");
      const auto m = receive_body<::igtl::PolyDataMessage>(socket, header);
      if (device == "Tumour") {
        REQUIRE(m->GetPoints()->GetNumberOfPoints() == 3);
        igtlFloat32 p[3];
        m->GetPoints()->GetPoint(2, p);
        CHECK(p[0] == -7.F);
        CHECK(m->GetPolygons()->GetNumberOfCells() == 1);
      }
    }
  }
  for (const char* device : {"Tumour", "Dura", "NeedleToRas", "NeedleDistance"}) {
    CHECK(seen.contains(device));
  }
  socket->CloseSocket();
}

TEST_CASE("libopenigtlink 1.11 asks for tracking data and a surface, and gets them") {
  test::ServerStage stage(test::ServerStage::patient(), scene_with_surface());
  const auto socket = connected(stage);
  auto start = ::igtl::StartTrackingDataMessage::New();
  start->SetDeviceName("Tracker");
  start->SetResolution(20);
  start->SetCoordinateName("Ras");
  start->Pack();
  socket->Send(start->GetPackPointer(), static_cast<int>(start->GetPackSize()));
  auto get = ::igtl::GetPolyDataMessage::New();
  get->SetDeviceName("Dura");
  get->Pack();
  socket->Send(get->GetPackPointer(), static_cast<int>(get->GetPackSize()));
  stage.publish(7);

  bool confirmed = false;
  bool tracked = false;
  int surfaces = 0;
  while (!(confirmed && tracked && surfaces == 2)) {  // one with the welcome, one asked for
    auto header = ::igtl::MessageHeader::New();
    header->InitPack();
    REQUIRE(socket->Receive(header->GetPackPointer(), header->GetPackSize()) ==
            header->GetPackSize());
    header->Unpack();
    const std::string type = header->GetDeviceType();
    if (type == "RTS_TDATA") {
      const auto m = receive_body<::igtl::RTSTrackingDataMessage>(socket, header);
      CHECK(m->GetStatus() == ::igtl::RTSTrackingDataMessage::STATUS_SUCCESS);
      confirmed = true;
    } else if (type == "TDATA") {
      const auto m = receive_body<::igtl::TrackingDataMessage>(socket, header);
      REQUIRE(m->GetNumberOfTrackingDataElements() == 2);
      auto element = ::igtl::TrackingDataElement::New();
      m->GetTrackingDataElement(0, element);
      ::igtl::Matrix4x4 matrix;
      element->GetMatrix(matrix);
      CHECK(std::string(element->GetName()) == "NeedleToRas");
      CHECK(matrix[0][3] == -1.F);
      tracked = true;
    } else {
      surfaces += std::string(header->GetDeviceName()) == "Dura" ? 1 : 0;
      socket->Skip(static_cast<int>(header->GetBodySizeToRead()), 0);
    }
  }
  socket->CloseSocket();
}
