#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/result.hpp"

struct sqlite3;

namespace trocar {

// A value of a table; nothing where there is no number.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;

// A column of a table, and what is in its cells where they are not empty.
struct Column {
  enum class Type : std::uint8_t { integer, real, text };
  std::string name;
  Type type = Type::text;
};

// A table that is written row by row. plain: one thread.
class TableSink {
 public:
  TableSink() = default;
  TableSink(const TableSink&) = delete;
  TableSink& operator=(const TableSink&) = delete;
  virtual ~TableSink() = default;
  // As many cells as there are columns.
  virtual Status add(std::span<const Cell> row) = 0;
  // What is written is complete after that.
  virtual Status finish() = 0;
};

// RFC 4180 with a header line; doubles with as many digits as give them back.
Result<std::unique_ptr<TableSink>> csv_table(const std::filesystem::path& file,
                                             const std::vector<Column>& columns);

// A new SQLite database, written in one transaction that ends with finish().
class Database {
 public:
  static Result<std::shared_ptr<Database>> create(const std::filesystem::path& file);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();
  Status run(const std::string& sql);
  Status finish() { return run("COMMIT"); }
  [[nodiscard]] sqlite3* handle() { return db_; }
  [[nodiscard]] Status failed() const;

 private:
  Database() = default;
  sqlite3* db_ = nullptr;
};

// A table of it, its columns declared INTEGER, REAL or TEXT.
Result<std::unique_ptr<TableSink>> sqlite_table(std::shared_ptr<Database> database,
                                                const std::string& name,
                                                const std::vector<Column>& columns);

}  // namespace trocar
