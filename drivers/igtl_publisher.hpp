#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/device_clock.hpp"
#include "drivers/igtl_source_config.hpp"
#include "engine/data/source.hpp"
#include "engine/igtl/message.hpp"

namespace trocar {

// What an OpenIGTLink peer said that did not become a pose or an image.
struct IgtlPublisherStats {
  std::uint64_t unknown_devices = 0;  // poses of bodies nobody asked for
  std::uint64_t repeated = 0;         // an exposure that was reported before (H1)
  std::uint64_t not_rigid = 0;        // became Missing::not_finite
  std::uint64_t no_orientation = 0;   // POSITION of three numbers
  std::uint64_t no_time = 0;          // stamp 0, although the sender's times were to count
  std::uint64_t images = 0;
  std::uint64_t images_refused = 0;
};

// From OpenIGTLink messages to TrackerFrames in the outbox. Bodies with one time stamp are one
// exposure and one frame (H2): it goes out when every body of the configuration is in it, when a
// message of another exposure comes, or at flush(). What the sender does not call a pose is
// Missing, whatever matrix stands there; a matrix that is no rotation to 1e-3 is Missing, too.
// Times are mapped by the device clock, whatever either host's wall clock does (H18). plain: the
// source's thread.
class IgtlPublisher {
 public:
  // `on_first` is called before the first frame of each connection.
  IgtlPublisher(const IgtlSourceConfig& config, SourceOutbox& outbox,
                std::function<void()> on_first = {});

  // A new connection: nothing is known of the sender's clock.
  void begin();
  void take(igtl::Message&& message, Timestamp received);
  // Nothing more comes for now.
  void flush();

  [[nodiscard]] bool has_pending() const { return pending_.has_value(); }
  // Exposures published since begin().
  [[nodiscard]] std::uint64_t published() const { return published_; }
  // The first names that were heard and are nobody's here, "A, B".
  [[nodiscard]] const std::string& unknown_names() const { return unknown_names_; }
  [[nodiscard]] const IgtlPublisherStats& stats() const { return stats_; }

 private:
  using Pose = std::variant<Missing, MarkerPose>;

  [[nodiscard]] std::optional<ToolId> tool_of(std::string_view device) const;
  void take_body(std::string_view device, std::uint64_t stamp, Timestamp received,
                 const Pose& pose);
  void take_tracking(const igtl::Message& m, Timestamp received);
  void take_quaternions(const igtl::Message& m, Timestamp received);
  void take_image(igtl::Message&& m, Timestamp received);
  Pose pose_of(std::string_view status, const Eigen::Matrix3d& rotation,
               const Eigen::Vector3d& translation_mm);
  void forget_clock();
  [[nodiscard]] DeviceTime time_of(std::uint64_t stamp, Timestamp received);
  void begin_frame(std::uint64_t key, std::uint64_t stamp, Timestamp received);
  void note_unknown(std::string_view device);

  const IgtlSourceConfig& config_;
  SourceOutbox& outbox_;
  std::function<void()> on_first_;
  DeviceClock clock_;
  std::unique_ptr<SourceEvent> event_;           // reused: a frame is some kilobytes
  std::optional<std::uint64_t> pending_;         // the exposure that event_ holds
  std::array<std::uint64_t, max_tools> last_{};  // exposure of each body published last
  std::array<bool, max_tools> any_{};
  std::uint64_t newest_stamp_ = 0;
  std::uint32_t exposures_ = 0;
  std::uint64_t published_ = 0;
  std::string unknown_names_;
  IgtlPublisherStats stats_;
};

}  // namespace trocar
