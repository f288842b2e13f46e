#include "tools/trocar/file_progress.hpp"

#include <unistd.h>

#include <cstdio>
#include <utility>

namespace trocar {

FileProgress::FileProgress(std::size_t files, std::string word)
    : word_(std::move(word)), shares_(files, 0), on_terminal_(::isatty(STDERR_FILENO) == 1) {}

FileProgress::~FileProgress() {
  if (on_terminal_ && drawn_permille_ >= 0) std::fputc('\n', stderr);
}

void FileProgress::tell(std::size_t i, double share) {
  if (!on_terminal_) return;
  const std::lock_guard lock(mutex_);
  all_ += share - shares_[i];
  shares_[i] = share;
  // It is told each chunk, and a terminal is slow.
  const int permille = static_cast<int>(1000 * all_ / static_cast<double>(shares_.size()));
  if (permille == drawn_permille_) return;
  drawn_permille_ = permille;
  draw();
}

void FileProgress::finished(std::size_t i) {
  tell(i, 1);
  const std::lock_guard lock(mutex_);
  ++done_;
  const std::size_t files = shares_.size();
  if (on_terminal_) {
    draw();
  } else if (files >= 10 && done_ * 10 / files > (done_ - 1) * 10 / files) {
    std::fprintf(stderr, "%zu of %zu %s\n", done_, files, word_.c_str());
  }
}

void FileProgress::failed(const std::string& why) {
  const std::lock_guard lock(mutex_);
  std::fprintf(stderr, "%strocar: %s\n", on_terminal_ ? "\r\x1b[K" : "", why.c_str());
}

void FileProgress::draw() {
  constexpr int cells = 30;
  const double share = all_ / static_cast<double>(shares_.size());
  const auto full = static_cast<std::size_t>(share * cells + 1e-6);
  const std::string bar = std::string(full, '#') + std::string(cells - full, '.');
  std::fprintf(stderr, "\r[%s] %3.0f %%  %zu of %zu %s\x1b[K", bar.c_str(), 100 * share, done_,
               shares_.size(), word_.c_str());
}

}  // namespace trocar
