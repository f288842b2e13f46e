#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace trocar {

// One line for a person: "FILE:LINE: key 'a.b': expected ..., found ...".
class ConfigError : public std::runtime_error {
 public:
  // What does not print (line ends, too: a value may hold them) becomes a question mark.
  explicit ConfigError(std::string line);
};

// Reads one table of a TOML file completely and strictly: every key is asked for once, with its
// range; finish() refuses keys nobody asked for, because a misspelt limit is a limit that someone
// believes is active. Everything here may throw ConfigError: configuration is read before the first
// sample. plain: one thread. Copies share the parsed file and the record of keys read, and so do
// two readers of the same table: two parts of the program may each read their keys of it.
class ConfigReader {
 public:
  static ConfigReader open(const std::filesystem::path& file);
  // For tests and generated configuration; `name` stands in messages for the file.
  static ConfigReader parse(std::string_view text, const std::filesystem::path& name);

  // The asked key is required, unless the name says _or.
  [[nodiscard]] double number(std::string_view key, double min, double max) const;
  [[nodiscard]] double number_or(std::string_view key, double absent, double min, double max) const;
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t min,
                                     std::int64_t max) const;
  [[nodiscard]] std::int64_t integer_or(std::string_view key, std::int64_t absent, std::int64_t min,
                                        std::int64_t max) const;
  [[nodiscard]] bool flag(std::string_view key) const;
  [[nodiscard]] bool flag_or(std::string_view key, bool absent) const;
  [[nodiscard]] std::string text(std::string_view key) const;  // not empty
  [[nodiscard]] std::string text_or(std::string_view key, std::string absent) const;
  [[nodiscard]] std::string one_of(std::string_view key,
                                   std::initializer_list<std::string_view> allowed) const;
  [[nodiscard]] Eigen::Vector3d vector3(std::string_view key,
                                        double min = std::numeric_limits<double>::lowest(),
                                        double max = std::numeric_limits<double>::max()) const;
  [[nodiscard]] std::vector<double> numbers(std::string_view key, std::size_t count) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
  // Relative to the folder of the configuration file; must be a file or a folder.
  [[nodiscard]] std::filesystem::path existing_path(std::string_view key) const;
  // The same, but the path need not exist (a log file, a folder to write).
  [[nodiscard]] std::filesystem::path path(std::string_view key) const;

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] ConfigReader table(std::string_view key) const;
  [[nodiscard]] std::vector<ConfigReader> tables(std::string_view key) const;  // [[key]], >= 1

  // Refuses every key of this table and of the tables read from it that nobody asked for.
  void finish() const;

  // Throws ConfigError that points at `key` (or, when it is absent, at the table).
  [[noreturn]] void fail(std::string_view key, std::string_view expected,
                         std::string_view found) const;

 private:
  struct Document;
  struct Node;
  explicit ConfigReader(std::shared_ptr<Node> node) : node_(std::move(node)) {}
  void refuse_misspelling_of(std::string_view key, std::string_view expected) const;
  [[noreturn]] void refuse_unknown(std::string_view written, std::string_view meant,
                                   std::string_view expected) const;
  std::shared_ptr<Node> node_;
};

}  // namespace trocar
