#include "drivers/igtl_publisher.hpp"

#include <Eigen/SVD>
#include <cmath>
#include <utility>

#include "engine/igtl/image_messages.hpp"

namespace trocar {
namespace {

constexpr double rigid_within = 1e-3;
// An exposure older than the newest by less is another body's; by more, the sender's clock jumped.
constexpr std::int64_t reordered_ns = 500'000'000;
constexpr std::size_t longest_unknown_names = 120;

// 32.32 fixed point seconds as nanoseconds.
std::int64_t nanoseconds_of(std::uint64_t stamp) {
  constexpr std::uint64_t per_second = 1'000'000'000;
  const std::uint64_t fraction = ((stamp & 0xFFFFFFFFU) * per_second) >> 32U;
  return static_cast<std::int64_t>((stamp >> 32U) * per_second + fraction);
}

bool is_rigid(const Eigen::Matrix3d& r, const Eigen::Vector3d& t) {
  if (!r.allFinite() || !t.allFinite()) return false;
  const Eigen::Matrix3d off = r.transpose() * r - Eigen::Matrix3d::Identity();
  return off.cwiseAbs().maxCoeff() <= rigid_within && r.determinant() > 0;
}

// The rotation nearest to one that came as 32 bit floats (Arun 1987: U V^T of its SVD).
Eigen::Matrix3d nearest_rotation(const Eigen::Matrix3d& r) {
  const Eigen::JacobiSVD<Eigen::Matrix3d> svd(r, Eigen::ComputeFullU | Eigen::ComputeFullV);
  return svd.matrixU() * svd.matrixV().transpose();
}

Eigen::Matrix3d rotation_of(const igtl::Columns& c) {
  return Eigen::Map<const Eigen::Matrix3f>(c.data()).cast<double>();
}
Eigen::Vector3d translation_of(const igtl::Columns& c) {
  return Eigen::Map<const Eigen::Vector3f>(c.data() + 9).cast<double>();
}

// Not normalised when it is not one to 1e-3: is_rigid then says so.
Eigen::Matrix3d rotation_of(const std::array<float, 4>& q) {
  const Eigen::Quaterniond quaternion(q[3], q[0], q[1], q[2]);
  if (!(std::abs(quaternion.norm() - 1) <= rigid_within)) {
    return Eigen::Matrix3d::Constant(std::nan(""));
  }
  return quaternion.normalized().toRotationMatrix();
}
Eigen::Vector3d vector_of(const std::array<float, 3>& p) {
  return {double{p[0]}, double{p[1]}, double{p[2]}};
}

// PLUS's words. Nothing said counts as OK: not every sender knows them.
std::optional<Missing> missing_of(std::string_view status) {
  if (status.empty() || status == "OK") return std::nullopt;
  if (status == "MISSING" || status == "OUT_OF_VIEW") return Missing::not_seen;
  if (status == "OUT_OF_VOLUME") return Missing::out_of_volume;
  if (status == "INVALID") return Missing::bad_fit;
  return Missing::processing;  // UNKNOWN, REQUEST_TIMEOUT, and what we do not know
}

std::string_view status_of(const igtl::Message& m) {
  for (const char* key : {"TransformStatus", "Status"}) {
    if (const std::string* said = m.find(key)) return *said;
  }
  return {};
}

// Of one element of a TDATA: PLUS says <Name>Status or <Name>TransformStatus, and <Name> may be the
// tool's alone ("Needle" of "NeedleToTracker").
std::string_view status_of(const igtl::Message& m, const std::string& element) {
  const std::string tool = element.substr(0, element.find("To", 1));
  for (const std::string& key :
       {element + "Status", element + "TransformStatus", tool + "Status"}) {
    if (const std::string* said = m.find(key)) return *said;
  }
  return {};
}

}  // namespace

IgtlPublisher::IgtlPublisher(const IgtlSourceConfig& config, SourceOutbox& outbox,
                             std::function<void()> on_first)
    : config_(config),
      outbox_(outbox),
      on_first_(std::move(on_first)),
      clock_(config.clock),
      event_(std::make_unique<SourceEvent>(TrackerFrame{})) {}

void IgtlPublisher::begin() {
  forget_clock();
  pending_.reset();
  any_ = {};
  published_ = 0;
  unknown_names_.clear();
}

void IgtlPublisher::forget_clock() {
  clock_.restart();
  newest_stamp_ = 0;
}

void IgtlPublisher::take(igtl::Message&& m, Timestamp received) {
  if (std::holds_alternative<igtl::TrackingBody>(m.body)) return take_tracking(m, received);
  if (std::holds_alternative<igtl::QuaternionTrackingBody>(m.body)) {
    return take_quaternions(m, received);
  }
  if (std::holds_alternative<igtl::ImageBody>(m.body)) return take_image(std::move(m), received);
  const std::string_view status = status_of(m);
  if (const auto* t = std::get_if<igtl::TransformBody>(&m.body)) {
    take_body(m.header.device, m.header.timestamp, received,
              pose_of(status, rotation_of(t->columns), translation_of(t->columns)));
  } else if (const auto* p = std::get_if<igtl::PositionBody>(&m.body)) {
    if (p->numbers == 3) {  // where, but not which way: no pose of a body
      ++stats_.no_orientation;
      return;
    }
    take_body(m.header.device, m.header.timestamp, received,
              pose_of(status, rotation_of(p->quaternion), vector_of(p->position)));
  }
}

void IgtlPublisher::take_tracking(const igtl::Message& m, Timestamp received) {
  for (const auto& e : std::get<igtl::TrackingBody>(m.body).elements) {
    take_body(e.name, m.header.timestamp, received,
              pose_of(status_of(m, e.name), rotation_of(e.columns), translation_of(e.columns)));
  }
  flush();  // all of one instant came at once
}

void IgtlPublisher::take_quaternions(const igtl::Message& m, Timestamp received) {
  for (const auto& e : std::get<igtl::QuaternionTrackingBody>(m.body).elements) {
    take_body(e.name, m.header.timestamp, received,
              pose_of(status_of(m, e.name), rotation_of(e.quaternion), vector_of(e.position)));
  }
  flush();
}

void IgtlPublisher::take_image(igtl::Message&& m, Timestamp received) {
  if (outbox_.images == nullptr && outbox_.tap == nullptr) return;
  auto frame = igtl::image_frame_of(std::move(std::get<igtl::ImageBody>(m.body)), m.header.device);
  if (!frame) {
    ++stats_.images_refused;
    return;
  }
  const DeviceTime time = time_of(m.header.timestamp, received);
  frame.value().acquired = time.acquired;
  frame.value().acquired_bound = time.bound;
  frame.value().received = received;
  ++stats_.images;
  outbox_.push_image(frame.value());
}

IgtlPublisher::Pose IgtlPublisher::pose_of(std::string_view status, const Eigen::Matrix3d& rotation,
                                           const Eigen::Vector3d& translation_mm) {
  if (const auto missing = missing_of(status)) return *missing;
  // What senders without a status put for a tool they do not see; nothing is tracked there.
  if (rotation == Eigen::Matrix3d::Identity() && translation_mm.isZero(0)) return Missing::not_seen;
  if (!is_rigid(rotation, translation_mm)) {
    ++stats_.not_rigid;
    return Missing::not_finite;
  }
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.linear() = nearest_rotation(rotation);
  m.translation() = translation_mm;
  // CLAIM: the configuration names this device as the body's pose in the sender's tracker frame.
  // That frame is the sender's own, so nothing is turned from RAS: both bodies share it, and it
  // cancels in reference_from_tool.
  return MarkerPose{Transform<Tracker, Marker>::declare(m), config_.marker_rms_mm, false};
}

void IgtlPublisher::take_body(std::string_view device, std::uint64_t stamp, Timestamp received,
                              const Pose& pose) {
  const auto tool = tool_of(device);
  if (!tool) return note_unknown(device);
  const auto arrival = static_cast<std::uint64_t>(received.time_since_epoch().count());
  const std::uint64_t key = config_.sender_time && stamp != 0 ? stamp : arrival;
  if (any_[tool->index] && last_[tool->index] == key) {
    ++stats_.repeated;
    return;
  }
  if (pending_ && *pending_ != key) flush();
  // A body's own exposures come in order: to go back is a jump of the sender's clock, if a short
  // one.
  if (config_.sender_time && stamp != 0 && any_[tool->index] && stamp < last_[tool->index]) {
    forget_clock();
  }
  if (!pending_) begin_frame(key, stamp, received);
  auto& frame = std::get<TrackerFrame>(*event_);
  frame.received = received;
  frame.bodies.push_back({*tool, pose, 0});
  last_[tool->index] = key;
  any_[tool->index] = true;
  if (frame.bodies.size() == config_.devices.size()) flush();
}

void IgtlPublisher::begin_frame(std::uint64_t key, std::uint64_t stamp, Timestamp received) {
  pending_ = key;
  auto& frame = std::get<TrackerFrame>(*event_);
  frame.bodies.clear();
  frame.device_frame = ++exposures_;
  const DeviceTime time = time_of(stamp, received);
  frame.acquired = time.acquired;
  frame.acquired_bound = time.bound;
}

void IgtlPublisher::flush() {
  if (!pending_) return;
  pending_.reset();
  if (++published_ == 1 && on_first_) on_first_();
  outbox_.push(*event_);
}

// Without the sender's time the arrival counts, and the bound says how well that is known.
DeviceTime IgtlPublisher::time_of(std::uint64_t stamp, Timestamp received) {
  const Timestamp by_arrival = received - config_.clock.latency;
  if (!config_.sender_time) return {by_arrival, config_.clock.latency_bound};
  if (stamp == 0) {
    ++stats_.no_time;
    return {by_arrival, DeviceClock::unknown};
  }
  const std::int64_t ns = nanoseconds_of(stamp);
  const std::int64_t behind = nanoseconds_of(newest_stamp_) - ns;
  if (newest_stamp_ != 0 && behind >= 0 && behind < reordered_ns) return clock_.at(ns, received);
  newest_stamp_ = stamp;
  return clock_.map(ns, received);
}

std::optional<ToolId> IgtlPublisher::tool_of(std::string_view device) const {
  for (std::size_t i = 0; i < config_.devices.size(); ++i) {
    if (config_.devices[i] == device) return ToolId{static_cast<std::uint16_t>(i)};
  }
  return std::nullopt;
}

void IgtlPublisher::note_unknown(std::string_view device) {
  ++stats_.unknown_devices;
  if (unknown_names_.size() > longest_unknown_names ||
      (", " + unknown_names_ + ",").find(", " + std::string(device) + ",") != std::string::npos) {
    return;
  }
  unknown_names_ += (unknown_names_.empty() ? "" : ", ") + std::string(device);
}

}  // namespace trocar
