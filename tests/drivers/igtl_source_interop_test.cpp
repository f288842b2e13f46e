// Debian's libopenigtlink 1.11 as the tracker: a sender nobody here wrote, as server and as client.
#include <igtlClientSocket.h>
#include <igtlPositionMessage.h>
#include <igtlServerSocket.h>
#include <igtlTimeStamp.h>
#include <igtlTrackingDataMessage.h>
#include <igtlTransformMessage.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "drivers/igtl_source.hpp"
#include "tests/drivers/driver_rig.hpp"
#include "tests/loopback.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

IgtlSourceConfig config_at(std::uint16_t port) {
  IgtlSourceConfig c;
  c.host = "127.0.0.1";
  c.port = port;
  c.devices = {"RefToTracker", "NeedleToTracker"};
  c.marker_rms_mm = 0.2;
  c.header_version = 1;  // this library loses the stream on version 2
  c.clock.latency_bound = 2ms;
  c.longest_back_off = 100ms;
  return c;
}

void turn(::igtl::Matrix4x4& m, float x) {
  ::igtl::IdentityMatrix(m);
  m[0][3] = x;
  m[1][3] = 20;
  m[2][3] = -1500;
}

template <class MessageType>
void send(::igtl::Socket* socket, MessageType message, ::igtl::TimeStamp::Pointer now) {
  message->SetTimeStamp(now);
  message->Pack();
  socket->Send(message->GetPackPointer(), static_cast<int>(message->GetPackSize()));
}

// Two TRANSFORMs of one instant, then a TDATA of the next.
void send_poses(::igtl::Socket* socket) {
  auto now = ::igtl::TimeStamp::New();
  now->GetTime();
  ::igtl::Matrix4x4 m;
  for (const char* name : {"RefToTracker", "NeedleToTracker"}) {
    auto pose = ::igtl::TransformMessage::New();
    turn(m, 10);
    pose->SetDeviceName(name);
    pose->SetMatrix(m);
    send(socket, pose, now);
  }
  std::this_thread::sleep_for(20ms);
  now->GetTime();
  auto all = ::igtl::TrackingDataMessage::New();
  all->SetDeviceName("Tracker");
  for (const char* name : {"RefToTracker", "NeedleToTracker"}) {
    auto element = ::igtl::TrackingDataElement::New();
    turn(m, 30);
    element->SetName(name);
    element->SetType(::igtl::TrackingDataElement::TYPE_TRACKER);
    element->SetMatrix(m);
    all->AddTrackingDataElement(element);
  }
  send(socket, all, now);
  std::this_thread::sleep_for(20ms);
  now->GetTime();
  auto position = ::igtl::PositionMessage::New();
  position->SetDeviceName("NeedleToTracker");
  position->SetPosition(50, 20, -1500);
  position->SetQuaternion(0, 0, 0, 1);
  send(socket, position, now);
}

std::vector<double> needle_x(const Listener& heard) {
  std::vector<double> out;
  for (const TrackerFrame& f : heard.frames) {
    for (const Body& b : f.bodies) {
      const auto* pose = std::get_if<MarkerPose>(&b.pose);
      if (b.tool == needle && pose != nullptr) {
        out.push_back(pose->tracker_from_marker.origin().mm.x());
      }
    }
  }
  return out;
}

void check_heard(Listener& heard) {
  REQUIRE(heard.until([&] { return needle_x(heard).size() >= 3; }));
  CHECK(needle_x(heard) == std::vector<double>{10, 30, 50});
  REQUIRE(heard.frames.size() == 3);
  CHECK(heard.frames[0].bodies.size() == 2);
  CHECK(heard.frames[1].bodies.size() == 2);
}

}  // namespace

TEST_CASE("poses come from libopenigtlink's server") {
  auto server = ::igtl::ServerSocket::New();
  const std::uint16_t port = closed_port();
  REQUIRE(server->CreateServer(port) == 0);
  Listener heard;
  const auto source = make_igtl_source(config_at(port));
  source->start(heard.outbox, heard.time);
  ::igtl::ClientSocket::Pointer peer;
  for (int i = 0; i < 20 && peer.IsNull(); ++i) peer = server->WaitForConnection(500);
  REQUIRE(peer.IsNotNull());
  send_poses(peer);
  check_heard(heard);
  source->stop();
}

TEST_CASE("poses come from libopenigtlink's client, when the source is the server") {
  IgtlSourceConfig c = config_at(closed_port());
  c.mode = IgtlSourceMode::server;
  Listener heard;
  const auto source = make_igtl_source(c);
  source->start(heard.outbox, heard.time);
  auto client = ::igtl::ClientSocket::New();
  int connected = -1;
  for (int i = 0; i < 200 && connected != 0; ++i) {
    connected = client->ConnectToServer("127.0.0.1", c.port);
    if (connected != 0) std::this_thread::sleep_for(10ms);
  }
  REQUIRE(connected == 0);
  send_poses(client);
  check_heard(heard);
  source->stop();
}
