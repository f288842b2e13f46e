#include "tools/trocar/qa_merge_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tools/qa/merge.hpp"
#include "tools/qa/merge_page.hpp"
#include "tools/qa/report_json.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/file_progress.hpp"
#include "tools/trocar/stop_flag.hpp"
#include "tools/trocar/write_whole.hpp"

namespace trocar {
namespace {

constexpr const char* about =
    "Put reports together: each DIR holds what `trocar qa` or `trocar qa merge` wrote. In --out:\n"
    "merged.json and merged.html, one page with a control chart of each figure over the sessions,\n"
    "in the order of time. A session counts once, however often it comes; merging merges gives "
    "the\n"
    "same bytes as merging all at once. When one file cannot be read, or at Ctrl-C, nothing is\n"
    "written; nor over a merged.json that is no merge.\n\n"
    "  trocar qa merge reports/monday reports/tuesday --out reports/week";

struct Asked {
  std::vector<std::string> folders;
  std::string out;
};

// The report of a session called merged.mcap has the name of a merge.
Status check_clash(const std::filesystem::path& out) {
  const std::filesystem::path json = out / "merged.json";
  std::error_code ignored;
  if (!std::filesystem::exists(json, ignored) || qa::is_merge_file(json)) return Done{};
  return Error{Code::inconsistent, json.string() +
                                       " is no merge, perhaps the report of a session of that "
                                       "name: expected another --out, nothing is written over"};
}

Result<std::vector<std::filesystem::path>> files_of(const std::vector<std::string>& folders) {
  std::vector<std::filesystem::path> all;
  for (const std::string& folder : folders) {
    const auto files = qa::reports_in(folder);
    if (!files) return files.error();
    all.insert(all.end(), files.value().begin(), files.value().end());
  }
  return all;
}

// Error: that it was stopped, too.
Result<qa::Merge> read_all(const std::vector<std::filesystem::path>& files) {
  const Error stopped{Code::io, "stopped, nothing is written"};
  FileProgress progress(files.size(), "files");
  qa::Merge merge;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (stop_wanted()) return stopped;
    if (const Status added = merge.add_file(files[i]); !added) return added.error();
    progress.finished(i);
  }
  if (stop_wanted()) return stopped;
  return merge;
}

Status write(const qa::Merge& merge, const std::filesystem::path& out) {
  const std::vector<WholeFile> files{{out / "merged.html", qa::page_of(merge)},
                                     {out / "merged.json", qa::json_text(merge.json())}};
  std::error_code why;
  std::filesystem::create_directories(out, why);
  if (why) return Error{Code::io, out.string() + ": " + why.message()};
  return write_whole(files);
}

int fail(const Error& why, int exit_code) {
  std::fprintf(stderr, "trocar: %s\n", why.detail.c_str());
  return exit_code;
}

int run(const Asked& asked) {
  if (const Status free = check_clash(asked.out); !free) return fail(free.error(), exit_usage);
  const auto files = files_of(asked.folders);
  if (!files) return fail(files.error(), exit_run_time);
  const auto merge = read_all(files.value());
  if (!merge) return fail(merge.error(), exit_run_time);
  if (const Status done = write(merge.value(), asked.out); !done) {
    return fail(done.error(), exit_run_time);
  }
  std::printf("%zu sessions in %s/merged.json and merged.html\n", merge.value().sessions().size(),
              asked.out.c_str());
  return exit_ok;
}

}  // namespace

void add_qa_merge(CLI::App& qa, int& exit_code) {
  CLI::App* command = qa.add_subcommand("merge", about);
  const auto asked = std::make_shared<Asked>();
  command->add_option("DIR", asked->folders, "folders of reports")->required();
  command->add_option("--out", asked->out, "folder of the merge; made when it is not there")
      ->required();
  command->callback([asked, &exit_code] { exit_code = run(*asked); });
}

}  // namespace trocar
