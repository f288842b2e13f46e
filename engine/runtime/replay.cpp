#include "engine/runtime/replay.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/session/message_differences.hpp"

namespace trocar {

Result<std::unique_ptr<Replay>> Replay::open(const std::filesystem::path& file) {
  auto reader = SessionReader::open(file);
  if (!reader) return reader.error();
  std::unique_ptr<Replay> replay(new Replay());
  replay->reader_ = std::move(reader).value();
  if (const Status begun = replay->read_prologue(); !begun) {
    return Error{begun.error().code, file.string() + ": " + begun.error().detail};
  }
  return replay;
}

Status Replay::read_prologue() {
  std::optional<std::string> setup;
  while (const SessionReader::Item* item = reader_->next()) {
    if (const auto* a = std::get_if<mcap::Attachment>(item)) {
      if (a->name == SessionSetup::attachment) setup = a->data;
    }
    if (const auto* m = std::get_if<mcap::Message>(item)) {
      waiting_ = *m;
      break;
    }
  }
  if (!setup) return Error{Code::not_found, "expected the attachment setup.pb, found none"};
  auto read = decode_setup(*setup);
  if (!read) return read.error();
  setup_ = std::move(read).value();
  auto navigator = build_navigator(setup_);
  if (!navigator) return navigator.error();
  navigator_ = std::move(navigator).value();
  return Done{};
}

// The next message into waiting_, unless one waits already.
bool Replay::take_message() {
  while (!waiting_) {
    const SessionReader::Item* item = reader_->next();
    if (item == nullptr) return false;
    if (const auto* m = std::get_if<mcap::Message>(item)) waiting_ = *m;
  }
  return true;
}

const Step* Replay::advance() {
  for (; take_message(); waiting_.reset()) {
    if (!is_step(static_cast<Topic>(waiting_->channel))) continue;
    auto step = decode<Step>(waiting_->data);
    if (!step) {
      error_ = step.error();
      return nullptr;
    }
    step_ = std::move(step).value();
    waiting_.reset();
    navigator_->step(step_.event, step_.now);
    ++stats_.steps;
    compare_said();
    return &step_;
  }
  return nullptr;
}

// What stands in the file before the next step was said of this one.
void Replay::compare_said() {
  published_ = false;
  lines_compared_ = 0;
  const StateLines& lines = navigator_->lines();
  for (; take_message(); waiting_.reset()) {
    const auto topic = static_cast<Topic>(waiting_->channel);
    if (is_step(topic)) break;
    if (topic == Topic::guidance) {
      published_ = true;
      ++stats_.guidances;
      compare(topic, *waiting_, encode(navigator_->guidance()));
    } else if (topic == Topic::state || topic == Topic::alarm) {
      ++stats_.lines;
      if (lines_compared_ < lines.size()) {
        compare(topic, *waiting_, encode(lines[lines_compared_++]));
      } else {
        differ("state line: recorded one more than was replayed");
      }
    }
  }
  const bool on = navigator_->guidance().recording == Recording::on;
  if (on && published_ && lines_compared_ < lines.size()) {
    differ("state line: \"" + std::string(lines[lines_compared_].text.view()) +
           "\" was replayed and is not in the record");
  }
}

void Replay::compare(Topic topic, const mcap::Message& recorded, const std::string& replayed) {
  const mcap::Bytes found = std::as_bytes(std::span(replayed));
  if (std::ranges::equal(recorded.data, found)) return;
  if (!keeps_fields_)
    return differ(stats_.first ? "" : first_difference(topic, recorded.data, found));
  const std::vector<std::string> all = message_differences(topic, recorded.data, found);
  for (const std::string& what : all) count_field(what);
  differ(all.front());
}

// `modified: tools[0].age_ns: 5 -> 6` is of the field `tools[0].age_ns`.
void Replay::count_field(const std::string& what) {
  constexpr std::size_t most_fields = 1000;
  const std::size_t from = std::min(what.find(": "), what.size() - 1) + 2;
  const std::string path = what.substr(std::min(from, what.size()), what.find(": ", from) - from);
  if (stats_.fields.size() >= most_fields && !stats_.fields.contains(path)) return;
  ChangedField& field = stats_.fields[path];
  if (field.times++ == 0) field.first = {step_.sequence, what};
}

void Replay::differ(std::string what) {
  ++stats_.differences;
  if (!stats_.first) stats_.first = Divergence{step_.sequence, std::move(what)};
}

}  // namespace trocar
