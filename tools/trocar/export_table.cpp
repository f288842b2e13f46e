#include "tools/trocar/export_table.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <fstream>

namespace trocar {
namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

std::string text_of(const Cell& cell) {
  if (const auto* n = std::get_if<std::int64_t>(&cell)) return std::to_string(*n);
  if (const auto* x = std::get_if<double>(&cell)) return fmt::format("{}", *x);
  if (const auto* t = std::get_if<std::string>(&cell)) return quoted(*t);
  return "";
}

class CsvTable final : public TableSink {
 public:
  explicit CsvTable(const std::filesystem::path& file) : name_(file.string()), out_(file) {}

  Status add(std::span<const Cell> row) override {
    std::string line;
    for (const Cell& cell : row) line += (line.empty() ? "" : ",") + text_of(cell);
    out_ << line << "\r\n";
    return checked();
  }
  Status finish() override {
    out_.flush();
    return checked();
  }
  Status checked() const {
    if (out_) return Done{};
    return Error{Code::io, name_ + ": cannot be written"};
  }

 private:
  std::string name_;
  std::ofstream out_;
};

class SqliteTable final : public TableSink {
 public:
  SqliteTable(std::shared_ptr<Database> db, std::size_t columns)
      : db_(std::move(db)), columns_(columns) {}
  ~SqliteTable() override { sqlite3_finalize(insert_); }
  SqliteTable(const SqliteTable&) = delete;
  SqliteTable& operator=(const SqliteTable&) = delete;

  Status prepare(const std::string& insert) {
    const int code = sqlite3_prepare_v2(db_->handle(), insert.c_str(), -1, &insert_, nullptr);
    return code == SQLITE_OK ? Status(Done{}) : db_->failed();
  }
  Status add(std::span<const Cell> row) override {
    for (std::size_t i = 0; i < columns_; ++i) bind(static_cast<int>(i) + 1, row[i]);
    const bool added = sqlite3_step(insert_) == SQLITE_DONE;
    sqlite3_reset(insert_);
    return added ? Status(Done{}) : db_->failed();
  }
  Status finish() override { return Done{}; }  // the database does

 private:
  void bind(int at, const Cell& cell) {
    if (const auto* n = std::get_if<std::int64_t>(&cell)) {
      sqlite3_bind_int64(insert_, at, *n);
    } else if (const auto* x = std::get_if<double>(&cell)) {
      sqlite3_bind_double(insert_, at, *x);
    } else if (const auto* t = std::get_if<std::string>(&cell)) {
      sqlite3_bind_text(insert_, at, t->data(), static_cast<int>(t->size()), SQLITE_STATIC);
    } else {
      sqlite3_bind_null(insert_, at);
    }
  }

  std::shared_ptr<Database> db_;
  sqlite3_stmt* insert_ = nullptr;
  std::size_t columns_;
};

const char* declared(Column::Type type) {
  switch (type) {
    case Column::Type::integer:
      return "INTEGER";
    case Column::Type::real:
      return "REAL";
    case Column::Type::text:
      return "TEXT";
  }
  return "";
}

}  // namespace

Result<std::unique_ptr<TableSink>> csv_table(const std::filesystem::path& file,
                                             const std::vector<Column>& columns) {
  auto table = std::make_unique<CsvTable>(file);
  std::vector<Cell> head;
  head.reserve(columns.size());
  for (const Column& c : columns) head.emplace_back(c.name);
  if (const Status begun = table->add(head); !begun) return begun.error();
  return std::unique_ptr<TableSink>(std::move(table));
}

Result<std::shared_ptr<Database>> Database::create(const std::filesystem::path& file) {
  std::shared_ptr<Database> made(new Database());
  if (sqlite3_open(file.c_str(), &made->db_) != SQLITE_OK) return made->failed().error();
  if (const Status begun = made->run("BEGIN"); !begun) return begun.error();
  return made;
}

Database::~Database() { sqlite3_close(db_); }

Status Database::run(const std::string& sql) {
  const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? Status(Done{}) : failed();
}

Status Database::failed() const {
  return Error{Code::io, std::string("sqlite: ") + sqlite3_errmsg(db_)};
}

Result<std::unique_ptr<TableSink>> sqlite_table(std::shared_ptr<Database> database,
                                                const std::string& name,
                                                const std::vector<Column>& columns) {
  std::string names;
  std::string marks;
  for (const Column& c : columns) {
    names += (names.empty() ? "" : ",") + c.name + ' ' + declared(c.type);
    marks += marks.empty() ? "?" : ",?";
  }
  const Status made = database->run("CREATE TABLE " + name + "(" + names + ")");
  if (!made) return made.error();
  auto table = std::make_unique<SqliteTable>(std::move(database), columns.size());
  const Status ready = table->prepare("INSERT INTO " + name + " VALUES(" + marks + ")");
  if (!ready) return ready.error();
  return std::unique_ptr<TableSink>(std::move(table));
}

}  // namespace trocar
