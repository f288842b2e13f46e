#pragma once
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

namespace trocar {

// How far work on many files is, on stderr: on a terminal one line that is written over, otherwise
// a line for each tenth of them. thread-safe.
class FileProgress {
 public:
  // `word`: what they are, in the plural.
  FileProgress(std::size_t files, std::string word);
  // Leaves the terminal at the beginning of a line.
  ~FileProgress();
  FileProgress(const FileProgress&) = delete;
  FileProgress& operator=(const FileProgress&) = delete;
  // `share` of file `i`, 0 to 1.
  void tell(std::size_t i, double share);
  void finished(std::size_t i);
  void failed(const std::string& why);

 private:
  void draw();

  std::mutex mutex_;
  std::string word_;
  std::vector<double> shares_;
  double all_ = 0;  // of the shares
  std::size_t done_ = 0;
  int drawn_permille_ = -1;
  bool on_terminal_;
};

}  // namespace trocar
