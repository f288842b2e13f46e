#include "drivers/simulators/ndi_outbox.hpp"

#include <algorithm>
#include <cmath>

namespace trocar {
namespace {

void damage_crc(std::vector<std::byte>& reply) {
  const bool ascii = reply.back() == std::byte{'\r'};
  std::byte& last = reply[reply.size() - (ascii ? 2 : 1)];
  if (ascii) {
    last = last == std::byte{'0'} ? std::byte{'1'} : std::byte{'0'};
  } else {
    last ^= std::byte{0xFF};
  }
}

}  // namespace

Duration NdiOutbox::send(std::vector<std::byte> reply, Duration due,
                         std::optional<TrackingMark> mark, NdiFaults& faults) {
  if (reply.empty() || faults.touch(FaultKind::silence, due)) return due;
  if (faults.touch(FaultKind::bad_crc, due)) damage_crc(reply);
  if (faults.touch(FaultKind::cut, due)) reply.resize(reply.size() / 2);
  NdiOutput out{std::max(due, last_due_), std::move(reply), {}};
  if (mark) out.marks.push_back(*mark);
  const auto glued = faults.touch(FaultKind::glued, due);
  if (held_) {
    held_->bytes.insert(held_->bytes.end(), out.bytes.begin(), out.bytes.end());
    held_->marks.insert(held_->marks.end(), out.marks.begin(), out.marks.end());
    if (glued && due < held_->due) return due;
    held_->due = std::min(std::max(out.due, last_due_), held_->due);
    out = std::move(*held_);
    held_.reset();
  } else if (glued) {
    out.due += duration_from_ms(glued->amount > 0 ? glued->amount : 40.0);
    held_ = std::move(out);
    return due;
  }
  const auto slow = faults.touch(FaultKind::slow_link, due);
  pace(std::move(out), faults.touch(FaultKind::split, due), slow ? slow->amount : bytes_per_s_);
  return last_due_;
}

void NdiOutbox::pace(NdiOutput reply, const std::optional<Fault>& split, double bytes_per_s) {
  if (!split && bytes_per_s <= 0) {
    last_due_ = reply.due;
    pieces_.push_back(std::move(reply));
    return;
  }
  const double gap_ms = split ? (split->amount > 0 ? split->amount : 1.0) : 1e3 / bytes_per_s;
  // On a slow line a piece per 2 ms is fine enough; a split reply leaves byte by byte.
  const std::size_t step = split ? 1 : static_cast<std::size_t>(std::max(1.0, 2.0 / gap_ms));
  for (std::size_t at = 0; at < reply.bytes.size(); at += step) {
    const std::size_t end = std::min(at + step, reply.bytes.size());
    NdiOutput piece;
    piece.due = reply.due + duration_from_ms(gap_ms * static_cast<double>(end));
    const auto from = reply.bytes.begin();
    piece.bytes.assign(from + static_cast<std::ptrdiff_t>(at),
                       from + static_cast<std::ptrdiff_t>(end));
    if (end == reply.bytes.size()) piece.marks = reply.marks;
    last_due_ = piece.due;
    pieces_.push_back(std::move(piece));
  }
}

std::optional<NdiOutput> NdiOutbox::take(Duration now) {
  if (!pieces_.empty()) {
    if (pieces_.front().due > now) return std::nullopt;
    NdiOutput out = std::move(pieces_.front());
    pieces_.pop_front();
    return out;
  }
  if (!held_ || held_->due > now) return std::nullopt;
  last_due_ = std::max(last_due_, held_->due);
  std::optional<NdiOutput> out = std::move(held_);
  held_.reset();
  return out;
}

std::optional<Duration> NdiOutbox::next_due() const {
  if (!pieces_.empty()) return pieces_.front().due;
  if (held_) return held_->due;
  return std::nullopt;
}

void NdiOutbox::clear() {
  pieces_.clear();
  held_.reset();
  last_due_ = {};
}

}  // namespace trocar
