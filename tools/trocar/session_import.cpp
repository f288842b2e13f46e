#include "tools/trocar/session_import.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "engine/base/fixed_text.hpp"
#include "engine/runtime/registration_worker.hpp"
#include "engine/session/session_messages.hpp"
#include "engine/session/session_writer.hpp"
#include "tools/trocar/session_start.hpp"

namespace trocar {
namespace {

constexpr int most_ticks = 100;
constexpr std::string_view to_tracker = "ToTracker";

// "StylusToTracker" is a pose of "Stylus"; anything else is no tracked body.
std::optional<std::string> body_of(const std::string& field) {
  if (!field.ends_with(to_tracker) || field.size() == to_tracker.size()) return std::nullopt;
  return field.substr(0, field.size() - to_tracker.size());
}

// The fields of the sequence by ToolId::index; empty: the tool is in none.
std::vector<std::string> fields_of_tools(const Sequence& sequence,
                                         const std::vector<ToolModel>& tools,
                                         const ImportOptions& options, Imported& imported) {
  std::vector<std::string> fields(tools.size());
  for (const std::string& field : sequence.fields) {
    const auto body = body_of(field);
    const auto mapped = body ? options.tool_of.find(*body) : options.tool_of.end();
    const std::string name = mapped != options.tool_of.end() ? mapped->second : body.value_or("");
    const auto tool = std::ranges::find(tools, name, &ToolModel::name);
    if (tool == tools.end()) {
      imported.unused.push_back(field);
    } else {
      fields[static_cast<std::size_t>(tool - tools.begin())] = field;
    }
  }
  for (std::size_t i = 0; i < tools.size(); ++i) {
    if (fields[i].empty()) imported.unseen.push_back(tools[i].name);
  }
  return fields;
}

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
    constexpr std::size_t chunk_bytes = std::size_t{256} << 10U;
    if (writer_->pending_bytes() >= chunk_bytes) {
      if (Status done = writer_->commit(); !done) return done;
    }
    if (const LandmarksCollected* landmarks = navigator_.landmarks()) {
      return take(register_landmarks(registration_, fiducials_, *landmarks), now);
    }
    return Done{};
  }
  Status close() { return writer_->close(); }

 private:
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

TrackerFrame frame_of(const SequenceFrame& from, std::uint32_t number, Timestamp at,
                      const std::vector<std::string>& fields, Duration bound) {
  TrackerFrame frame{number, at, bound, at, {}};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].empty()) continue;
    Body body{ToolId{static_cast<std::uint8_t>(i)}, Missing::not_seen, 0};
    const auto pose = from.poses.find(fields[i]);
    if (pose != from.poses.end()) {
      // CLAIM: a field <Tool>ToTracker is the pose of that tool's markers, as PLUS names it
      body.pose = MarkerPose{Transform<Tracker, Marker>::declare(pose->second), 0, false};
    }
    frame.bodies.push_back(body);
  }
  return frame;
}

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

}  // namespace

Result<Imported> import_sequence(const Sequence& sequence, OrSetup setup,
                                 const ImportOptions& options, const std::filesystem::path& to) {
  Imported imported;
  imported.not_rigid = sequence.not_rigid;
  const auto fields = fields_of_tools(sequence, setup.tools, options, imported);
  if (imported.unseen.size() == setup.tools.size()) {
    std::string there;
    for (const std::string& field : sequence.fields) there += " " + field;
    return Error{Code::not_found,
                 "expected a transform <Tool>ToTracker of a tool of the "
                 "configuration, or a --tool for it; found" +
                     (there.empty() ? " no transform" : there)};
  }
  auto writer = begin(setup, to);
  if (!writer) return writer.error();
  const Duration tick = setup.tick;
  Tape tape(std::move(writer).value(), setup);
  Timestamp now = Timestamp(std::chrono::seconds(1));
  const double first_s = sequence.frames.front().timestamp_s;
  if (Status done = tape.take(RecordingChanged{Recording::on, "imported"}, now); !done) {
    return done.error();
  }
  if (Status done = tape.take(LinkChanged{Link::tracking, "imported"}, now); !done) {
    return done.error();
  }
  std::uint32_t number = 0;
  std::optional<double> last_s;
  for (const SequenceFrame& frame : sequence.frames) {
    ++number;
    if (last_s && frame.timestamp_s <= *last_s) {
      ++imported.repeated;
      continue;
    }
    last_s = frame.timestamp_s;
    const Timestamp at =
        Timestamp(std::chrono::seconds(1)) + duration_from_ms(1e3 * (frame.timestamp_s - first_s));
    // As the engine does between frames; a pause is not filled beyond what its watchdogs need.
    for (int ticks = 0; ticks < most_ticks && now + tick < at; ++ticks) {
      now += tick;
      if (Status done = tape.take(Tick{}, now); !done) return done.error();
    }
    now = at;
    const TrackerFrame seen = frame_of(frame, number, at, fields, options.time_bound);
    if (Status done = tape.take(seen, now); !done) return done.error();
    ++imported.frames;
  }
  if (const Status closed = tape.close(); !closed) return closed.error();
  return imported;
}

}  // namespace trocar
