#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <set>

#include "drivers/dicom_sink.hpp"
#include "engine/base/time.hpp"

namespace trocar {

struct WatchedFolderConfig {
  std::filesystem::path folder;
  Duration quiet = std::chrono::seconds(1);  // of a folder, before its files are taken for whole
  std::size_t max_file_bytes = 64U << 20U;
  std::size_t max_files = 20'000;  // remembered; beyond it nothing more is taken
};

// The second way in: files that somebody copies into a folder or into folders in it. What is there
// at the start is of before and stays untouched; new files of one folder, once nothing in it has
// changed for the quiet time, are one delivery. Files are read, never moved or deleted. Looks when
// told to: a change of name, size or time is a change. plain: one thread.
class WatchedFolder {
 public:
  // Called for each file that the sink refuses.
  using FileRefused = std::function<void(const std::string& detail)>;

  // Error: not_found. `sink` lives longer.
  static Result<WatchedFolder> open(WatchedFolderConfig config, DicomSink& sink,
                                    FileRefused refused = {});
  void look(Timestamp now);
  [[nodiscard]] std::size_t files() const { return taken_; }  // given to the sink

 private:
  struct State {
    std::uintmax_t size = 0;
    std::filesystem::file_time_type written{};
    friend bool operator==(const State&, const State&) = default;
  };
  using Files = std::map<std::filesystem::path, State>;
  struct Changing {
    Files files;  // of one folder, new or changed
    Timestamp since{};
  };

  WatchedFolder(WatchedFolderConfig config, DicomSink& sink, FileRefused refused);
  [[nodiscard]] std::map<std::filesystem::path, Files> new_files() const;
  void deliver(const Files& files);
  Status take(DicomSink::Delivery delivery, const std::filesystem::path& file);

  WatchedFolderConfig config_;
  DicomSink* sink_;
  FileRefused refused_;
  Files known_;
  std::map<std::filesystem::path, Changing> changing_;  // by folder
  std::size_t taken_ = 0;
};

}  // namespace trocar
