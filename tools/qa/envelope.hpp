#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

namespace trocar::qa {

// A curve with a band, of any length in bounded memory: the time axis is cut into equal pieces, and
// each keeps the lowest and the highest it met. When there would be too many, each two become one.
// The axis begins with the first value, so that a piece of a long session is drawn as finely as a
// short session.
class Envelope {
 public:
  struct Piece {
    double low = 0;       // of the value, mm
    double high = 0;      //
    double band_low = 0;  // of value - bound, and value + bound
    double band_high = 0;
    bool any = false;
  };
  static constexpr std::size_t most_pieces = 1024;

  void add(double at_s, double value, double bound) {
    if (!from_s_) from_s_ = at_s;
    const double passed_s = at_s - *from_s_;
    if (!(passed_s >= 0)) return;
    while (passed_s >= piece_s_ * static_cast<double>(most_pieces)) halve();
    const auto i = static_cast<std::size_t>(passed_s / piece_s_);
    if (i >= pieces_.size()) pieces_.resize(i + 1);
    merge(pieces_[i], {value, value, value - bound, value + bound, true});
  }
  [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }
  [[nodiscard]] double from_s() const { return from_s_.value_or(0); }
  [[nodiscard]] double piece_s() const { return piece_s_; }

 private:
  static void merge(Piece& into, const Piece& p) {
    if (!p.any) return;
    if (!into.any) {
      into = p;
      return;
    }
    into.low = std::min(into.low, p.low);
    into.high = std::max(into.high, p.high);
    into.band_low = std::min(into.band_low, p.band_low);
    into.band_high = std::max(into.band_high, p.band_high);
  }
  void halve() {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      const Piece p = pieces_[i];
      if (i % 2 == 0) {
        pieces_[i / 2] = p;
      } else {
        merge(pieces_[i / 2], p);
      }
    }
    pieces_.resize((pieces_.size() + 1) / 2);
    piece_s_ *= 2;
  }

  std::optional<double> from_s_;
  double piece_s_ = 0.05;
  std::vector<Piece> pieces_;
};

}  // namespace trocar::qa
