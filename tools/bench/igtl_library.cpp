#include "tools/bench/igtl_library.hpp"

#include <igtlClientSocket.h>
#include <igtlImageMessage.h>
#include <igtlMessageHeader.h>
#include <igtlPolyDataMessage.h>
#include <igtlServerSocket.h>
#include <igtlStringMessage.h>
#include <igtlTransformMessage.h>
#include <igtl_util.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace trocar::bench {
namespace {

constexpr std::size_t text_bytes = 380;  // as trocar's distance line

// The poses of a tool as trocar sends them, packed by the library.
struct Packed {
  ::igtl::TransformMessage::Pointer pose = ::igtl::TransformMessage::New();
  ::igtl::StringMessage::Pointer text = ::igtl::StringMessage::New();
  ::igtl::PolyDataMessage::Pointer line = ::igtl::PolyDataMessage::New();

  explicit Packed(std::size_t number) {
    ::igtl::Matrix4x4 m;
    ::igtl::IdentityMatrix(m);
    m[0][3] = static_cast<float>(number);
    pose->SetDeviceName("NeedleToRas");
    pose->SetMatrix(m);
    pose->Pack();
    text->SetDeviceName("NeedleDistance");
    std::string line_text(text_bytes, 'x');
    text->SetString(line_text);
    text->Pack();
    auto points = ::igtl::PolyDataPointArray::New();
    points->AddPoint(static_cast<float>(number), 2, 3);
    points->AddPoint(4, 5, 6);
    auto lines = ::igtl::PolyDataCellArray::New();
    igtlUint32 cell[2] = {0, 1};
    lines->AddCell(2, cell);
    line->SetDeviceName("NeedleClosest");
    line->SetPoints(points);
    line->SetLines(lines);
    line->Pack();
  }
  template <class Each>
  void each(bool one_message, Each one) const {
    one(*pose);
    if (one_message) return;
    one(*text);
    one(*line);
  }
};

template <class MessageType>
typename MessageType::Pointer body_of(::igtl::ClientSocket* socket, ::igtl::MessageHeader* header) {
  auto m = MessageType::New();
  m->SetMessageHeader(header);
  m->AllocatePack();
  socket->Receive(m->GetPackBodyPointer(), static_cast<int>(m->GetPackBodySize()));
  if ((m->Unpack(1) & ::igtl::MessageHeader::UNPACK_BODY) == 0) return nullptr;
  return m;
}

// The number of the pose that is complete with this message; 0: none is.
std::size_t complete(::igtl::ClientSocket* socket, ::igtl::MessageHeader* header,
                     bool one_message) {
  const std::string type = header->GetDeviceType();
  if (type == "TRANSFORM") {
    const auto m = body_of<::igtl::TransformMessage>(socket, header);
    ::igtl::Matrix4x4 matrix;
    m->GetMatrix(matrix);
    return one_message ? static_cast<std::size_t>(matrix[0][3]) : 0;
  }
  if (type == "STRING") {
    (void)body_of<::igtl::StringMessage>(socket, header);
    return 0;
  }
  if (type == "POLYDATA") {
    const auto m = body_of<::igtl::PolyDataMessage>(socket, header);
    igtlFloat32 p[3];
    m->GetPoints()->GetPoint(0, p);
    return static_cast<std::size_t>(p[0]);
  }
  socket->Skip(static_cast<int>(header->GetBodySizeToRead()), 0);
  return 0;
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

struct LibraryServer::Parts {
  ::igtl::ServerSocket::Pointer server = ::igtl::ServerSocket::New();
  std::vector<::igtl::ClientSocket::Pointer> clients;
  int port = 0;
  std::size_t bytes = 0;
};

LibraryServer::LibraryServer(std::size_t clients) : parts_(std::make_unique<Parts>()) {
  parts_->clients.reserve(clients);
  if (parts_->server->CreateServer(0) != 0) throw std::runtime_error("libopenigtlink: no server");
  parts_->port = parts_->server->GetServerPort();
}
LibraryServer::~LibraryServer() { close(); }

std::uint16_t LibraryServer::port() const { return static_cast<std::uint16_t>(parts_->port); }
std::size_t LibraryServer::bytes_per_pose() const { return parts_->bytes; }

void LibraryServer::accept(std::size_t clients) {
  while (parts_->clients.size() < clients) {
    const auto client = parts_->server->WaitForConnection(5000);
    if (client.IsNull()) throw std::runtime_error("libopenigtlink: a client did not come");
    parts_->clients.push_back(client);
  }
}

void LibraryServer::play(const Schedule& schedule, bool one_message) {
  for (std::size_t pose = 1; pose < schedule.poses(); ++pose) {
    std::this_thread::sleep_until(schedule.due(pose));
    const Packed packed(pose);
    parts_->bytes = 0;
    packed.each(one_message,
                [&](auto& m) { parts_->bytes += static_cast<std::size_t>(m.GetPackSize()); });
    for (auto& client : parts_->clients) {
      packed.each(one_message, [&](auto& m) {
        client->Send(m.GetPackPointer(), static_cast<int>(m.GetPackSize()));
      });
    }
  }
}

void LibraryServer::close() {
  for (auto& c : parts_->clients) c->CloseSocket();
  parts_->clients.clear();
  parts_->server->CloseSocket();
}

LibraryReader::LibraryReader(std::uint16_t port, bool one_message, OurReader::OnPose on_pose,
                             Clock::duration each) {
  auto socket = ::igtl::ClientSocket::New();
  if (socket->ConnectToServer("127.0.0.1", port) != 0) {
    throw std::runtime_error("libopenigtlink: cannot connect");
  }
  socket->SetReceiveTimeout(1000);
  thread_ = std::thread([this, socket, one_message, on_pose = std::move(on_pose), each] {
    while (!ended_) {
      auto header = ::igtl::MessageHeader::New();
      header->InitPack();
      const auto n =
          socket->Receive(header->GetPackPointer(), static_cast<int>(header->GetPackSize()));
      if (n != header->GetPackSize()) break;
      header->Unpack();
      if (const std::size_t pose = complete(socket, header, one_message); pose > 0) {
        on_pose(pose, Clock::now());
      }
      if (each > Clock::duration(0)) std::this_thread::sleep_for(each);
    }
    socket->CloseSocket();
  });
}

LibraryReader::~LibraryReader() {
  ended_ = true;
  thread_.join();
}

double library_pack_s(std::size_t side) {
  auto image = ::igtl::ImageMessage::New();
  image->SetDeviceName("US");
  image->SetDimensions(static_cast<int>(side), static_cast<int>(side), 1);
  image->SetScalarType(::igtl::ImageMessage::TYPE_UINT16);
  image->AllocateScalars();
  const std::vector<std::byte> from(2 * side * side, std::byte{7});
  const auto begin = Clock::now();
  std::memcpy(image->GetScalarPointer(), from.data(), from.size());
  image->Pack();
  return seconds_since(begin);
}

double library_crc_s(const std::vector<std::byte>& bytes) {
  auto copy = bytes;
  const auto begin = Clock::now();
  volatile const igtl_uint64 crc =
      ::crc64(reinterpret_cast<unsigned char*>(copy.data()), copy.size(), 0);
  (void)crc;
  return seconds_since(begin);
}

}  // namespace trocar::bench
