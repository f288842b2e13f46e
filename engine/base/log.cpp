#include "engine/base/log.hpp"

#include <fcntl.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "engine/base/config_reader.hpp"

namespace trocar::log {
namespace {

// One logger per process is what a log is; sinks are added at start, before the first thread.
struct Sinks {
  std::shared_ptr<spdlog::sinks::stderr_color_sink_mt> console =
      std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  std::shared_ptr<spdlog::logger> logger = std::make_shared<spdlog::logger>("trocar", console);

  Sinks() {
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%-5l%$ %v");
    logger->flush_on(spdlog::level::info);
    logger->set_error_handler([](const std::string& what) {
      static std::atomic<bool> said{false};
      if (said.exchange(true)) return;
      std::fprintf(stderr, "trocar: the log cannot be written any more: %s\n", what.c_str());
    });
  }
};

Sinks& sinks() {
  static Sinks made;
  return made;
}

}  // namespace

Status check_file(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  std::error_code ignored;
  // No folder is made: a log beside a mistyped path is one that nobody finds.
  if (!std::filesystem::is_directory(folder, ignored)) {
    return Error{Code::not_found, "no folder " + folder.string()};
  }
  const bool is_new = !std::filesystem::exists(file, ignored);
  // Not blocking: a FIFO that nobody reads would hold us for ever.
  const int flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | (is_new ? O_CREAT | O_EXCL : 0);
  const int opened = open(file.c_str(), flags, 0644);
  if (opened < 0) {
    return Error{Code::io, file.string() + ": " + std::generic_category().message(errno)};
  }
  close(opened);
  if (is_new) std::filesystem::remove(file, ignored);
  return Done{};
}

void to_file(const std::filesystem::path& file) {
  constexpr std::size_t limit = 10U << 20U;  // bytes
  if (const Status writable = check_file(file); !writable) {
    throw ConfigError(file.string() + ": expected a log file that can be written, found " +
                      writable.error().detail);
  }
  try {
    auto sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file.string(), limit, 3);
    sink->set_pattern("%Y-%m-%dT%H:%M:%S.%e %-5l %v");
    sinks().logger->sinks().push_back(std::move(sink));
  } catch (const spdlog::spdlog_ex& e) {
    throw ConfigError(file.string() +
                      ": expected a log file that can be written, found: " + e.what());
  }
}

void to_stderr(bool wanted) {
  sinks().console->set_level(wanted ? spdlog::level::trace : spdlog::level::off);
}

void error(std::string_view line) { sinks().logger->error("{}", line); }
void warn(std::string_view line) { sinks().logger->warn("{}", line); }
void info(std::string_view line) { sinks().logger->info("{}", line); }
void flush() { sinks().logger->flush(); }

}  // namespace trocar::log
