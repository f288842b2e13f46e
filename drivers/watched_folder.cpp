#include "drivers/watched_folder.hpp"

#include <fmt/format.h>

#include <fstream>

namespace trocar {

namespace {

namespace fs = std::filesystem;

constexpr int deepest = 3;  // folders below the watched one: patient, study, series

}  // namespace

WatchedFolder::WatchedFolder(WatchedFolderConfig config, DicomSink& sink, FileRefused refused)
    : config_(std::move(config)), sink_(&sink), refused_(std::move(refused)) {}

Result<WatchedFolder> WatchedFolder::open(WatchedFolderConfig config, DicomSink& sink,
                                          FileRefused refused) {
  std::error_code ec;
  if (!fs::is_directory(config.folder, ec)) {
    return Error{Code::not_found,
                 fmt::format("{}: expected a folder to watch", config.folder.string())};
  }
  WatchedFolder out(std::move(config), sink, std::move(refused));
  for (const auto& [folder, files] : out.new_files()) {
    out.known_.insert(files.begin(), files.end());
  }
  return out;
}

std::map<fs::path, WatchedFolder::Files> WatchedFolder::new_files() const {
  std::map<fs::path, Files> out;
  std::error_code ec;
  std::size_t seen = 0;
  const auto way = fs::directory_options::skip_permission_denied;
  for (auto at = fs::recursive_directory_iterator(config_.folder, way, ec);
       !ec && at != fs::recursive_directory_iterator(); at.increment(ec)) {
    if (at.depth() >= deepest) at.disable_recursion_pending();
    std::error_code gone;  // between the listing and the look
    if (at->symlink_status(gone).type() != fs::file_type::regular || gone) continue;
    if (++seen > config_.max_files) break;
    const State state{at->file_size(gone), at->last_write_time(gone)};
    const auto known = known_.find(at->path());
    if (gone || (known != known_.end() && known->second == state)) continue;
    out[at->path().parent_path()][at->path()] = state;
  }
  return out;
}

void WatchedFolder::look(Timestamp now) {
  const auto found = new_files();
  std::erase_if(changing_, [&](const auto& c) { return !found.contains(c.first); });
  for (const auto& [folder, files] : found) {
    Changing& changing = changing_[folder];
    if (changing.files != files) {
      changing = {files, now};
    } else if (now - changing.since >= config_.quiet) {
      deliver(files);
      changing_.erase(folder);
    }
  }
}

void WatchedFolder::deliver(const Files& files) {
  // Names of files and folders are often those of patients: a place in the order says which.
  const DicomSink::Delivery delivery = sink_->begin("the watched folder");
  std::size_t place = 0;
  for (const auto& [file, state] : files) {
    known_[file] = state;
    ++place;
    const Status taken = take(delivery, file);
    if (taken) {
      ++taken_;
    } else if (refused_) {
      refused_(
          fmt::format("file {} of {}, by name: {}", place, files.size(), taken.error().detail));
    }
  }
  sink_->end(delivery, true);
}

Status WatchedFolder::take(DicomSink::Delivery delivery, const fs::path& file) {
  std::error_code ec;
  if (fs::file_size(file, ec) > config_.max_file_bytes || ec) {
    sink_->lose(delivery);
    return Error{Code::out_of_range,
                 fmt::format("expected a file of at most {} bytes", config_.max_file_bytes)};
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    sink_->lose(delivery);
    return Error{Code::io, "expected a file that can be read"};
  }
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  return sink_->store(delivery, bytes);
}

}  // namespace trocar
