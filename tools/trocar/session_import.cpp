#include "tools/trocar/session_import.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "engine/base/fixed_text.hpp"
#include "engine/runtime/registration_worker.hpp"
#include "engine/session/session_messages.hpp"
#include "engine/session/session_writer.hpp"
#include "tools/trocar/sequence_images.hpp"
#include "tools/trocar/session_start.hpp"
#include "tools/trocar/tool_fields.hpp"

namespace trocar {
namespace {

constexpr int most_ticks = 100;
constexpr Timestamp begins = Timestamp(std::chrono::seconds(1));

// The navigator and its record, step by step.
class Tape {
 public:
  Tape(std::unique_ptr<SessionWriter> writer, OrSetup& setup)
      : writer_(std::move(writer)),
        navigator_(setup.navigator, setup.tools, std::move(setup.model)),
        registration_(setup.registration),
        fiducials_(setup.plan.fiducials) {}

  Status take(const Event& event, Timestamp now) {
    navigator_.step(event, now);
    add(topic_of(event), encode(Step{navigator_.guidance().sequence, now, event}), now);
    for (const StateLine& line : navigator_.lines()) add(topic_of(line), encode(line), now);
    add(Topic::guidance, encode(navigator_.guidance()), now);
    if (Status done = commit_when_due(); !done) return done;
    if (const LandmarksCollected* landmarks = navigator_.landmarks()) {
      return take(register_landmarks(registration_, fiducials_, *landmarks), now);
    }
    return Done{};
  }
  Status take(const ImageFrame& image) {
    add(Topic::image, encode(image), image.received);
    return commit_when_due();
  }
  Status close() { return writer_->close(); }

 private:
  Status commit_when_due() {
    constexpr std::size_t chunk_bytes = std::size_t{256} << 10U;
    return writer_->pending_bytes() >= chunk_bytes ? writer_->commit() : Done{};
  }
  void add(Topic topic, const std::string& message, Timestamp at) {
    writer_->add(static_cast<std::uint16_t>(topic),
                 static_cast<std::uint64_t>(at.time_since_epoch().count()),
                 std::as_bytes(std::span(message)));
  }

  std::unique_ptr<SessionWriter> writer_;
  Navigator navigator_;
  PointRegistrationConfig registration_;
  std::vector<Fiducial> fiducials_;
};

Result<std::unique_ptr<SessionWriter>> begin(const OrSetup& setup,
                                             const std::filesystem::path& to) {
  auto file = create_append_file(to);
  if (!file) return file.error();
  // A sequence does not say when it was recorded: its first second is that of 1970.
  const std::string kept = encode(session_setup_of(setup, {}));
  return SessionWriter::begin(std::move(file).value(),
                              {"trocar " TROCAR_VERSION " (imported)",
                               session_schemas(),
                               session_channels(),
                               {{0, SessionSetup::attachment, "application/protobuf", kept}}});
}

// One way through a sequence.
class Import {
 public:
  Import(const Sequence& sequence, const ImportOptions& options, ToolFields fields,
         SequenceImages images, Tape& tape, const OrSetup& setup)
      : sequence_(sequence),
        options_(options),
        fields_(std::move(fields)),
        images_(std::move(images)),
        tape_(tape),
        tick_(setup.tick) {
    imported_.not_rigid = sequence.not_rigid;
    imported_.unused = fields_.unused;
    imported_.unseen = fields_.unseen;
    imported_.relative_to = fields_.relative_to;
    const RangeMm& limits = setup.navigator.pose.tracker_distance;
    if (fields_.given) imported_.reference_distance_mm = (limits.min_mm + limits.max_mm) / 2;
  }

  Result<Imported> run() {
    if (Status done = tape_.take(RecordingChanged{Recording::on, "imported"}, now_); !done) {
      return done.error();
    }
    if (Status done = tape_.take(LinkChanged{Link::tracking, "imported"}, now_); !done) {
      return done.error();
    }
    for (const SequenceFrame& frame : sequence_.frames) {
      if (Status done = take(frame); !done) return done.error();
    }
    if (const Status whole = images_.finish(); !whole) return whole.error();
    imported_.invalid_images = images_.invalid();
    if (const Status closed = tape_.close(); !closed) return closed.error();
    return imported_;
  }

 private:
  Status take(const SequenceFrame& frame) {
    ++number_;
    const bool is_new = !last_s_ || frame.timestamp_s > *last_s_;
    const double since_s = frame.timestamp_s - sequence_.frames.front().timestamp_s;
    const Timestamp at = begins + duration_from_ms(1e3 * since_s);
    const auto image = images_.next(frame.has_image, at);
    if (!image) return image.error();
    if (!is_new) {
      ++imported_.repeated;
      return Done{};
    }
    last_s_ = frame.timestamp_s;
    if (Status done = tick_until(at); !done) return done;
    ++imported_.frames;
    if (Status done = tape_.take(tracker_frame_of(frame, at), at); !done) return done;
    if (!image.value()) return Done{};
    ++imported_.images;
    return tape_.take(*image.value());
  }

  // As the engine does between frames; a pause is not filled beyond what its watchdogs need.
  Status tick_until(Timestamp at) {
    for (int ticks = 0; ticks < most_ticks && now_ + tick_ < at; ++ticks) {
      now_ += tick_;
      if (Status done = tape_.take(Tick{}, now_); !done) return done;
    }
    now_ = at;
    return Done{};
  }

  [[nodiscard]] TrackerFrame tracker_frame_of(const SequenceFrame& from, Timestamp at) const {
    TrackerFrame frame{number_, at, options_.time_bound, at, {}};
    const Eigen::Isometry3d from_given(
        Eigen::Translation3d(0, 0, -imported_.reference_distance_mm));
    bool is_any_seen = false;
    for (std::size_t i = 0; i < fields_.of_tool.size(); ++i) {
      if (fields_.of_tool[i].empty() || i == fields_.given) continue;
      Body body{ToolId{static_cast<std::uint8_t>(i)}, Missing::not_seen, 0};
      const auto pose = from.poses.find(fields_.of_tool[i]);
      if (pose != from.poses.end()) {
        is_any_seen = true;
        const Eigen::Isometry3d in_tracker =
            fields_.given ? from_given * pose->second : pose->second;
        // CLAIM: a field <Tool>ToTracker is the pose of that tool's markers, as PLUS names it
        body.pose = MarkerPose{Transform<Tracker, Marker>::declare(in_tracker), 0, false};
      }
      frame.bodies.push_back(body);
    }
    if (fields_.given) {
      Body body{ToolId{static_cast<std::uint8_t>(*fields_.given)}, Missing::not_seen, 0};
      // CLAIM: what is relative to the reference is the same wherever that stands: 0054
      if (is_any_seen) {
        body.pose = MarkerPose{Transform<Tracker, Marker>::declare(from_given), 0, false};
      }
      frame.bodies.push_back(body);
    }
    return frame;
  }

  const Sequence& sequence_;
  const ImportOptions& options_;
  ToolFields fields_;
  SequenceImages images_;
  Tape& tape_;
  Duration tick_;
  Imported imported_;
  Timestamp now_ = begins;
  std::uint32_t number_ = 0;
  std::optional<double> last_s_;
};

}  // namespace

Result<Imported> import_sequence(const Sequence& sequence, OrSetup setup,
                                 const ImportOptions& options, const std::filesystem::path& to) {
  auto fields = tool_fields_of(sequence.fields, setup.tools, options.tool_of);
  if (!fields) return fields.error();
  auto images = options.images ? SequenceImages::open(sequence, options.time_bound)
                               : Result<SequenceImages>(SequenceImages());
  if (!images) return images.error();
  auto writer = begin(setup, to);
  if (!writer) return writer.error();
  Tape tape(std::move(writer).value(), setup);
  auto imported =
      Import(sequence, options, std::move(fields).value(), std::move(images).value(), tape, setup)
          .run();
  // Half a session would look like a whole one that was cut.
  std::error_code ignored;
  if (!imported) std::filesystem::remove(to, ignored);
  return imported;
}

}  // namespace trocar
