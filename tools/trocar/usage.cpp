#include "tools/trocar/usage.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/nearest_word.hpp"

namespace trocar {
namespace {

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    const bool hidden = command->get_group().empty();  // run by trocar itself
    if (!hidden) names.push_back(command->get_name());
  }
  return names;
}

// "ndi ADDRESS": the first kind of device, with what it needs.
std::string example_of(const CLI::App& group, const std::vector<std::string>& words) {
  const CLI::App* kind = group.get_subcommands([](const CLI::App*) { return true; }).front();
  std::string line = kind->get_name();
  if (!words.empty()) return fmt::format("{} {}", line, fmt::join(words, " "));
  for (const CLI::Option* option : kind->get_options()) {
    if (option->get_required()) line += " " + option->get_name();
  }
  return line;
}

// The words of a command's own example where its options alone do not tell which are needed.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> examples{
    {{"qa", "sessions/*.mcap --out reports"},
     {"ct", "--preop ct.nrrd --labels labels.nrrd --intraop or_ct/ --vertebra L2,L3"}}};

// "cut FILE --to TO --out OUT": what the command needs.
std::string example_of(const CLI::App& command) {
  for (const auto& [name, words] : examples) {
    if (command.get_name() == name) return std::string(words);
  }
  const auto upper = [](std::string name) {
    for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return name;
  };
  std::vector<std::string> words;
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_required()) continue;
    const std::string name = option->get_name();
    const std::size_t letters = std::min(name.find_first_not_of('-'), name.size());
    if (letters > 0) words.push_back(name);
    words.push_back(upper(name.substr(letters)));
  }
  return fmt::format("{}", fmt::join(words, " "));
}

// Of a command that runs by itself.
std::string wrong_words(const CLI::App& command, const CLI::ParseError& error) {
  const std::vector<std::string> words = command.remaining();
  const bool is_extra = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
  if (!is_extra || words.empty()) return error.what();
  if (!words.front().starts_with("-")) return fmt::format("unexpected \"{}\"", words.front());
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  const auto meant = nearest_word(words.front(), names);
  return fmt::format("unknown option \"{}\"{}", words.front(),
                     meant ? fmt::format(", did you mean \"{}\"?", *meant) : "");
}

// What a device command needs first, and no other: the kind of device.
bool chooses_device(const CLI::App& command) {
  const std::string& name = command.get_name();
  return name == "probe" || name == "simulate" || name == "inspect";
}

}  // namespace

std::string usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* chosen = &app;
  std::string path = app.get_name();
  while (!chosen->get_subcommands().empty()) {
    chosen = chosen->get_subcommands().front();
    path += " " + chosen->get_name();
  }
  const std::vector<std::string> names = command_names(*chosen);
  const std::vector<std::string> words = app.remaining(true);
  if (names.empty() || chosen->get_require_subcommand_min() == 0) {
    return fmt::format("{}: {}; for example: {} {}; see {} --help", path,
                       wrong_words(*chosen, error), path, example_of(*chosen), path);
  }
  if (chooses_device(*chosen)) {
    return fmt::format("{}: expected the kind of device ({}), found {}; for example: {} {}", path,
                       fmt::join(names, ", "),
                       words.empty() ? "nothing" : '"' + words.front() + '"', path,
                       example_of(*chosen, words));
  }
  const std::string list = fmt::format("commands: {}; see {} --help", fmt::join(names, ", "), path);
  if (words.empty()) return fmt::format("{}: expected a command, found nothing; {}", path, list);
  const auto meant = nearest_word(words.front(), names);
  return fmt::format("{}: unknown command \"{}\"{}; {}", path, words.front(),
                     meant ? fmt::format(", did you mean \"{}\"?", *meant) : "", list);
}

}  // namespace trocar
