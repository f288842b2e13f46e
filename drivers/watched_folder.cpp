#include "drivers/watched_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace trocar {

namespace {

namespace fs = std::filesystem;

constexpr int deepest = 3;  // folders below the watched one: patient, study, series

std::string what_errno_says() { return std::generic_category().message(errno); }

// A file that closes itself. Not blocking and following no link: what was listed as a file may be
// something else by now.
class OpenFile {
 public:
  explicit OpenFile(const fs::path& file)
      : fd_(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] bool is_regular() const {
    struct stat now {};
    return ::fstat(fd_, &now) == 0 && S_ISREG(now.st_mode);
  }
  // To its end, or a little beyond `most` bytes.
  [[nodiscard]] Result<std::string> read(std::size_t most) const {
    std::string bytes;
    std::array<char, 1U << 16U> part{};
    while (bytes.size() <= most) {
      const ssize_t n = ::read(fd_, part.data(), part.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return Error{Code::io, "expected a file that can be read: " + what_errno_says()};
      if (n == 0) break;
      bytes.append(part.data(), static_cast<std::size_t>(n));
    }
    return bytes;
  }

 private:
  int fd_;
};

Result<std::string> read_whole(const fs::path& file, std::size_t most, std::uintmax_t listed) {
  const Error too_large{Code::out_of_range,
                        fmt::format("expected a file of at most {} bytes", most)};
  if (listed > most) return too_large;
  const OpenFile in(file);
  if (!in.is_open() && errno == ENOENT) {
    return Error{Code::not_found, "expected a file that stays, it was gone when it was to be read"};
  }
  if (!in.is_open())
    return Error{Code::io, "expected a file that can be read: " + what_errno_says()};
  if (!in.is_regular()) return Error{Code::io, "expected a file, found something else by its name"};
  auto bytes = in.read(most);
  if (!bytes) return bytes;
  if (bytes.value().size() > most) return too_large;
  if (bytes.value().size() != listed) {
    return Error{Code::malformed, fmt::format("expected a file that is done, of {} bytes, {} were "
                                              "read",
                                              listed, bytes.value().size())};
  }
  return bytes;
}

// Why not everything is looked at, for a person; no names, they are those of patients.
std::string too_deep() {
  return fmt::format("expected files at most {} folders down, found folders below: not looked at",
                     deepest);
}
std::string too_many(std::size_t most) {
  return fmt::format(
      "expected at most {} files in the watched folder, found more: not all are "
      "looked at",
      most);
}
std::string not_listed(int depth, const std::error_code& why) {
  return fmt::format("expected to list {}: {}",
                     depth > 0 ? "folders in the watched one" : "the watched folder",
                     why.message());
}

}  // namespace

WatchedFolder::WatchedFolder(WatchedFolderConfig config, DicomSink& sink, FileRefused refused)
    : config_(std::move(config)), sink_(&sink), refused_(std::move(refused)) {}

Result<WatchedFolder> WatchedFolder::open(WatchedFolderConfig config, DicomSink& sink,
                                          FileRefused refused) {
  std::error_code ec;
  const std::string name = config.folder.string();
  if (!fs::is_directory(config.folder, ec)) {
    return Error{Code::not_found, fmt::format("{}: expected a folder to watch", name)};
  }
  const fs::directory_iterator can_be_listed(config.folder, ec);
  if (ec) {
    return Error{Code::io,
                 fmt::format("{}: expected a folder that can be listed: {}", name, ec.message())};
  }
  WatchedFolder out(std::move(config), sink, std::move(refused));
  for (const auto& [folder, files] : out.list().folders) {
    out.known_.insert(files.begin(), files.end());
  }
  return out;
}

WatchedFolder::Listing WatchedFolder::list() const {
  Listing out;
  list(config_.folder, 0, out);
  return out;
}

// Folder by folder: one that cannot be listed, or is gone meanwhile, hides nothing of the others.
void WatchedFolder::list(const fs::path& folder, int depth, Listing& out) const {
  std::error_code ec;
  auto at = fs::directory_iterator(folder, ec);
  for (; !ec && at != fs::directory_iterator(); at.increment(ec)) {
    struct stat now {};
    if (::lstat(at->path().c_str(), &now) != 0) continue;  // gone since
    if (S_ISDIR(now.st_mode) && depth == deepest) out.trouble.insert(too_deep());
    if (S_ISDIR(now.st_mode) && depth < deepest) list(at->path(), depth + 1, out);
    if (!S_ISREG(now.st_mode)) continue;
    if (++out.files > config_.max_files) {
      out.trouble.insert(too_many(config_.max_files));
      return;
    }
    constexpr std::int64_t second_ns = 1'000'000'000;
    out.folders[folder][at->path()] = {static_cast<std::uintmax_t>(now.st_size),
                                       now.st_mtim.tv_sec * second_ns + now.st_mtim.tv_nsec};
  }
  const bool gone_since = depth > 0 && ec == std::errc::no_such_file_or_directory;
  if (ec && !gone_since) out.trouble.insert(not_listed(depth, ec));
}

std::map<fs::path, WatchedFolder::Files> WatchedFolder::new_files() {
  Listing there = list();
  for (const std::string& why : there.trouble) {
    if (refused_ && !told_.contains(why)) refused_(why);
  }
  told_ = std::move(there.trouble);
  for (auto& [folder, files] : there.folders) {
    std::erase_if(files, [&](const auto& f) {
      const auto known = known_.find(f.first);
      return known != known_.end() && known->second == f.second;
    });
  }
  std::erase_if(there.folders, [](const auto& f) { return f.second.empty(); });
  return std::move(there.folders);
}

void WatchedFolder::look(Timestamp now) {
  const auto found = new_files();
  std::erase_if(changing_, [&](const auto& c) { return !found.contains(c.first); });
  for (const auto& [folder, files] : found) {
    Changing& changing = changing_[folder];
    if (changing.files != files) {
      changing = {files, now};
    } else if (now - changing.since >= config_.quiet) {
      deliver(folder, with_spoiled(folder, files));
      changing_.erase(folder);
    }
  }
}

// With all that is still there of the delivery that one of them spoilt.
WatchedFolder::Files WatchedFolder::with_spoiled(const fs::path& folder, Files files) {
  const auto before = spoiled_.find(folder);
  if (before == spoiled_.end()) return files;
  Spoiled& spoiled = before->second;
  const bool mended =
      std::ranges::any_of(files, [&](const auto& f) { return spoiled.bad.contains(f.first); });
  if (!mended) return files;
  std::erase_if(spoiled.all, [](const auto& f) {
    std::error_code ec;
    return !fs::exists(f.first, ec);
  });
  files.merge(spoiled.all);
  spoiled_.erase(before);
  return files;
}

void WatchedFolder::deliver(const fs::path& folder, const Files& files) {
  // Names of files and folders are often those of patients: a place in the order says which.
  const DicomSink::Delivery delivery = sink_->begin("the watched folder");
  std::set<fs::path> bad;
  std::size_t place = 0;
  for (const auto& [file, state] : files) {
    known_[file] = state;
    ++place;
    const Status taken = take(delivery, file, state);
    if (taken) {
      ++taken_;
      continue;
    }
    if (taken.error().code != Code::unsupported) bad.insert(file);
    if (!refused_) continue;
    refused_(fmt::format("file {} of {}, by name: {}", place, files.size(), taken.error().detail));
  }
  sink_->end(delivery, true);
  if (!bad.empty()) spoiled_[folder] = {files, std::move(bad)};
}

Status WatchedFolder::take(DicomSink::Delivery delivery, const fs::path& file, const State& state) {
  const auto bytes = read_whole(file, config_.max_file_bytes, state.size);
  if (bytes) return sink_->store(delivery, bytes.value());
  sink_->lose(delivery);
  return bytes.error();
}

}  // namespace trocar
