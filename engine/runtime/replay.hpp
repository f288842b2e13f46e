#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/result.hpp"
#include "engine/navigation/navigator.hpp"
#include "engine/runtime/session_setup.hpp"
#include "engine/session/session_messages.hpp"
#include "engine/session/session_reader.hpp"

namespace trocar {

// Where a replay said something else than the record.
struct Divergence {
  std::uint64_t sequence = 0;
  std::string what;  // field: recorded -> replayed
};

// One field of what was said that a replay says otherwise.
struct ChangedField {
  std::uint64_t times = 0;
  Divergence first;  // its first, with both values
};

struct ReplayStats {
  std::uint64_t steps = 0;
  std::uint64_t guidances = 0;  // compared
  std::uint64_t lines = 0;      // compared
  std::uint64_t differences = 0;
  std::optional<Divergence> first;
  std::map<std::string, ChangedField> fields;  // by path; only with keep_fields()
};

// Feeds a session's steps, in the recorded order and with the recorded times, to a navigator, and
// compares what it says with what was said, byte by byte. plain: one thread.
class Replay {
 public:
  // Reads up to the first message. Errors: no session, no set-up, or one that makes no navigator.
  static Result<std::unique_ptr<Replay>> open(const std::filesystem::path& file);

  [[nodiscard]] const SessionSetup& setup() const { return setup_; }
  // Another navigator than the session's own, before the first advance(): the recorded inbox under
  // another configuration.
  void use(std::unique_ptr<Navigator> other) { navigator_ = std::move(other); }

  // From now on every field that differs is counted, not only messages: ReplayStats::fields.
  void keep_fields() { keeps_fields_ = true; }

  // Takes the next step and all that was said of it. nullptr at the end of what is whole. The
  // navigator then holds what it says now; the step stays valid until the next call.
  const Step* advance();
  [[nodiscard]] const Navigator& navigator() const { return *navigator_; }
  // Whether a guidance was published, in the record, after the step taken last.
  [[nodiscard]] bool was_published() const { return published_; }

  [[nodiscard]] const ReplayStats& stats() const { return stats_; }
  [[nodiscard]] const SessionEnd& end() const { return reader_->end(); }
  // A message that this version cannot read: the replay ended before it.
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  Replay() = default;
  Status read_prologue();
  void compare_said();
  void compare(Topic topic, const mcap::Message& recorded, const std::string& replayed);
  void differ(std::string what);
  void count_field(const std::string& what);
  bool take_message();

  std::unique_ptr<SessionReader> reader_;
  SessionSetup setup_;
  std::unique_ptr<Navigator> navigator_;
  std::optional<mcap::Message> waiting_;  // read, and not yet used; points into the reader's chunk
  Step step_;
  std::size_t lines_compared_ = 0;  // of the step taken last
  bool published_ = false;
  bool keeps_fields_ = false;
  ReplayStats stats_;
  std::optional<Error> error_;
};

}  // namespace trocar
