#pragma once
#include <algorithm>
#include <thread>
#include <vector>

namespace trocar::phantom {

// Calls work(first, last) on contiguous parts of [0, count), one thread each. `work` must not
// throw.
template <class Work>
void in_parallel(std::size_t count, const Work& work) {
  const std::size_t parts = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 16);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < parts; ++i)
    threads.emplace_back(
        [&work, first = count * i / parts, last = count * (i + 1) / parts] { work(first, last); });
}

}  // namespace trocar::phantom
