#pragma once
#include <cstdint>
#include <string>

namespace trocar {

// How far a long piece of work is: on a terminal one line on stderr that is written over and gone
// in the end, elsewhere nothing. plain: one thread.
class ProgressBar {
 public:
  explicit ProgressBar(std::string what, bool wanted = true);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar();
  // Cheap as long as no new percent is full.
  void tell(std::uint64_t done, std::uint64_t of);

 private:
  std::string what_;
  bool on_terminal_;
  int percent_ = -1;  // as it is drawn
};

}  // namespace trocar
