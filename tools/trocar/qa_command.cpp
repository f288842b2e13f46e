#include "tools/trocar/qa_command.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <filesystem>
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
#include "tools/trocar/qa_merge_command.hpp"
#include "tools/trocar/write_whole.hpp"

namespace trocar {
namespace {

constexpr const char* about =
    "Turn recorded sessions into reports: for each FILE.mcap, FILE.json for programs and "
    "FILE.html,\n"
    "one page that loads nothing. The same session gives the same bytes. What a session does not\n"
    "support is `not computable`, with the reason. A session that is cut is reported as far as it\n"
    "is whole, and the report says so; one that cannot be read is named, the others go on, and "
    "the\n"
    "exit code is 1. What each figure means: docs/decisions/0053-qa.md.\n\n"
    "  trocar qa sessions/*.mcap --out reports --jobs 8\n"
    "  trocar qa sessions/*.mcap --out reports --missing    only those that are not there yet\n"
    "  trocar qa merge reports more --out all               many reports as one";

struct Asked {
  std::vector<std::string> files;
  std::string out;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  bool missing = false;
};

// How far it is: on a terminal one line that is written over, otherwise a line for each tenth of
// the sessions. thread-safe.
class Progress {
 public:
  explicit Progress(std::size_t files) : files_(files), shares_(files, 0) {}
  // `share` of session `i`, 0 to 1.
  void tell(std::size_t i, double share) {
    if (!on_terminal_) return;
    const std::lock_guard lock(mutex_);
    shares_[i] = share;
    draw();
  }
  void finished(std::size_t i) {
    const std::lock_guard lock(mutex_);
    ++done_;
    shares_[i] = 1;
    if (on_terminal_) {
      draw();
      if (done_ == files_) std::fputc('\n', stderr);
    } else if (files_ >= 10 && done_ * 10 / files_ > (done_ - 1) * 10 / files_) {
      std::fprintf(stderr, "%zu of %zu sessions\n", done_, files_);
    }
  }
  void failed(const std::string& why) {
    const std::lock_guard lock(mutex_);
    std::fprintf(stderr, "%strocar: %s\n", on_terminal_ ? "\r\x1b[K" : "", why.c_str());
  }

 private:
  void draw() {
    constexpr int cells = 30;
    double all = 0;
    for (const double share : shares_) all += share;
    all /= static_cast<double>(files_);
    const auto full = static_cast<std::size_t>(all * cells);
    const std::string bar = std::string(full, '#') + std::string(cells - full, '.');
    std::fprintf(stderr, "\r[%s] %3.0f %%  %zu of %zu sessions\x1b[K", bar.c_str(), 100 * all,
                 done_, files_);
  }

  std::mutex mutex_;
  std::size_t files_;
  std::vector<double> shares_;
  std::size_t done_ = 0;
  bool on_terminal_ = ::isatty(STDERR_FILENO) == 1;
};

struct Target {
  std::filesystem::path session, json, page;
};

Target target_of(const std::string& file, const std::string& out) {
  const std::filesystem::path stem =
      std::filesystem::path(out) / std::filesystem::path(file).stem();
  return {file, stem.string() + ".json", stem.string() + ".html"};
}

Status report_one(const Target& target, std::size_t i, Progress& progress) {
  const auto report = qa::read_report(target.session, [&](std::uint64_t read, std::uint64_t of) {
    if (of > 0) progress.tell(i, static_cast<double>(read) / static_cast<double>(of));
    return true;
  });
  if (!report) return report.error();
  Status written = write_whole(target.page, qa::page_of(report.value()));
  if (!written) return written;
  return write_whole(target.json, qa::json_text(qa::json_of(report.value())));
}

// Which reports are to be made. Error: two sessions of one name, and what each would be called.
Result<std::vector<Target>> targets_of(const Asked& asked) {
  std::vector<Target> targets;
  std::set<std::string> names;
  for (const std::string& file : asked.files) {
    Target t = target_of(file, asked.out);
    if (!names.insert(t.json.string()).second) {
      return Error{Code::inconsistent, "two sessions would give " + t.json.string()};
    }
    const bool there = std::filesystem::exists(t.json) && std::filesystem::exists(t.page);
    if (!asked.missing || !there) targets.push_back(std::move(t));
  }
  return targets;
}

// How many failed.
std::size_t report_all(const std::vector<Target>& targets, unsigned jobs) {
  Progress progress(targets.size());
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> failures{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < targets.size(); i = next++) {
      const Status done = report_one(targets[i], i, progress);
      if (!done) progress.failed(done.error().detail);
      if (!done) ++failures;
      progress.finished(i);
    }
  };
  std::vector<std::thread> workers;
  for (unsigned i = 1; i < std::min<std::size_t>(jobs, targets.size()); ++i) {
    workers.emplace_back(work);
  }
  work();
  for (std::thread& w : workers) w.join();
  return failures;
}

int run(const Asked& asked) {
  const auto targets = targets_of(asked);
  if (!targets) {
    std::fprintf(stderr, "trocar: %s\n", targets.error().detail.c_str());
    return exit_usage;
  }
  std::error_code why;
  std::filesystem::create_directories(asked.out, why);
  if (why) {
    std::fprintf(stderr, "trocar: %s: %s\n", asked.out.c_str(), why.message().c_str());
    return exit_run_time;
  }
  const std::size_t failures = report_all(targets.value(), asked.jobs);
  std::printf("%zu reports in %s, %zu failed, %zu were there\n", targets.value().size() - failures,
              asked.out.c_str(), failures, asked.files.size() - targets.value().size());
  return failures > 0 ? exit_run_time : exit_ok;
}

}  // namespace

void add_qa(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("qa", about);
  const auto asked = std::make_shared<Asked>();
  command->add_option("FILE", asked->files, "sessions");
  command->add_option("--out", asked->out, "folder of the reports; made when it is not there");
  command->add_option("--jobs", asked->jobs, "sessions at the same time")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--missing", asked->missing, "leave those that have a report");
  add_qa_merge(*command, exit_code);
  command->callback([command, asked, &exit_code] {
    if (!command->get_subcommands().empty()) return;
    if (asked->files.empty()) throw CLI::RequiredError("FILE");
    if (asked->out.empty()) throw CLI::RequiredError("--out");
    exit_code = run(*asked);
  });
}

}  // namespace trocar
