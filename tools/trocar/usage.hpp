#pragma once
#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace trocar {

// What is wrong with a command line, in one line that says how it should be. `app` has just failed
// to parse it.
std::string usage_error(const CLI::App& app, const CLI::ParseError& error);

}  // namespace trocar
