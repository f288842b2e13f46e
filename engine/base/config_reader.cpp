#include "engine/base/config_reader.hpp"

#include <fmt/format.h>

#include <stdexcept>

// toml++ asserts where it should report: "[.a]" would stop the program.
namespace {
struct TomlAssertion : std::logic_error {
  TomlAssertion() : std::logic_error("toml++") {}
};
[[noreturn]] void throw_toml_assertion() { throw TomlAssertion(); }
}  // namespace
#define TOML_ASSERT(expr) (static_cast<bool>(expr) ? void() : throw_toml_assertion())

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <set>
#include <system_error>

#include "engine/base/file_kind.hpp"
#include "engine/base/nearest_word.hpp"

namespace trocar {

namespace {

bool is_control(char c) { return (c >= 0 && c < ' ') || c == '\x7F'; }

std::string printable(std::string line) {
  std::replace_if(line.begin(), line.end(), is_control, '?');
  return line;
}

}  // namespace

ConfigError::ConfigError(std::string line) : std::runtime_error(printable(std::move(line))) {}

struct ConfigReader::Document {
  std::filesystem::path file;
  toml::table root;
};

struct ConfigReader::Node {
  std::shared_ptr<Document> document;
  const toml::table* table = nullptr;
  std::string where;  // dotted path of this table, "" at the root
  std::set<std::string, std::less<>> asked;
  std::set<std::string, std::less<>> known;  // asked for, or looked for
  std::vector<std::shared_ptr<Node>> children;

  [[nodiscard]] std::string full_name(std::string_view key) const {
    return where.empty() ? std::string(key) : fmt::format("{}.{}", where, key);
  }
  const toml::node* ask(std::string_view key) {
    asked.emplace(key);
    known.emplace(key);
    return table->get(key);
  }
  // One node per table, however often it is asked for: several readers may share a table, each
  // reading its own keys.
  std::shared_ptr<Node> child(const toml::table& of, std::string name) {
    for (const auto& kept : children) {
      if (kept->table == &of) return kept;
    }
    auto node = std::make_shared<Node>();
    node->document = document;
    node->table = &of;
    node->where = std::move(name);
    children.push_back(node);
    return node;
  }
};

namespace {

std::string describe(const toml::node* node) {
  if (node == nullptr) return "nothing";
  if (node->is_string() && node->as_string()->get().empty()) return "an empty text";
  if (node->is_string()) return fmt::format("text \"{}\"", node->as_string()->get());
  if (node->is_integer()) return fmt::format("{}", node->as_integer()->get());
  if (node->is_floating_point()) return fmt::format("{}", node->as_floating_point()->get());
  if (node->is_boolean()) return node->as_boolean()->get() ? "true" : "false";
  if (node->is_array()) return fmt::format("a list of {}", node->as_array()->size());
  if (node->is_table()) return "a table";
  return "a date or time";
}

template <class T>
std::string range(T min, T max) {
  const bool open_above = max >= std::numeric_limits<T>::max();
  const bool open_below = min <= std::numeric_limits<T>::lowest();
  if (open_above && open_below) return "";
  if (open_above) return fmt::format(" >= {}", min);
  if (open_below) return fmt::format(" <= {}", max);
  return fmt::format(" from {} to {}", min, max);
}

// The line with which the text begins to trip toml++, for which it has no word itself.
std::size_t line_of_assertion(std::string_view text) {
  std::size_t line = 1;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; ++line) {
    try {
      (void)toml::parse(text.substr(0, end));
    } catch (const toml::parse_error&) {  // cut inside a value of several lines
    } catch (const TomlAssertion&) {
      break;
    }
    end = text.find('\n', end + 1);
  }
  return line;
}

}  // namespace

ConfigReader ConfigReader::parse(std::string_view text, const std::filesystem::path& name) {
  auto document = std::make_shared<Document>();
  document->file = name;
  try {
    document->root = toml::parse(text, name.string());
  } catch (const toml::parse_error& e) {
    throw ConfigError(
        fmt::format("{}:{}: not TOML: {}", name.string(), e.source().begin.line, e.description()));
  } catch (const TomlAssertion&) {
    throw ConfigError(fmt::format("{}:{}: not TOML: expected a key, found another character",
                                  name.string(), line_of_assertion(text)));
  }
  auto node = std::make_shared<Node>();
  node->document = document;
  node->table = &document->root;
  return ConfigReader(node);
}

ConfigReader ConfigReader::open(const std::filesystem::path& file) {
  std::error_code ec;
  if (!std::filesystem::is_regular_file(file, ec)) {
    throw ConfigError(
        fmt::format("{}: expected a configuration file, found {}", file.string(), kind_at(file)));
  }
  std::FILE* stream = std::fopen(file.c_str(), "rb");
  if (stream == nullptr) {
    throw ConfigError(fmt::format("{}: cannot be read: {}", file.string(),
                                  std::generic_category().message(errno)));
  }
  std::string text;
  std::array<char, 4096> chunk{};
  for (std::size_t n = 0; (n = std::fread(chunk.data(), 1, chunk.size(), stream)) > 0;) {
    text.append(chunk.data(), n);
  }
  std::fclose(stream);
  return parse(text, file);
}

void ConfigReader::fail(std::string_view key, std::string_view expected,
                        std::string_view found) const {
  const toml::node* at = node_->table->get(key);
  if (at == nullptr) refuse_misspelling_of(key, expected);
  const auto line = at != nullptr ? at->source().begin.line : node_->table->source().begin.line;
  throw ConfigError(fmt::format("{}:{}: key '{}': expected {}, found {}",
                                node_->document->file.string(), line, node_->full_name(key),
                                expected, found));
}

// A key that is there, was not asked for, and looks like the absent one is what its author meant.
void ConfigReader::refuse_misspelling_of(std::string_view key, std::string_view expected) const {
  for (const auto& [written, value] : *node_->table) {
    if (node_->known.contains(written.str()) || !looks_misspelt(written.str(), key)) continue;
    refuse_unknown(written.str(), key, expected);
  }
}

void ConfigReader::refuse_unknown(std::string_view written, std::string_view meant,
                                  std::string_view expected) const {
  const std::string wanted = expected.empty() ? "" : fmt::format(" ({})", expected);
  fail(written, "only known keys",
       fmt::format("an unknown key; did you mean \"{}\"{}?", meant, wanted));
}

bool ConfigReader::has(std::string_view key) const {
  node_->known.emplace(key);
  return node_->table->contains(key);
}

double ConfigReader::number(std::string_view key, double min, double max) const {
  const toml::node* at = node_->ask(key);
  const auto value = at != nullptr ? at->value<double>() : std::nullopt;
  const bool numeric = at != nullptr && at->is_number();
  if (!numeric || !value || !std::isfinite(*value) || *value < min || *value > max) {
    fail(key, "a number" + range(min, max), describe(at));
  }
  return *value;
}

double ConfigReader::number_or(std::string_view key, double absent, double min, double max) const {
  return has(key) ? number(key, min, max) : absent;
}

std::int64_t ConfigReader::integer(std::string_view key, std::int64_t min, std::int64_t max) const {
  const toml::node* at = node_->ask(key);
  if (at == nullptr || !at->is_integer() || at->as_integer()->get() < min ||
      at->as_integer()->get() > max) {
    fail(key, "a whole number" + range(min, max), describe(at));
  }
  return at->as_integer()->get();
}

std::int64_t ConfigReader::integer_or(std::string_view key, std::int64_t absent, std::int64_t min,
                                      std::int64_t max) const {
  return has(key) ? integer(key, min, max) : absent;
}

bool ConfigReader::flag(std::string_view key) const {
  const toml::node* at = node_->ask(key);
  if (at == nullptr || !at->is_boolean()) fail(key, "true or false", describe(at));
  return at->as_boolean()->get();
}

bool ConfigReader::flag_or(std::string_view key, bool absent) const {
  return has(key) ? flag(key) : absent;
}

std::string ConfigReader::text(std::string_view key) const {
  const toml::node* at = node_->ask(key);
  if (at == nullptr || !at->is_string() || at->as_string()->get().empty()) {
    fail(key, "a text that is not empty", describe(at));
  }
  // They would reach terminals, logs and streams.
  if (std::ranges::any_of(at->as_string()->get(), is_control)) {
    fail(key, "a text without control characters", "one with them");
  }
  return at->as_string()->get();
}

std::string ConfigReader::text_or(std::string_view key, std::string absent) const {
  return has(key) ? text(key) : std::move(absent);
}

std::string ConfigReader::one_of(std::string_view key,
                                 std::initializer_list<std::string_view> allowed) const {
  const toml::node* at = node_->ask(key);
  if (at != nullptr && at->is_string()) {
    for (const std::string_view word : allowed) {
      if (at->as_string()->get() == word) return std::string(word);
    }
  }
  fail(key, fmt::format("one of {}", fmt::join(allowed.begin(), allowed.end(), ", ")),
       describe(at));
}

std::vector<double> ConfigReader::numbers(std::string_view key, std::size_t count) const {
  const toml::node* at = node_->ask(key);
  const std::string expected = fmt::format("a list of {} numbers", count);
  if (at == nullptr || !at->is_array() || at->as_array()->size() != count) {
    fail(key, expected, describe(at));
  }
  std::vector<double> out;
  for (const toml::node& item : *at->as_array()) {
    const auto value = item.value<double>();
    if (!item.is_number() || !value || !std::isfinite(*value)) {
      fail(key, expected, describe(&item) + " in it");
    }
    out.push_back(*value);
  }
  return out;
}

Eigen::Vector3d ConfigReader::vector3(std::string_view key, double min, double max) const {
  const std::vector<double> v = numbers(key, 3);
  for (const double x : v) {
    if (x < min || x > max) fail(key, "3 numbers" + range(min, max), fmt::format("{}", x));
  }
  return {v[0], v[1], v[2]};
}

std::vector<std::string> ConfigReader::texts(std::string_view key) const {
  const toml::node* at = node_->ask(key);
  if (at == nullptr || !at->is_array()) fail(key, "a list of texts", describe(at));
  std::vector<std::string> out;
  for (const toml::node& item : *at->as_array()) {
    if (!item.is_string()) fail(key, "a list of texts", describe(&item) + " in it");
    out.push_back(item.as_string()->get());
  }
  return out;
}

std::filesystem::path ConfigReader::path(std::string_view key) const {
  const std::filesystem::path named = text(key);
  return (node_->document->file.parent_path() / named).lexically_normal();
}

std::filesystem::path ConfigReader::existing_path(std::string_view key) const {
  std::filesystem::path named = path(key);
  std::error_code ec;
  if (!std::filesystem::exists(named, ec)) {
    fail(key, "a path that exists", fmt::format("nothing at {}", named.string()));
  }
  // Who opens a FIFO waits until somebody writes to it.
  if (!std::filesystem::is_regular_file(named, ec) && !std::filesystem::is_directory(named, ec)) {
    fail(key, "a file or a folder", fmt::format("{} at {}", kind_at(named), named.string()));
  }
  return named;
}

ConfigReader ConfigReader::table(std::string_view key) const {
  const toml::node* at = node_->ask(key);
  if (at == nullptr || !at->is_table()) {
    fail(key, fmt::format("a table [{}]", node_->full_name(key)), describe(at));
  }
  return ConfigReader(node_->child(*at->as_table(), node_->full_name(key)));
}

std::vector<ConfigReader> ConfigReader::tables(std::string_view key) const {
  const toml::node* at = node_->ask(key);
  const std::string expected = fmt::format("tables [[{}]]", node_->full_name(key));
  if (at == nullptr || !at->is_array() || at->as_array()->empty())
    fail(key, expected, describe(at));
  std::vector<ConfigReader> out;
  for (const toml::node& item : *at->as_array()) {
    if (!item.is_table()) fail(key, expected, describe(&item) + " in it");
    const std::string name = fmt::format("{}[{}]", node_->full_name(key), out.size());
    out.push_back(ConfigReader(node_->child(*item.as_table(), name)));
  }
  return out;
}

void ConfigReader::finish() const {
  const std::vector<std::string> known(node_->known.begin(), node_->known.end());
  for (const auto& [key, value] : *node_->table) {
    if (node_->asked.contains(key.str())) continue;
    const auto meant = nearest_word(key.str(), known);
    if (meant) refuse_unknown(key.str(), *meant, "");
    fail(key.str(), "only known keys", "an unknown key");
  }
  for (const auto& child : node_->children) ConfigReader(child).finish();
}

}  // namespace trocar
