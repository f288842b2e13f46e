#include <cmath>
#include <cstdlib>

#include "drivers/igtl_publisher.hpp"
#include "engine/igtl/message_stream.hpp"
#include "tests/fuzz/sealed.hpp"

// What any OpenIGTLink sender may say to the source: every pose that comes out is a rotation and
// finite, and no frame holds more than the bodies of the configuration.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trocar;
  IgtlSourceConfig config;
  config.devices = {"Device", "A"};
  Latest<ImageFrame> images;
  SourceOutbox outbox;
  outbox.images = &images;
  IgtlPublisher publisher(config, outbox);
  publisher.begin();
  igtl::MessageStream stream({1U << 16U, 1U << 16U});
  stream.push(igtl::sealed(std::as_bytes(std::span(data, size))));
  Timestamp now = Timestamp() + std::chrono::seconds(1);
  for (;; now += std::chrono::milliseconds(1)) {
    auto m = stream.next();
    if (!m || !m.value()) break;
    publisher.take(*std::move(m).value(), now);
  }
  publisher.flush();
  for (SourceEvent e; outbox.events.pop(e);) {
    const auto& frame = std::get<TrackerFrame>(e);
    if (frame.bodies.empty() || frame.bodies.size() > 2) std::abort();
    for (const Body& b : frame.bodies) {
      const auto* pose = std::get_if<MarkerPose>(&b.pose);
      if (pose == nullptr) continue;
      const auto& m = pose->tracker_from_marker.matrix();
      const double off = (m.linear() * m.linear().transpose() - Eigen::Matrix3d::Identity()).norm();
      if (!(off < 1e-9) || !m.matrix().allFinite() || m.linear().determinant() < 0) std::abort();
    }
  }
  return 0;
}
