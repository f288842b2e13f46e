#include "tools/trocar/session_start.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/session/sha256.hpp"
#include "tools/trocar/json_text.hpp"

namespace trocar {
namespace {

constexpr std::uintmax_t largest_kept_bytes = std::uintmax_t{16} << 20U;

std::int64_t utc_at_zero(const WallClock& wall) {
  return wall.utc_ns - wall.session.time_since_epoch().count();
}

Result<std::string> content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(in), {}};
  if (!in) return Error{Code::io, file.string() + ": cannot be read for the session"};
  return content;
}

// The digest of one file, or of every file of a folder in the order of their names.
Result<std::string> digest_of(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> files{path};
  if (std::filesystem::is_directory(path)) {
    files.clear();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::ranges::sort(files);
  }
  Sha256 hash;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    std::vector<char> some(std::size_t{1} << 20U);
    while (in) {
      in.read(some.data(), static_cast<std::streamsize>(some.size()));
      hash.add(std::as_bytes(std::span(some).first(static_cast<std::size_t>(in.gcount()))));
    }
    if (!in.eof()) return Error{Code::io, file.string() + ": cannot be read for the session"};
  }
  return hex_of(hash.finish());
}

// Texts are kept whole; volumes, and whatever is large, by name, size and digest.
Status attach(SessionPrologue& prologue, nlohmann::json& referred, const std::string& role,
              const std::filesystem::path& path, bool whole, std::uint64_t utc_ns) {
  const bool is_file = std::filesystem::is_regular_file(path);
  if (whole && is_file && std::filesystem::file_size(path) <= largest_kept_bytes) {
    auto content = content_of(path);
    if (!content) return content.error();
    const std::string name = role + "/" + path.filename().string();
    prologue.attachments.push_back(
        {utc_ns, name, "application/octet-stream", std::move(content).value()});
    return Done{};
  }
  auto digest = digest_of(path);
  if (!digest) return digest.error();
  referred.push_back({{"role", role},
                      {"path", path.string()},
                      {"bytes", is_file ? std::filesystem::file_size(path) : 0},
                      {"sha256", digest.value()}});
  return Done{};
}

Result<SessionPrologue> prologue_of(const OrSetup& setup, const WallClock& wall) {
  SessionPrologue prologue{"trocar " TROCAR_VERSION, session_schemas(), session_channels(), {}};
  const auto utc_ns = static_cast<std::uint64_t>(std::max<std::int64_t>(wall.utc_ns, 0));
  prologue.attachments.push_back({utc_ns, SessionSetup::attachment, "application/protobuf",
                                  encode(session_setup_of(setup, wall))});
  nlohmann::json referred = nlohmann::json::array();
  for (const SetupFile& f : setup.files) {
    const Status done = attach(prologue, referred, f.role, f.path, f.is_text, utc_ns);
    if (!done) return done.error();
  }
  const nlohmann::json build{{"trocar", TROCAR_VERSION}, {"compiler", __VERSION__}};
  prologue.attachments.push_back({utc_ns, "build.json", "application/json", json_text(build)});
  prologue.attachments.push_back(
      {utc_ns, "referred.json", "application/json", json_text(referred)});
  return prologue;
}

class SessionControl final : public RecordingControl {
 public:
  SessionControl(Recorder& recorder, const TimeSource& time, const std::filesystem::path& file,
                 bool may_end)
      : recorder_(recorder), time_(time), name_(file.filename().string()), may_end_(may_end) {}

  Result<std::string> want(bool on) override {
    if (recorder_.is_lost()) return Error{Code::io, "the recording was lost; see TrocarState"};
    if (!on && !may_end_) {
      return Error{Code::unsupported, "the configuration says record = \"always\""};
    }
    recorder_.want(on);
    return on ? "recording to " + name_
              : "recording ended; " + name_ + " keeps the steps until the engine stops";
  }
  void commanded(std::string_view name, bool succeeded, std::string_view answer) override {
    recorder_.commanded({time_.now(), name, succeeded, answer});
  }

 private:
  Recorder& recorder_;
  const TimeSource& time_;
  std::string name_;
  bool may_end_;
};

}  // namespace

SessionSetup session_setup_of(const OrSetup& setup, WallClock wall) {
  return {TROCAR_VERSION, utc_at_zero(wall), setup.plan,
          setup.tools,    setup.navigator,   setup.registration};
}

Result<StartedSession> start_session(const OrSetup& setup, const TimeSource& time, WallClock wall) {
  StartedSession started;
  const auto free_mb = check_free_space(*setup.session);
  if (!free_mb) return free_mb.error();
  started.free_mb = free_mb.value();
  auto prologue = prologue_of(setup, wall);
  if (!prologue) return prologue.error();
  started.file = new_session_path(*setup.session, wall.utc_ns);
  auto file = create_append_file(started.file);
  if (!file) return file.error();
  auto writer = SessionWriter::begin(std::move(file).value(), std::move(prologue).value());
  if (!writer) return writer.error();
  started.recorder = std::make_unique<Recorder>(std::move(writer).value(), time, utc_at_zero(wall));
  return started;
}

std::unique_ptr<RecordingControl> recording_control(const StartedSession& session,
                                                    const TimeSource& time, bool may_end) {
  return std::make_unique<SessionControl>(*session.recorder, time, session.file, may_end);
}

}  // namespace trocar
