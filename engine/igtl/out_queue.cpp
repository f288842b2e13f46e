#include "engine/igtl/out_queue.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace trocar::igtl {

bool OutQueue::push_news(SharedBytes bytes) {
  if (news_count_ == news_capacity) return false;
  news_[(news_begin_ + news_count_) % news_capacity] = std::move(bytes);
  ++news_count_;
  return true;
}

void OutQueue::offer(Slot slot, SharedBytes bytes) {
  if (newest_[slot]) ++skipped_;
  newest_[slot] = std::move(bytes);
}

void OutQueue::hold(Timestamp until) {
  for (const Slot slot : {tools, tracking, image}) turn_[slot] = std::max(turn_[slot], until);
}

void OutQueue::begin_next(Timestamp now) {
  if (news_count_ > 0) {
    current_ = std::exchange(news_[news_begin_], nullptr);
    news_begin_ = (news_begin_ + 1) % news_capacity;
    --news_count_;
    return;
  }
  for (std::size_t slot = 0; slot < slot_count; ++slot) {
    if (!newest_[slot] || now < turn_[slot]) continue;
    current_ = std::exchange(newest_[slot], nullptr);
    turn_[slot] = std::max(turn_[slot], now - pace_[slot]) + pace_[slot];
    return;
  }
}

std::span<const std::byte> OutQueue::front(Timestamp now) {
  if (!current_) begin_next(now);
  if (!current_) return {};
  return std::span<const std::byte>(*current_).subspan(done_);
}

std::optional<Timestamp> OutQueue::next_turn() const {
  std::optional<Timestamp> first;
  for (std::size_t slot = 0; slot < slot_count; ++slot) {
    if (newest_[slot] && (!first || turn_[slot] < *first)) first = turn_[slot];
  }
  return first;
}

bool OutQueue::paced_waits() const { return newest_[tools] || newest_[tracking] || newest_[image]; }

void OutQueue::sent(std::size_t count) {
  assert(current_ && done_ + count <= current_->size());
  done_ += count;
  if (done_ < current_->size()) return;
  current_ = nullptr;
  done_ = 0;
}

std::shared_ptr<Buffer> BufferPool::take() {
  for (auto& b : buffers_) {
    if (b.use_count() > 1) continue;
    b->clear();
    return b;
  }
  buffers_.push_back(std::make_shared<Buffer>());
  return buffers_.back();
}

}  // namespace trocar::igtl
