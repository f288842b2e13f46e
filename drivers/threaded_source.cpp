#include "drivers/threaded_source.hpp"

#include <fmt/format.h>

#include "engine/base/log.hpp"

namespace trocar {

void ThreadedSource::start(SourceOutbox& outbox, const TimeSource& time) {
  stop_.drain();
  stopping_.store(false);
  outbox_ = &outbox;
  time_ = &time;
  thread_ = std::thread([this] { run(); });
}

void ThreadedSource::stop() {
  if (!thread_.joinable()) return;
  stopping_.store(true);
  stop_.notify();
  thread_.join();
}

void ThreadedSource::say(Link link, std::string_view detail) {
  if (link == said_ && detail == said_detail_) return;
  said_ = link;
  said_detail_ = detail;
  outbox_->push(LinkChanged{link, FixedText<200>(detail)});
  if (link == Link::lost) {
    log::warn(fmt::format("tracker: {}", detail));
  } else {
    log::info(fmt::format("tracker: {}", detail));
  }
}

}  // namespace trocar
