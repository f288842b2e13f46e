#include "tools/trocar/qa_command.hpp"

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "tools/qa/merge.hpp"
#include "tools/qa/read_report.hpp"
#include "tools/qa/report_json.hpp"
#include "tools/qa/report_page.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/file_progress.hpp"
#include "tools/trocar/qa_merge_command.hpp"
#include "tools/trocar/stop_flag.hpp"
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
    "exit code is 1. Ctrl-C ends it soon; reports that are there are whole. What each figure "
    "means:\n"
    "docs/decisions/0053-qa.md.\n\n"
    "  trocar qa sessions/*.mcap --out reports --jobs 8\n"
    "  trocar qa sessions/*.mcap --out reports --missing    only those that are not there yet, or\n"
    "                                                       whose session has changed its size\n"
    "  trocar qa merge reports more --out all               many reports as one";

struct Asked {
  std::vector<std::string> files;
  std::string out;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  bool missing = false;
};

struct Target {
  std::filesystem::path session, json, page;
};

Target target_of(const std::string& file, const std::string& out) {
  const std::filesystem::path stem =
      std::filesystem::path(out) / std::filesystem::path(file).stem();
  return {file, stem.string() + ".json", stem.string() + ".html"};
}

Status report_one(const Target& target, std::size_t i, FileProgress& progress) {
  const auto report = qa::read_report(target.session, [&](std::uint64_t read, std::uint64_t of) {
    if (of > 0) progress.tell(i, static_cast<double>(read) / static_cast<double>(of));
    return !stop_wanted();
  });
  if (!report) return report.error();
  if (qa::is_merge_file(target.json)) {
    return Error{Code::inconsistent, target.session.string() +
                                         ": its report would be written over the merge " +
                                         target.json.string()};
  }
  // The JSON last: with it a report is there.
  return write_whole({{target.page, qa::page_of(report.value())},
                      {target.json, qa::json_text(qa::json_of(report.value()))}});
}

// Whatever one session does to its report, the others are made.
Status report_guarded(const Target& target, std::size_t i, FileProgress& progress) {
  try {
    return report_one(target, i, progress);
  } catch (const std::exception& why) {
    return Error{Code::malformed, target.session.string() + ": " + why.what()};
  }
}

// Of this session, as it is now. One that was completed since has another size.
bool is_there(const Target& t) {
  std::error_code why;
  const std::uintmax_t bytes = std::filesystem::file_size(t.session, why);
  return !why && std::filesystem::exists(t.page, why) && qa::is_report_of(t.json, bytes);
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
    if (!asked.missing || !is_there(t)) targets.push_back(std::move(t));
  }
  return targets;
}

struct Outcome {
  std::atomic<std::size_t> made{0};
  std::atomic<std::size_t> failed{0};
};

// A system that gives fewer threads than asked for makes it slower, no more.
void in_parallel(std::size_t jobs, const std::function<void()>& work) {
  std::vector<std::thread> workers;
  try {
    while (workers.size() + 1 < jobs) workers.emplace_back(work);
  } catch (const std::system_error&) {
  }
  work();
  for (std::thread& w : workers) w.join();
}

void report_all(const std::vector<Target>& targets, unsigned jobs, Outcome& outcome) {
  FileProgress progress(targets.size(), "sessions");
  std::atomic<std::size_t> next{0};
  in_parallel(std::min<std::size_t>(jobs, targets.size()), [&] {
    for (std::size_t i = next++; i < targets.size() && !stop_wanted(); i = next++) {
      const Status done = report_guarded(targets[i], i, progress);
      if (!done && stop_wanted()) return;  // it was given up
      if (!done) progress.failed(done.error().detail);
      ++(done ? outcome.made : outcome.failed);
      progress.finished(i);
    }
  });
}

int fail(const Error& why, int exit_code) {
  std::fprintf(stderr, "trocar: %s\n", why.detail.c_str());
  return exit_code;
}

int told(const Outcome& outcome, const Asked& asked, std::size_t wanted) {
  if (stop_wanted()) {
    std::fprintf(
        stderr,
        "trocar: stopped: %zu of %zu reports are in %s, whole; --missing makes the others\n",
        outcome.made.load(), wanted, asked.out.c_str());
    return exit_run_time;
  }
  std::printf("%zu reports in %s, %zu failed, %zu were there\n", outcome.made.load(),
              asked.out.c_str(), outcome.failed.load(), asked.files.size() - wanted);
  return outcome.failed > 0 ? exit_run_time : exit_ok;
}

int run(const Asked& asked) {
  const auto targets = targets_of(asked);
  if (!targets) return fail(targets.error(), exit_usage);
  std::error_code why;
  const bool is_new = std::filesystem::create_directories(asked.out, why);
  if (why) return fail({Code::io, asked.out + ": " + why.message()}, exit_run_time);
  Outcome outcome;
  report_all(targets.value(), asked.jobs, outcome);
  if (is_new && stop_wanted()) std::filesystem::remove(asked.out, why);  // when it is empty
  return told(outcome, asked, targets.value().size());
}

}  // namespace

void add_qa(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("qa", about);
  const auto asked = std::make_shared<Asked>();
  command->add_option("FILE", asked->files, "sessions");
  command->add_option("--out", asked->out, "folder of the reports; made when it is not there");
  command->add_option("--jobs", asked->jobs, "sessions at the same time")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--missing", asked->missing,
                    "leave those that have a report, of a session of this size");
  add_qa_merge(*command, exit_code);
  command->callback([command, asked, &exit_code] {
    if (!command->get_subcommands().empty()) return;
    if (asked->files.empty()) throw CLI::RequiredError("FILE");
    if (asked->out.empty()) throw CLI::RequiredError("--out");
    exit_code = run(*asked);
  });
}

}  // namespace trocar
