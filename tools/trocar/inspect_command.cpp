#include "tools/trocar/inspect_command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/ndi_inspect.hpp"
#include "engine/base/file_kind.hpp"
#include "engine/igtl/bytes.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/igtl_inspect.hpp"

namespace trocar {
namespace {

constexpr const char* about_igtl =
    "Decodes OpenIGTLink messages, a byte stream or one message in a file, to a JSON object per "
    "line:\n"
    "  file, index, offset, verdict, type, device, version, timestamp_s, body_bytes, id, "
    "metadata,\n"
    "  and what the message carries. Pixels, points and values are counted; --full shows them.\n\n"
    "verdict is ok, or why trocar would refuse the message: damaged (CRC), sizes that do not fit, "
    "a\n"
    "matrix that is no rotation to 1e-3, numbers that are not finite. A type that trocar does not\n"
    "speak is ok and has \"spoken\": false; a quaternion that is not of length 1 is ok and has "
    "\"doubt\":\n"
    "navigation does not use it. After a message the walk goes on with the next; where "
    "no\n"
    "header is, or the file ends within a message, it stops and says so.\n"
    "Exit code 0 when every verdict is ok, 5 when not, 1 when FILE cannot be used.";

constexpr const char* about =
    "Decodes recorded NDI traffic to one tab-separated line per tracking reply:\n"
    "  file, index, command, reply (hex), fields, strays\n"
    "fields: HH OK q0 qx qy qz tx ty tz error ps=.. fr=.. | HH MISS ps=.. fr=.. | sys=..\n"
    "  (HH port handle, mm, ps port status, fr frame number, sys system status)\n\n"
    "FILE is a log with lines \"number, time or -, C or R, length, CRC verdict, hex\" separated "
    "by\n"
    "tabs, or raw bytes with or without the commands. A '?' before the command: it was not in the\n"
    "file and was worked out from the reply. What could not be decoded is said on stderr.\n"
    "Exit code 0 when every tracking reply was decoded, 5 when not, 1 when FILE cannot be used.";

void print(const NdiInspectLine& line, bool json) {
  if (!json) {
    std::printf("%s\n", line.tab_separated().c_str());
    return;
  }
  const nlohmann::ordered_json object{{"file", line.file},       {"index", line.index},
                                      {"command", line.command}, {"reply", line.reply_hex},
                                      {"fields", line.fields},   {"strays", line.strays}};
  std::printf("%s\n",
              object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

// Nothing, and the reason on stderr, when FILE cannot be used.
std::optional<std::string> content_of(const std::filesystem::path& file) {
  // A FIFO is a decompressor's output; a device has no end.
  const std::string_view kind = kind_at(file);
  const bool readable = kind == "a file" || kind == "a FIFO";
  std::ifstream in;
  if (readable) in.open(file, std::ios::binary);
  if (!in.is_open()) {
    const std::string found{readable ? "one that cannot be opened" : kind};
    std::fprintf(stderr, "trocar: %s: expected a file with recorded traffic, found %s\n",
                 file.c_str(), found.c_str());
    return std::nullopt;
  }
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

int inspect_messages(const std::filesystem::path& file, bool full) {
  const auto content = content_of(file);
  if (!content) return exit_run_time;
  const IgtlInspection result =
      inspect_igtl(igtl::as_bytes(*content), file.filename().string(), full,
                   [](const std::string& line) { std::printf("%s\n", line.c_str()); });
  return result.refused == 0 ? exit_ok : exit_check_failed;
}

int inspect(const std::filesystem::path& file, bool json) {
  const auto content = content_of(file);
  if (!content) return exit_run_time;
  const auto result = inspect_ndi(*content, file.filename().string(),
                                  [json](const NdiInspectLine& line) { print(line, json); });
  if (!result) {
    std::fprintf(stderr, "trocar: %s\n", result.error().detail.c_str());
    return exit_run_time;
  }
  for (const std::string& remark : result.value().remarks) {
    std::fprintf(stderr, "%s\n", remark.c_str());
  }
  return result.value().refused == 0 ? exit_ok : exit_check_failed;
}

}  // namespace

void add_inspect(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("inspect", "decode recorded traffic");
  command->require_subcommand(1);
  CLI::App* ndi = command->add_subcommand("ndi", about);
  auto files = std::make_shared<std::vector<std::filesystem::path>>();
  auto json = std::make_shared<bool>(false);
  ndi->add_option("FILE", *files, "log or raw bytes")->required();
  ndi->add_flag("--json", *json, "one JSON object per line");
  ndi->callback([files, json, &exit_code] {
    for (const auto& file : *files) exit_code = std::max(exit_code, inspect(file, *json));
  });
  CLI::App* igtl = command->add_subcommand("igtl", about_igtl);
  auto messages = std::make_shared<std::vector<std::filesystem::path>>();
  auto full = std::make_shared<bool>(false);
  igtl->add_option("FILE", *messages, "captured bytes")->required();
  igtl->add_flag("--full", *full, "every pixel, point and value");
  igtl->callback([messages, full, &exit_code] {
    for (const auto& file : *messages) {
      exit_code = std::max(exit_code, inspect_messages(file, *full));
    }
  });
}

}  // namespace trocar
