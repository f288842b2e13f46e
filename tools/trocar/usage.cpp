#include "tools/trocar/usage.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
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

}  // namespace

std::string usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* chosen = &app;
  std::string path = app.get_name();
  while (!chosen->get_subcommands().empty()) {
    chosen = chosen->get_subcommands().front();
    path += " " + chosen->get_name();
  }
  const std::vector<std::string> names = command_names(*chosen);
  if (names.empty()) return fmt::format("{}: {}; see {} --help", path, error.what(), path);
  const std::vector<std::string> words = app.remaining(true);
  if (chosen != &app) {
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
