#include "tools/trocar/progress_bar.hpp"

#include <unistd.h>

#include <cstdio>
#include <utility>

namespace trocar {

ProgressBar::ProgressBar(std::string what, bool wanted)
    : what_(std::move(what)), on_terminal_(wanted && ::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (percent_ >= 0) std::fputs("\r\x1b[K", stderr);
}

void ProgressBar::tell(std::uint64_t done, std::uint64_t of) {
  if (!on_terminal_ || of == 0) return;
  const auto share = static_cast<double>(done) / static_cast<double>(of);
  const int percent = static_cast<int>(100 * share);
  if (percent == percent_) return;
  percent_ = percent;
  constexpr int cells = 30;
  const auto full = static_cast<std::size_t>(share * cells);
  const std::string bar = std::string(full, '#') + std::string(cells - full, '.');
  std::fprintf(stderr, "\r[%s] %3d %%  %s\x1b[K", bar.c_str(), percent, what_.c_str());
}

}  // namespace trocar
