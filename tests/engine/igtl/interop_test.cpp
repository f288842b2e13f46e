// Debian's libopenigtlink 1.11 as the display: a reader nobody here wrote.
#include <igtlClientSocket.h>
#include <igtlMessageHeader.h>
#include <igtlPolyDataMessage.h>
#include <igtlStatusMessage.h>
#include <igtlStringMessage.h>
#include <igtlTransformMessage.h>

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "engine/igtl/guidance_server.hpp"
#include "tests/engine/igtl/guidance_for_test.hpp"

using namespace trocar;

namespace {

// Receives the body that belongs to `header` and unpacks it with the CRC checked.
template <class MessageType>
typename MessageType::Pointer receive_body(igtl::ClientSocket* socket,
                                           igtl::MessageHeader* header) {
  auto message = MessageType::New();
  message->SetMessageHeader(header);
  message->AllocatePack();
  socket->Receive(message->GetPackBodyPointer(), message->GetPackBodySize());
  REQUIRE((message->Unpack(1) & igtl::MessageHeader::UNPACK_BODY) != 0);
  return message;
}

}  // namespace

TEST_CASE("libopenigtlink 1.11 reads our structures, heartbeat, poses and distances") {
  Latest<Guidance> newest;
  StateLineRing lines;
  Signal wake;
  const SteadyTime time;
  auto mesh = std::make_shared<TriangleMesh>();
  mesh->vertices_mm = {{1, 2, 3}, {4, 5, 6}, {7, 8, 10}};
  mesh->triangles = {{0, 1, 2}};
  ServerConfig config;
  config.port = 0;
  config.silent_after = std::chrono::seconds(1);
  auto server = GuidanceServer::start(config, {names_for_test(), {mesh, mesh}},
                                      {newest, lines, wake, time, WallClock{}});
  REQUIRE(server);
  auto socket = igtl::ClientSocket::New();
  REQUIRE(socket->ConnectToServer("127.0.0.1", server.value()->port()) == 0);
  socket->SetReceiveTimeout(20'000);
  Guidance g = guidance_for_test();
  g.now = time.now();
  newest.publish(g);
  wake.notify();

  std::set<std::string> seen;
  while (!(seen.contains("ProbeClosest") && seen.contains("Trocar"))) {
    auto header = igtl::MessageHeader::New();
    header->InitPack();
    REQUIRE(socket->Receive(header->GetPackPointer(), header->GetPackSize()) ==
            header->GetPackSize());
    header->Unpack();
    const std::string device = header->GetDeviceName();
    const std::string type = header->GetDeviceType();
    seen.insert(device);
    if (type == "TRANSFORM") {
      const auto m = receive_body<igtl::TransformMessage>(socket, header);
      igtl::Matrix4x4 matrix;
      m->GetMatrix(matrix);
      if (device == "NeedleToRas") {
        CHECK(matrix[0][3] == -1.F);
        CHECK(matrix[1][3] == -2.F);
        CHECK(matrix[2][3] == 3.F);
        CHECK(matrix[0][0] == -1.F);
      }
    } else if (type == "STRING") {
      const auto m = receive_body<igtl::StringMessage>(socket, header);
      const std::string text = m->GetString();
      if (device == "NeedleDistance") CHECK(text.find("Tumour.tip_mm=9.95 ") != text.npos);
    } else if (type == "STATUS") {
      const auto m = receive_body<igtl::StatusMessage>(socket, header);
      CHECK(std::string(m->GetStatusString()).find("state=") == 0);
    } else {
      REQUIRE(type == "POLYDATA");
      const auto m = receive_body<igtl::PolyDataMessage>(socket, header);
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
