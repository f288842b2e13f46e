#pragma once
#include <functional>
#include <memory>
#include <string>

#include "engine/runtime/session_setup.hpp"
#include "tests/engine/runtime/running_engine.hpp"
#include "tests/engine/session/session_bytes.hpp"

// The small operating room with a recorder, and the session it leaves.
namespace trocar::scene {

using namespace trocar::test;

inline constexpr std::int64_t utc_at_zero_ns = 1'790'000'000'000'000'000;

inline SessionSetup setup_of(const NavigatorConfig& config) {
  return {"a test", utc_at_zero_ns, plan(), tools(), config, registration_config()};
}

inline RunningEngine::MakeRecorder recorder_on(std::unique_ptr<AppendFile> file,
                                               const NavigatorConfig& config) {
  auto shared = std::make_shared<std::unique_ptr<AppendFile>>(std::move(file));
  return [shared, config](const TimeSource& time) {
    SessionPrologue prologue{"a test", session_schemas(), session_channels(), {}};
    prologue.attachments.push_back(
        {0, SessionSetup::attachment, "application/protobuf", encode(setup_of(config))});
    auto writer = SessionWriter::begin(std::move(*shared), std::move(prologue));
    REQUIRE(writer);
    return std::make_unique<Recorder>(std::move(writer).value(), time, utc_at_zero_ns);
  };
}

// A session of a needle that comes near, goes in, is covered and comes back.
inline std::filesystem::path record_approach(const std::filesystem::path& folder, int frames = 60) {
  const auto path = folder / "approach.mcap";
  auto file = create_append_file(path);
  REQUIRE(file);
  RunningEngine room(config(), {registration()}, recorder_on(std::move(file).value(), config()));
  REQUIRE(room.until([&] { return room.last.recording == Recording::on; }));
  room.say(LinkChanged{Link::tracking, {}});
  for (int i = 0; i < frames; ++i) room.see(Vector3d(1, 2, 40 - i));
  room.see(frame(room.time.now() + duration_from_ms(10), reference_pose(), Missing::not_seen));
  room.see(Vector3d(0.1, 0.2, 25.3));
  room.engine.stop();
  return path;
}

// The session again, with each message as `change` gives it.
inline void rewrite(const std::filesystem::path& from, const std::filesystem::path& to,
                    const std::function<std::string(Topic, std::string)>& change) {
  auto reader = SessionReader::open(from);
  REQUIRE(reader);
  SessionPrologue prologue{"a test", session_schemas(), session_channels(), {}};
  std::unique_ptr<SessionWriter> writer;
  while (const SessionReader::Item* item = reader.value()->next()) {
    if (const auto* a = std::get_if<mcap::Attachment>(item)) prologue.attachments.push_back(*a);
    const auto* m = std::get_if<mcap::Message>(item);
    if (m == nullptr) continue;
    if (!writer) {
      auto file = create_append_file(to);
      REQUIRE(file);
      writer = SessionWriter::begin(std::move(file).value(), prologue).value();
    }
    const std::string data = change(static_cast<Topic>(m->channel), text_of(m->data));
    writer->add(m->channel, m->log_time_ns, bytes_of(data));
  }
  REQUIRE(writer->close());
}

}  // namespace trocar::scene
