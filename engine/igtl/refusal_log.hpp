#pragma once
#include <array>
#include <string>

#include "engine/base/ring.hpp"
#include "engine/data/state_line.hpp"
#include "engine/igtl/server_stats.hpp"

namespace trocar {

// Counts refusals, and says the first of each kind in ten seconds to the log: a flood is one line.
// plain: the network thread.
class RefusalLog {
 public:
  // `remarks` may be nullptr.
  RefusalLog(ServerStats& stats, Ring<StateLine, 64>* remarks) : stats_(stats), remarks_(remarks) {}

  void note(Refusal why, const std::string& peer, Timestamp now) {
    stats_.of(why).add();
    Said& said = said_[static_cast<std::size_t>(why)];
    if (remarks_ == nullptr || (said.ever && now - said.at < quiet)) return;
    said = {true, now};
    const std::string text = "display client " + peer + ": " + std::string(to_string(why)) + ", " +
                             std::to_string(stats_.of(why).value()) + " since the start";
    remarks_->push({now, StateKind::device, FixedText<120>(text)});
  }

 private:
  struct Said {
    bool ever = false;
    Timestamp at{};
  };
  static constexpr Duration quiet = std::chrono::seconds(10);

  ServerStats& stats_;
  Ring<StateLine, 64>* remarks_;
  std::array<Said, refusal_count> said_{};
};

}  // namespace trocar
