#include "tools/bench/igtl_cases.hpp"

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "engine/igtl/crc64.hpp"
#include "engine/igtl/message_encoder.hpp"
#include "tools/bench/igtl_library.hpp"
#include "tools/bench/igtl_stage.hpp"
#include "tools/bench/sockets.hpp"

namespace trocar::bench {
namespace {

using std::chrono::milliseconds;

constexpr auto settle = milliseconds(500);
constexpr double warm_up_s = 0.5;

double us_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::micro>(to - from).count();
}

ServerConfig roomy(std::size_t clients) {
  ServerConfig c;
  c.max_clients = clients;
  c.pace = Duration(0);  // every pose, as the library sends them
  return c;
}

// When each client had each pose; one writer for each row.
class Log {
 public:
  Log(std::size_t clients, std::size_t poses) : seen_(clients) {
    for (auto& row : seen_) row.resize(poses);
  }
  [[nodiscard]] OurReader::OnPose writer(std::size_t client) {
    return [&row = seen_[client]](std::size_t pose, Clock::time_point at) {
      if (pose < row.size() && row[pose] == Clock::time_point{}) row[pose] = at;
    };
  }
  [[nodiscard]] const std::vector<Clock::time_point>& of(std::size_t client) const {
    return seen_[client];
  }

 private:
  std::vector<std::vector<Clock::time_point>> seen_;
};

FanOut summary(const Log& log, const FanOutLoad& load, const Schedule& schedule) {
  FanOut out;
  std::vector<double> us;
  const auto first = static_cast<std::size_t>(warm_up_s * load.rate_hz);
  for (std::size_t client = 0; client < load.clients; ++client) {
    for (std::size_t pose = first; pose < schedule.poses(); ++pose) {
      ++out.expected;
      const Clock::time_point at = log.of(client)[pose];
      if (at == Clock::time_point{}) {
        ++out.missing;
      } else {
        us.push_back(us_between(schedule.due(pose), at));
      }
    }
  }
  out.us = quantiles(us);
  return out;
}

Schedule schedule_of(double rate_hz, double seconds) {
  return {rate_hz, static_cast<std::size_t>((seconds + warm_up_s) * rate_hz),
          Clock::now() + settle};
}

template <class ReaderType, class... More>
std::vector<std::unique_ptr<ReaderType>> readers(std::size_t count, std::uint16_t port, Log& log,
                                                 More... more) {
  std::vector<std::unique_ptr<ReaderType>> out;
  for (std::size_t i = 0; i < count; ++i) {
    if constexpr (sizeof...(More) > 0) {
      out.push_back(std::make_unique<ReaderType>(port, more..., log.writer(i)));
    } else {
      out.push_back(std::make_unique<ReaderType>(port, log.writer(i)));
    }
  }
  return out;
}

FanOut ours(const FanOutLoad& load) {
  Stage stage(roomy(load.clients));
  const auto poses = static_cast<std::size_t>((load.seconds + warm_up_s) * load.rate_hz);
  Log log(load.clients, poses);
  FanOut out;
  const auto play = [&] {
    const auto before = stage.stats().bytes_sent.value();
    const Schedule schedule = schedule_of(load.rate_hz, load.seconds);
    stage.play(schedule);
    std::this_thread::sleep_for(settle);
    out = summary(log, load, schedule);
    out.bytes_per_pose = static_cast<std::size_t>((stage.stats().bytes_sent.value() - before) /
                                                  (load.clients * (poses - 1)));
  };
  if (load.reader == Reader::trocar) {
    const auto clients = readers<OurReader>(load.clients, stage.port(), log);
    play();
  } else {
    const auto clients = readers<LibraryReader>(load.clients, stage.port(), log, false);
    play();
  }
  return out;
}

FanOut librarys(const FanOutLoad& load) {
  LibraryServer server(load.clients);
  const auto poses = static_cast<std::size_t>((load.seconds + warm_up_s) * load.rate_hz);
  Log log(load.clients, poses);
  std::vector<std::unique_ptr<LibraryReader>> clients;
  for (std::size_t i = 0; i < load.clients; ++i) {  // its backlog is 5
    clients.push_back(
        std::make_unique<LibraryReader>(server.port(), load.one_message, log.writer(i)));
    server.accept(i + 1);
  }
  const Schedule schedule = schedule_of(load.rate_hz, load.seconds);
  server.play(schedule, load.one_message);
  std::this_thread::sleep_for(settle);
  server.close();
  clients.clear();
  FanOut out = summary(log, load, schedule);
  out.bytes_per_pose = server.bytes_per_pose();
  return out;
}

ImageFrame camera_image() {
  ImageFrame frame;
  frame.device = std::string_view("Camera");
  frame.size = {512, 512, 1};
  frame.type = PixelType::uint16;
  frame.pixels = std::make_shared<const std::vector<std::byte>>(512UL * 512 * 2, std::byte{7});
  return frame;
}

// Seconds until the stalled client is sent away, watched from the side.
class Watchman {
 public:
  explicit Watchman(const Stage& stage)
      : thread_([this, &stage] {
          const auto begin = Clock::now();
          while (!ended_ && stage.stats().of(Refusal::stalled).value() == 0) {
            std::this_thread::sleep_for(milliseconds(1));
          }
          if (!ended_) after_ms_ = us_between(begin, Clock::now()) / 1e3;
        }) {}
  Watchman(const Watchman&) = delete;
  Watchman& operator=(const Watchman&) = delete;
  ~Watchman() {
    ended_ = true;
    thread_.join();
  }
  [[nodiscard]] double after_ms() const { return after_ms_; }

 private:
  std::atomic<bool> ended_{false};
  std::atomic<double> after_ms_{0};
  std::thread thread_;
};

}  // namespace

FanOut fan_out(const FanOutLoad& load) {
  return load.sender == Sender::trocar ? ours(load) : librarys(load);
}

Crowd crowd(std::size_t clients) {
  Stage stage(roomy(64));
  Log log(clients, 200);
  const auto all = readers<OurReader>(clients, stage.port(), log);
  const Schedule schedule(100, 200, Clock::now() + settle);
  stage.play(schedule);
  std::this_thread::sleep_for(settle);
  Crowd out;
  out.asked = clients;
  for (std::size_t i = 0; i < clients; ++i) {
    const auto& seen = log.of(i);
    const auto missing = std::count(seen.begin() + 1, seen.end(), Clock::time_point{});
    out.served += missing == 0 ? 1U : 0U;
  }
  out.refused = static_cast<std::size_t>(stage.stats().of(Refusal::too_many_clients).value());
  return out;
}

Stall stall(const StallLoad& load) {
  constexpr std::size_t others = 7;
  constexpr double rate_hz = 100;
  Stage stage(roomy(others + 1));
  const Schedule schedule = schedule_of(rate_hz, load.seconds);
  Log log(others, schedule.poses());
  std::vector<std::unique_ptr<OurReader>> clients;
  for (std::size_t i = 0; i < others; ++i) {
    clients.push_back(std::make_unique<OurReader>(stage.port(), log.writer(i), true));
  }
  std::unique_ptr<Connection> stalled;
  if (load.stalled) {
    stalled = std::make_unique<Connection>(Connection::to(stage.port()));
    igtl::Buffer ask;
    igtl::append_query(ask, {1, ""}, "STT_IMAGE");
    stalled->send(ask);
  }
  Stall out{};
  {
    const Watchman watchman(stage);
    std::thread camera([&] {
      const ImageFrame frame = camera_image();
      const Schedule images(load.image_hz, static_cast<std::size_t>(load.seconds * load.image_hz),
                            schedule.due(0));
      for (std::size_t i = 0; i < images.poses(); ++i) {
        std::this_thread::sleep_until(images.due(i));
        stage.publish_image(frame);
      }
    });
    stage.play(schedule);
    camera.join();
    std::this_thread::sleep_for(settle);
    out.closed_after_ms = watchman.after_ms();
  }
  std::vector<double> us;
  for (std::size_t i = 0; i < others; ++i) {
    Clock::time_point last = schedule.due(1);
    for (std::size_t pose = 50; pose < schedule.poses(); ++pose) {
      const Clock::time_point at = log.of(i)[pose];
      if (at == Clock::time_point{}) continue;
      us.push_back(us_between(schedule.due(pose), at));
      if (pose > 50) {
        out.largest_gap_ms = std::max(out.largest_gap_ms, us_between(last, at) / 1e3);
      }
      last = at;
    }
    out.damaged += clients[i]->broke() ? 1U : 0U;
  }
  out.us = quantiles(us);
  return out;
}

SlowReader slow_reader(Sender sender, double seconds) {
  constexpr double rate_hz = 1000;
  constexpr auto each = milliseconds(2);
  std::mutex mutex;  // of the list: one reader writes, this thread reads at the end
  std::vector<std::pair<std::size_t, Clock::time_point>> seen;
  const auto on_pose = [&](std::size_t pose, Clock::time_point at) {
    const std::lock_guard lock(mutex);
    seen.emplace_back(pose, at);
  };
  const auto poses = static_cast<std::size_t>(seconds * rate_hz);
  std::optional<Schedule> schedule;
  if (sender == Sender::trocar) {
    ServerConfig config;  // as it comes: its own pace
    Stage stage(config);
    const OurReader reader(stage.port(), on_pose, false, each);
    schedule.emplace(rate_hz, poses, Clock::now() + settle);
    stage.play(*schedule);
  } else {
    LibraryServer server(1);
    LibraryReader reader(server.port(), true, on_pose, each);
    server.accept(1);
    schedule.emplace(rate_hz, poses, Clock::now() + settle);
    server.play(*schedule, true);
    server.close();
  }
  SlowReader out;
  std::vector<double> first;
  std::vector<double> second;
  for (const auto& [pose, at] : seen) {
    if (pose == 0 || pose >= poses) continue;
    (pose < poses / 2 ? first : second).push_back(us_between(schedule->due(pose), at) / 1e3);
  }
  out.first_half_ms = quantiles(first);
  out.second_half_ms = quantiles(second);
  return out;
}

Encoding encoding(std::size_t rounds) {
  constexpr std::size_t side = 512;
  const ImageFrame frame = camera_image();
  igtl::ImageHeader header;
  header.size = header.part = frame.size;
  header.scalar = igtl::Scalar::uint16;
  std::vector<double> ours_us;
  std::vector<double> library_us;
  std::vector<double> ours_crc;
  std::vector<double> library_crc;
  igtl::Buffer out;
  for (std::size_t i = 0; i < rounds; ++i) {
    out.clear();
    auto begin = Clock::now();
    igtl::append_image(out, {1, "US"}, header, *frame.pixels);
    ours_us.push_back(us_between(begin, Clock::now()));
    library_us.push_back(library_pack_s(side) * 1e6);
    begin = Clock::now();
    volatile const std::uint64_t crc = igtl::crc64(*frame.pixels);
    (void)crc;
    ours_crc.push_back(us_between(begin, Clock::now()));
    library_crc.push_back(library_crc_s(*frame.pixels) * 1e6);
  }
  const auto gb_s = [&](std::vector<double>& us) {
    return static_cast<double>(frame.pixels->size()) / quantiles(us).p50 / 1e3;
  };
  return {quantiles(ours_us).p50, quantiles(library_us).p50, gb_s(ours_crc), gb_s(library_crc)};
}

}  // namespace trocar::bench
