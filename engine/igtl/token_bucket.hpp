#pragma once
#include <algorithm>

#include "engine/base/time.hpp"

namespace trocar {

// How often something may happen: `per_second` in the long run, `burst` at once. plain: one thread.
class TokenBucket {
 public:
  TokenBucket(double per_second, double burst)
      : per_second_(per_second), burst_(burst), tokens_(burst) {}

  // False when it is too often. `now` must not go backward.
  [[nodiscard]] bool take(Timestamp now) {
    tokens_ = std::min(burst_, tokens_ + per_second_ * seconds(now - last_));
    last_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  double per_second_;
  double burst_;
  double tokens_;
  Timestamp last_{};
};

}  // namespace trocar
