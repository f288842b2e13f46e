#include "tools/trocar/qa_command.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tools/qa/read_report.hpp"
#include "tools/qa/report_json.hpp"
#include "tools/qa/report_page.hpp"
#include "tools/trocar/exit_code.hpp"

namespace trocar {
namespace {

constexpr const char* about =
    "Turn recorded sessions into reports: for each FILE.mcap, FILE.json for programs and "
    "FILE.html,\n"
    "one page that loads nothing. The same session gives the same bytes. What a session does not\n"
    "support is `not computable`, with the reason. What each figure means:\n"
    "docs/decisions/0053-qa.md.\n\n"
    "  trocar qa sessions/*.mcap --out reports --jobs 8\n"
    "  trocar qa sessions/*.mcap --out reports --missing    only those that are not there yet";

struct Asked {
  std::vector<std::string> files;
  std::string out;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  bool missing = false;
};

// How far each job is, on one line of a terminal. thread-safe.
class Progress {
 public:
  explicit Progress(std::size_t files) : files_(files) {}
  void tell(std::uint64_t read, std::uint64_t of) {
    if (!on_terminal_ || of == 0) return;
    const std::lock_guard lock(mutex_);
    std::fprintf(stderr, "\r%zu of %zu sessions done, one at %3.0f %% ", done_, files_,
                 100 * static_cast<double>(read) / static_cast<double>(of));
  }
  void finished() {
    const std::lock_guard lock(mutex_);
    ++done_;
    if (on_terminal_) std::fprintf(stderr, "\r%zu of %zu sessions done%18s", done_, files_, "");
    if (on_terminal_ && done_ == files_) std::fprintf(stderr, "\n");
  }
  void failed(const std::string& why) {
    const std::lock_guard lock(mutex_);
    std::fprintf(stderr, "%strocar: %s\n", on_terminal_ ? "\n" : "", why.c_str());
  }

 private:
  std::mutex mutex_;
  std::size_t files_;
  std::size_t done_ = 0;
  bool on_terminal_ = ::isatty(STDERR_FILENO) == 1;
};

// Whoever reads the folder sees a report whole or not at all.
Status write_whole(const std::filesystem::path& file, const std::string& content) {
  const std::filesystem::path part = file.string() + ".part";
  std::ofstream out(part, std::ios::binary);
  out << content;
  out.close();
  std::error_code why;
  if (out) std::filesystem::rename(part, file, why);
  if (out && !why) return Done{};
  return Error{Code::io, file.string() + ": cannot be written"};
}

struct Target {
  std::filesystem::path session, json, page;
};

Target target_of(const std::string& file, const std::string& out) {
  const std::filesystem::path stem =
      std::filesystem::path(out) / std::filesystem::path(file).stem();
  return {file, stem.string() + ".json", stem.string() + ".html"};
}

Status report_one(const Target& target, Progress& progress) {
  const auto report = qa::read_report(
      target.session, [&](std::uint64_t read, std::uint64_t of) { progress.tell(read, of); });
  if (!report) return report.error();
  Status written = write_whole(target.page, qa::page_of(report.value()));
  if (!written) return written;
  return write_whole(target.json, qa::json_of(report.value()).dump(1) + "\n");
}

int run(const Asked& asked) {
  std::vector<Target> targets;
  std::set<std::string> names;
  for (const std::string& file : asked.files) {
    Target t = target_of(file, asked.out);
    if (!names.insert(t.json.string()).second) {
      std::fprintf(stderr, "trocar: two sessions would give %s\n", t.json.c_str());
      return exit_usage;
    }
    const bool there = std::filesystem::exists(t.json) && std::filesystem::exists(t.page);
    if (!asked.missing || !there) targets.push_back(std::move(t));
  }
  std::error_code why;
  std::filesystem::create_directories(asked.out, why);
  if (why) {
    std::fprintf(stderr, "trocar: %s: %s\n", asked.out.c_str(), why.message().c_str());
    return exit_run_time;
  }
  Progress progress(targets.size());
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> failures{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < targets.size(); i = next++) {
      const Status done = report_one(targets[i], progress);
      if (!done) progress.failed(done.error().detail);
      if (!done) ++failures;
      progress.finished();
    }
  };
  std::vector<std::thread> workers;
  for (unsigned i = 1; i < std::min<std::size_t>(asked.jobs, targets.size()); ++i) {
    workers.emplace_back(work);
  }
  work();
  for (std::thread& w : workers) w.join();
  std::printf("%zu reports in %s, %zu failed, %zu were there\n", targets.size() - failures,
              asked.out.c_str(), failures.load(), asked.files.size() - targets.size());
  return failures > 0 ? exit_run_time : exit_ok;
}

}  // namespace

void add_qa(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("qa", about);
  const auto asked = std::make_shared<Asked>();
  command->add_option("FILE", asked->files, "sessions")->required();
  command->add_option("--out", asked->out, "folder of the reports; made when it is not there")
      ->required();
  command->add_option("--jobs", asked->jobs, "sessions at the same time")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--missing", asked->missing, "leave those that have a report");
  command->callback([asked, &exit_code] { exit_code = run(*asked); });
}

}  // namespace trocar
