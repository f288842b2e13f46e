#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace trocar::qa {

// The first `most` of any number, and how many there were: a report does not grow with its session.
template <class T, std::size_t most>
class FirstOf {
 public:
  void add(T one) {
    ++n_;
    if (first_.size() < most) first_.push_back(std::move(one));
  }
  // The one that was added last, to be completed; nullptr when it is among those left out.
  [[nodiscard]] T* newest() { return n_ > 0 && n_ == first_.size() ? &first_.back() : nullptr; }
  [[nodiscard]] const std::vector<T>& first() const { return first_; }
  [[nodiscard]] std::uint64_t n() const { return n_; }
  [[nodiscard]] std::uint64_t left_out() const { return n_ - first_.size(); }

 private:
  std::vector<T> first_;
  std::uint64_t n_ = 0;
};

}  // namespace trocar::qa
