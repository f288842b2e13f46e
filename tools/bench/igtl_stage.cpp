#include "tools/bench/igtl_stage.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include "engine/igtl/message_decoder.hpp"
#include "engine/igtl/message_encoder.hpp"
#include "tools/bench/sockets.hpp"

namespace trocar::bench {
namespace {

StreamScene scene() {
  const auto names = StreamNames::check({"Needle"}, {{"Tumour", "L3"}});
  if (!names) throw std::runtime_error(names.error().detail);
  return {names.value(), {nullptr}};
}

Guidance guidance(std::size_t pose, Timestamp now) {
  Guidance g;
  g.sequence = pose;
  g.now = now;
  g.state = EngineState::ready;
  g.link = Link::tracking;
  ToolGuidance t;
  t.acquired = now;
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.translation() = Eigen::Vector3d(-static_cast<double>(pose), 2, 3);
  t.pose = ToolPose{Transform<Preop, Tip>::declare(m), false, 0.5};  // CLAIM: made up
  StructureDistance d{9.95,        0.81,        8.95, 0.9,         12.5,
                      {{4, 5, 6}}, {{0, 0, 1}}, 0.4,  Zone::clear, false};
  t.structures.push_back({StructureId{0}, d});
  g.tools.push_back(t);
  return g;
}

// Reads exactly so many bytes; false at the end.
bool read_all(const Connection& c, std::span<std::byte> into) {
  while (!into.empty()) {
    const std::size_t n = c.receive(into);
    if (n == 0) return false;
    into = into.subspan(n);
  }
  return true;
}

void ask_for_images(const Connection& c) {
  igtl::Buffer ask;
  igtl::append_query(ask, {1, ""}, "STT_IMAGE");
  c.send(ask);
}

}  // namespace

Stage::Stage(ServerConfig config) {
  config.port = 0;
  config.silent_after = std::chrono::seconds(1);
  auto started = GuidanceServer::start(config, scene(),
                                       {newest_, lines_, wake_, time_, WallClock{}, &images_});
  if (!started) throw std::runtime_error(started.error().detail);
  server_ = std::move(started).value();
}

void Stage::publish(std::size_t pose) {
  newest_.publish(guidance(pose, time_.now()));
  wake_.notify();
}

void Stage::publish_image(const ImageFrame& frame) {
  images_.publish(frame);
  wake_.notify();
}

void Stage::play(const Schedule& schedule) {
  for (std::size_t pose = 1; pose < schedule.poses(); ++pose) {
    std::this_thread::sleep_until(schedule.due(pose));
    publish(pose);
  }
}

OurReader::OurReader(std::uint16_t port, OnPose on_pose, bool images, Clock::duration each) {
  auto connection = std::make_shared<Connection>(Connection::to(port));
  if (images) ask_for_images(*connection);
  thread_ = std::thread([this, connection, on_pose = std::move(on_pose), each] {
    std::array<std::byte, igtl::header_size> head{};
    igtl::Buffer body;
    while (!ended_ && read_all(*connection, head)) {
      const auto header = igtl::decode_header(head);
      if (!header) break;
      body.resize(static_cast<std::size_t>(header.value().body_size));
      if (!read_all(*connection, body)) return;
      const auto message = igtl::decode_message(header.value(), body);
      if (!message) break;
      const auto* line = std::get_if<igtl::PolyDataBody>(&message.value().body);
      if (line != nullptr && header.value().device == "NeedleClosest") {
        on_pose(static_cast<std::size_t>(line->points[0][0]), Clock::now());
      }
      if (each > Clock::duration(0)) std::this_thread::sleep_for(each);
    }
    broke_ = !ended_;
  });
}

OurReader::~OurReader() {
  ended_ = true;
  thread_.join();  // the stream comes at least each heartbeat, or ends
}

}  // namespace trocar::bench
