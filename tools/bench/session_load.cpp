#include "tools/bench/session_load.hpp"

#include <random>
#include <stdexcept>
#include <thread>

namespace trocar::bench {
namespace {

constexpr std::size_t tools = 4;
constexpr std::size_t image_side = 1024;

MarkerPose a_pose(double mm) {
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.translation() = Eigen::Vector3d(mm, -mm / 3, -1500 + mm / 7);
  return {Transform<Tracker, Marker>::declare(m), 0.1, false};  // CLAIM: a load, not a pose
}

Step step_of(std::uint64_t n, Timestamp now) {
  TrackerFrame frame{static_cast<std::uint32_t>(n), now, Duration(1000), now, {}};
  for (std::size_t i = 0; i < tools; ++i) {
    const double mm = static_cast<double>(n % 977) * 0.13 + static_cast<double>(i);
    frame.bodies.push_back({ToolId{static_cast<std::uint8_t>(i)}, a_pose(mm), 1});
  }
  return {n, now, frame};
}

Guidance guidance_of(std::uint64_t n, Timestamp now) {
  Guidance g;
  g.sequence = n;
  g.now = now;
  g.state = EngineState::ready;
  g.recording = Recording::on;
  for (std::size_t i = 0; i < tools; ++i) {
    ToolGuidance t;
    t.tool = ToolId{static_cast<std::uint8_t>(i)};
    t.acquired = now;
    Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
    m.translation().x() = static_cast<double>(n);
    t.pose = ToolPose{Transform<Preop, Tip>::declare(m), false, 0.8};  // CLAIM: the same
    g.tools.push_back(t);
  }
  return g;
}

ImageFrame an_image() {
  auto pixels = std::make_shared<std::vector<std::byte>>(image_side * image_side * 2);
  std::mt19937 random(1);
  for (std::byte& b : *pixels) b = static_cast<std::byte>(random());
  ImageFrame image;
  image.device = "Load";
  image.size = {image_side, image_side, 1};
  image.type = PixelType::int16;
  image.pixels = std::move(pixels);
  return image;
}

// Calls `each` at a steady rate until `ended`.
template <class F>
std::uint64_t at_rate(double hz, const TimeSource& time, const std::atomic<bool>& ended, F each) {
  const Timestamp began = time.now();
  std::uint64_t n = 0;
  while (!ended) {
    const Timestamp due = began + duration_from_ms(1e3 * static_cast<double>(n) / hz);
    const Duration left = due - time.now();
    if (left > Duration(0)) std::this_thread::sleep_for(left);
    each(++n);
  }
  return n;
}

}  // namespace

LoadReport record_load(const std::filesystem::path& file, const SessionLoad& load, double seconds,
                       const std::function<void(std::uint64_t)>& acknowledged,
                       const std::function<void(const RecorderMetrics&)>& at_end) {
  const SteadyTime time;
  auto created = create_append_file(file);
  if (!created) throw std::runtime_error(created.error().detail);
  auto writer = SessionWriter::begin(std::move(created).value(),
                                     {"bench", session_schemas(), session_channels(), {}});
  if (!writer) throw std::runtime_error(writer.error().detail);
  const auto recorder =
      std::make_unique<Recorder>(std::move(writer).value(), time, std::int64_t{1});
  Recorder::News news;
  Signal wake;
  recorder->start(news, wake, true);
  std::atomic<bool> ended{false};
  LoadReport report;
  std::thread navigator([&] {
    report.frames = at_rate(load.frames_hz, time, ended, [&](std::uint64_t n) {
      const Timestamp now = time.now();
      report.lost |= !recorder->step(step_of(n, now)) || !recorder->said(guidance_of(n, now));
    });
  });
  std::thread source([&] {
    ImageFrame image = an_image();
    report.images = at_rate(load.images_hz, time, ended, [&](std::uint64_t) {
      image.received = time.now();
      recorder->tap().images.push(image);
    });
  });
  const Timestamp until = time.now() + duration_from_ms(1e3 * seconds);
  while (time.now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    acknowledged(recorder->metrics().messages.value());
  }
  ended = true;
  navigator.join();
  source.join();
  if (const Status kept = recorder->stop(); !kept) report.lost = true;
  report.messages = recorder->metrics().messages.value();
  report.bytes = recorder->metrics().bytes.value();
  at_end(recorder->metrics());
  return report;
}

}  // namespace trocar::bench
