#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <vector>

namespace trocar::qa {

// Which of a few things held when, over any length in bounded memory: the time axis is cut into
// equal pieces, and each keeps how long each of them held in it. When there would be too many, each
// two become one, so that what alternates faster than a piece is long keeps its share.
class Strip {
 public:
  static constexpr std::size_t most_pieces = 512;
  using Piece = std::array<double, 4>;  // s

  void add(double from_s, double to_s, std::size_t what) {
    if (!(to_s > from_s)) return;
    if (!origin_s_) origin_s_ = from_s;
    const double from = std::max(from_s - *origin_s_, 0.0);
    const double to = to_s - *origin_s_;
    while (to > piece_s_ * static_cast<double>(most_pieces)) halve();
    for (auto i = static_cast<std::size_t>(from / piece_s_); i < most_pieces; ++i) {
      const double begin = std::max(from, piece_s_ * static_cast<double>(i));
      const double end = std::min(to, piece_s_ * static_cast<double>(i + 1));
      if (begin >= to) break;
      if (i >= pieces_.size()) pieces_.resize(i + 1, Piece{});
      pieces_[i].at(what) += std::max(end - begin, 0.0);
    }
  }
  [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }
  [[nodiscard]] double from_s() const { return origin_s_.value_or(0); }
  [[nodiscard]] double piece_s() const { return piece_s_; }

 private:
  void halve() {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      const Piece p = pieces_[i];
      if (i % 2 == 0) {
        pieces_[i / 2] = p;
        continue;
      }
      for (std::size_t k = 0; k < p.size(); ++k) pieces_[i / 2].at(k) += p.at(k);
    }
    pieces_.resize((pieces_.size() + 1) / 2);
    piece_s_ *= 2;
  }

  std::optional<double> origin_s_;
  double piece_s_ = 0.05;
  std::vector<Piece> pieces_;
};

}  // namespace trocar::qa
