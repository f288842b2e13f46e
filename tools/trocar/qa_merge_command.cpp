#include "tools/trocar/qa_merge_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tools/qa/merge.hpp"
#include "tools/qa/merge_page.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/write_whole.hpp"

namespace trocar {
namespace {

constexpr const char* about =
    "Put reports together: each DIR holds what `trocar qa` or `trocar qa merge` wrote. In --out:\n"
    "merged.json and merged.html, one page with a control chart of each figure over the sessions,\n"
    "in the order of time. A session counts once, however often it comes; merging merges gives "
    "the\n"
    "same bytes as merging all at once. When one file cannot be read nothing is written.\n\n"
    "  trocar qa merge reports/monday reports/tuesday --out reports/week";

struct Asked {
  std::vector<std::string> folders;
  std::string out;
};

Status write(const qa::Merge& merge, const std::filesystem::path& out) {
  std::error_code why;
  std::filesystem::create_directories(out, why);
  if (why) return Error{Code::io, out.string() + ": " + why.message()};
  if (Status written = write_whole(out / "merged.html", qa::page_of(merge)); !written)
    return written;
  return write_whole(out / "merged.json", merge.json().dump(1) + "\n");
}

int run(const Asked& asked) {
  qa::Merge merge;
  Status done = Done{};
  for (std::size_t i = 0; done && i < asked.folders.size(); ++i) {
    done = merge.add_folder(asked.folders[i]);
  }
  if (done) done = write(merge, asked.out);
  if (!done) {
    std::fprintf(stderr, "trocar: %s\n", done.error().detail.c_str());
    return exit_run_time;
  }
  std::printf("%zu sessions in %s/merged.json and merged.html\n", merge.sessions().size(),
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
