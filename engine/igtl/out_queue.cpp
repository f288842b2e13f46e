#include "engine/igtl/out_queue.hpp"

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

std::span<const std::byte> OutQueue::front() {
  if (!current_ && news_count_ > 0) {
    current_ = std::exchange(news_[news_begin_], nullptr);
    news_begin_ = (news_begin_ + 1) % news_capacity;
    --news_count_;
  }
  for (auto& waiting : newest_) {
    if (!current_) current_ = std::exchange(waiting, nullptr);
  }
  if (!current_) return {};
  return std::span<const std::byte>(*current_).subspan(done_);
}

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
