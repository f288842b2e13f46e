#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>

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
// changed for the quiet time, are one delivery. When a file that was no good is written on, all of
// its delivery is delivered again: a copy that stalled is taken when it is complete.
// Files are read, never moved or deleted; links are not followed. Looks when told to: a change of
// name, size or time is a change. plain: one thread.
class WatchedFolder {
 public:
  // Called for each file that the sink refuses, and once when files cannot be found.
  using FileRefused = std::function<void(const std::string& detail)>;

  // Errors: not_found, io (a folder that cannot be listed). `sink` lives longer.
  static Result<WatchedFolder> open(WatchedFolderConfig config, DicomSink& sink,
                                    FileRefused refused = {});
  void look(Timestamp now);
  [[nodiscard]] std::size_t files() const { return taken_; }  // given to the sink

 private:
  struct State {
    std::uintmax_t size = 0;
    std::int64_t written_ns = 0;
    friend bool operator==(const State&, const State&) = default;
  };
  using Files = std::map<std::filesystem::path, State>;
  struct Changing {
    Files files;  // of one folder, new or changed
    Timestamp since{};
  };

  WatchedFolder(WatchedFolderConfig config, DicomSink& sink, FileRefused refused);
  // A delivery that was not good in every file.
  struct Spoiled {
    Files all;
    std::set<std::filesystem::path> bad;
  };
  // What is there, by folder.
  struct Listing {
    std::map<std::filesystem::path, Files> folders;
    std::size_t files = 0;
    std::set<std::string> trouble;  // why that is not all
  };

  [[nodiscard]] Listing list() const;
  void list(const std::filesystem::path& folder, int depth, Listing& out) const;
  [[nodiscard]] std::map<std::filesystem::path, Files> new_files();
  [[nodiscard]] Files with_spoiled(const std::filesystem::path& folder, Files files);
  void deliver(const std::filesystem::path& folder, const Files& files);
  Status take(DicomSink::Delivery delivery, const std::filesystem::path& file, const State& state);

  WatchedFolderConfig config_;
  DicomSink* sink_;
  FileRefused refused_;
  Files known_;
  std::map<std::filesystem::path, Changing> changing_;  // by folder
  std::map<std::filesystem::path, Spoiled> spoiled_;    // by folder
  std::set<std::string> told_;                          // the trouble of the last look
  std::size_t taken_ = 0;
};

}  // namespace trocar
